/*
 * Delivery in order, from a reorder buffer, over retransmission. What the
 * upper layer at the receiver has processed it tells the sender in reports of
 * its own, which the lower layer numbers, retransmits and acknowledges like
 * any message. So each of the two processes is a sender of the lower layer,
 * and the number of a report is not what it says.
 *
 * The network is a set that keeps what it delivers; with -DLOSSY an action
 * takes packets out of it.
 */
#include "each.h"

byte sent;             /* messages sent so far: 1, 2, … in this order */
byte confirmed;        /* at the sender: messages that reports have covered */
byte processed;        /* at the receiver: messages delivered */
byte buffer;           /* at the receiver: messages that came too early */
byte reports;          /* at the receiver: reports sent so far */
byte says[M + 1];      /* what each report says; 0 once neither end nor network has it */

byte data;             /* in the network: messages */
byte data_acks;        /* in the network: acknowledgements of messages */
byte data_pending;     /* messages that are not acknowledged */
byte report;           /* in the network: reports */
byte report_acks;      /* in the network: acknowledgements of reports */
byte report_pending;   /* reports that are not acknowledged */

#define REPORT \
	reports++; \
	says[reports] = processed; \
	ADD(report, reports); \
	ADD(report_pending, reports)

#define FORGET(k) \
	if \
	:: !HAS(report, k) && !HAS(report_pending, k) -> says[k] = 0 \
	:: else \
	fi

#define TAKE_DATA(i) :: d_step { HAS(data, i) -> \
		if \
		:: (i) > processed -> ADD(buffer, i) \
		:: else \
		fi; \
		if \
		:: (i) == processed + 1 -> \
			do \
			:: processed < M && HAS(buffer, processed + 1) -> processed++; REMOVE(buffer, processed) \
			:: else -> break \
			od; \
			REPORT \
		:: else \
		fi; \
		ADD(data_acks, i) \
	}
#define TAKE_DATA_ACK(i) :: d_step { HAS(data_acks, i) -> REMOVE(data_pending, i) }
#define TAKE_REPORT(k) :: d_step { HAS(report, k) -> \
		if \
		:: says[k] > confirmed -> confirmed = says[k] \
		:: else \
		fi; \
		ADD(report_acks, k) \
	}
#define TAKE_REPORT_ACK(k) :: d_step { HAS(report_acks, k) -> REMOVE(report_pending, k); FORGET(k) }

#define LOSE_DATA(i)       :: d_step { HAS(data, i) -> REMOVE(data, i) }
#define LOSE_DATA_ACK(i)   :: d_step { HAS(data_acks, i) -> REMOVE(data_acks, i) }
#define LOSE_REPORT(k)     :: d_step { HAS(report, k) -> REMOVE(report, k); FORGET(k) }
#define LOSE_REPORT_ACK(k) :: d_step { HAS(report_acks, k) -> REMOVE(report_acks, k) }

active proctype world() {
end:	do
	:: d_step { sent < M -> sent++; ADD(data_pending, sent); ADD(data, sent) }
	:: d_step { data_pending != 0 -> data = data | data_pending }           /* the sender's timer expires */
	:: d_step { report_pending != 0 -> report = report | report_pending }   /* the receiver's timer expires */
	EACH(TAKE_DATA)
	EACH(TAKE_DATA_ACK)
	EACH(TAKE_REPORT)
	EACH(TAKE_REPORT_ACK)
#ifdef LOSSY
	EACH(LOSE_DATA)
	EACH(LOSE_DATA_ACK)
	EACH(LOSE_REPORT)
	EACH(LOSE_REPORT_ACK)
#endif
	od
}
