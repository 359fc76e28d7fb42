/*
 * The alternating-bit protocol over two lossy queues of CAPACITY packets. A
 * packet handed to a full queue is lost, and the oldest packet of a queue may
 * be lost at any time.
 */
#include "each.h"

#ifndef CAPACITY
#define CAPACITY 4
#endif

chan data = [CAPACITY] of { byte, bit }; /* message, its bit */
chan acks = [CAPACITY] of { bit };

byte sent;       /* messages that the application has sent: 1, 2, … in this order */
byte confirmed;  /* messages confirmed; the next of those sent is on its way */
bit current;     /* the bit of the message on its way */
bit expected;    /* at the receiver: the bit of the next message */
byte delivered;  /* of the judge: messages delivered */
bool duplicated; /* of the judge: some message was delivered twice */

hidden byte message; /* of the packet in hand: not part of the state */
hidden byte number;

#define TRANSMIT \
	if \
	:: nfull(data) -> data!(confirmed + 1), current \
	:: full(data) \
	fi

#define DELIVER(i) duplicated = (duplicated || HAS(delivered, i)); ADD(delivered, i)

active proctype world() {
end:	do
	:: d_step { sent < M -> sent++;
		if
		:: sent == confirmed + 1 -> TRANSMIT
		:: else
		fi
	}
	:: d_step { sent > confirmed -> TRANSMIT } /* the timer expires */
	:: d_step { data?message, number ->
		if
		:: number == expected -> expected = 1 - number; DELIVER(message)
		:: else
		fi;
		if
		:: nfull(acks) -> acks!number
		:: full(acks)
		fi
	}
	:: d_step { acks?number ->
		if
		:: sent > confirmed && number == current ->
			confirmed++;
			current = 1 - current;
			if
			:: sent > confirmed -> TRANSMIT
			:: else
			fi
		:: else
		fi
	}
	:: d_step { data?message, number } /* the oldest is lost */
	:: d_step { acks?number }
	od
}
