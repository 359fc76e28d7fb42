/*
 * Retransmission until acknowledged. The receiver delivers and acknowledges
 * every copy. The network is a set that keeps what it delivers; with -DLOSSY
 * an action takes packets out of it.
 */
#include "each.h"

byte sent;      /* messages sent so far: 1, 2, … in this order */
byte data;      /* numbers of the data packets in the network */
byte acks;      /* numbers of the acknowledgements in the network */
byte pending;   /* numbers that are not acknowledged */
byte delivered; /* of the judge: messages delivered at least once */

#define TAKE_DATA(i) :: d_step { HAS(data, i) -> ADD(delivered, i); ADD(acks, i) }
#define TAKE_ACK(i)  :: d_step { HAS(acks, i) -> REMOVE(pending, i) }
#define LOSE_DATA(i) :: d_step { HAS(data, i) -> REMOVE(data, i) }
#define LOSE_ACK(i)  :: d_step { HAS(acks, i) -> REMOVE(acks, i) }

active proctype world() {
end:	do
	:: d_step { sent < M -> sent++; ADD(pending, sent); ADD(data, sent) }
	:: d_step { pending != 0 -> data = data | pending } /* the timer expires */
	EACH(TAKE_DATA)
	EACH(TAKE_ACK)
#ifdef LOSSY
	EACH(LOSE_DATA)
	EACH(LOSE_ACK)
#endif
	od
}
