/*
 * The golden workload: M messages, all on their way at the start, over a set
 * that loses packets by an action. The receiver accepts any number above the
 * last one and acknowledges every number; with -DNEXT it accepts the next
 * number only and acknowledges what it has accepted.
 */
#include "each.h"

byte data = ALL;    /* numbers of the data packets in the network */
byte acks;          /* numbers of the acknowledgements in the network */
byte pending = ALL; /* numbers that are not acknowledged */
byte last;          /* the number accepted last */
byte accepted;      /* ascending, hence a set tells the sequence */

#ifdef NEXT
#define ACCEPTS(i) ((i) == last + 1)
#define ANSWERS(i) ((i) <= last)
#else
#define ACCEPTS(i) ((i) > last)
#define ANSWERS(i) true
#endif

#define LOSE_DATA(i) :: d_step { HAS(data, i) -> REMOVE(data, i) }
#define LOSE_ACK(i)  :: d_step { HAS(acks, i) -> REMOVE(acks, i) }
#define TAKE_ACK(i)  :: d_step { HAS(acks, i) -> REMOVE(pending, i) }
#define TAKE_DATA(i) :: d_step { HAS(data, i) -> \
		if \
		:: ACCEPTS(i) -> last = i; ADD(accepted, i) \
		:: else \
		fi; \
		if \
		:: ANSWERS(i) -> ADD(acks, i) \
		:: else \
		fi \
	}

active proctype world() {
end:	do
	:: d_step { true -> data = data | pending } /* the timer expires */
	EACH(TAKE_DATA)
	EACH(TAKE_ACK)
	EACH(LOSE_DATA)
	EACH(LOSE_ACK)
	od
}
