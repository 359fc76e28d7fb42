package impl

import (
	"time"

	"fairloss/spec"
)

// CreditFlow sends only what the receiver has room for. The receiver has a
// buffer for Credit messages, out of which its application takes one every
// Pace, and each acknowledgement says how many it has taken: so many and Credit
// more may have been sent. Where the credit is used up the link is not ready,
// and the sending application waits (backpressure).
//
// A lost acknowledgement is a lost credit; so the oldest message is transmitted
// again until it is taken, whether or not it was received.
//
// It promises FIFO and Bounded(Credit, 2*Credit) between two processes.
type CreditFlow struct {
	Credit int           // 1 or more
	Pace   time.Duration // more than 0

	Sent     PerPeer[CreditSender]
	Received PerPeer[CreditReceiver]
}

// CreditSender is the sender's end of a channel of CreditFlow.
type CreditSender struct {
	Outstanding
	Received uint64 // the receiver has every message up to it
}

// CreditReceiver is the receiver's end of a channel of CreditFlow.
type CreditReceiver struct {
	Taken  uint64         // every message up to it was delivered
	Buffer []spec.Message // those that follow
}

func (r *CreditReceiver) last() uint64 { return r.Taken + uint64(len(r.Buffer)) }

// The timers of a channel: whether it transmits again or delivers.
func creditTimer(peer spec.Process) TimerID { return 2 * TimerID(peer) }
func paceTimer(peer spec.Process) TimerID   { return 2*TimerID(peer) + 1 }

// Init does nothing.
func (l *CreditFlow) Init(*Effects) {}

// Ready reports whether there is credit.
func (l *CreditFlow) Ready(to spec.Process) bool {
	return len(l.Sent.Of(to).Pending) < l.Credit
}

// Held counts the unconfirmed messages and those in the receive buffers.
func (l *CreditFlow) Held() int {
	held := 0
	for _, sent := range l.Sent {
		held += len(sent.Pending)
	}
	for _, received := range l.Received {
		held += len(received.Buffer)
	}
	return held
}

// Send transmits m under the next number.
func (l *CreditFlow) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		out.SetTimer(creditTimer(to), l.Pace+RetransmitAtLeast, l.Pace+RetransmitAtMost)
	}
}

// Receive handles data and acknowledgements.
func (l *CreditFlow) Receive(from spec.Process, p Packet, out *Effects) {
	var n, taken uint64
	if kind, m := Unpack(p, &n); kind == Data {
		l.data(from, n, m, out)
	} else if kind, _ := Unpack(p, &n, &taken); kind == Ack {
		l.acknowledged(from, n, taken, out)
	}
}

// data buffers the next message and tells what was received and taken.
func (l *CreditFlow) data(from spec.Process, n uint64, m spec.Message, out *Effects) {
	received := l.Received.Of(from)
	if n == received.last()+1 {
		received.Buffer = append(received.Buffer, m)
		if len(received.Buffer) == 1 {
			out.SetTimer(paceTimer(from), l.Pace, l.Pace)
		}
	}
	out.Transmit(from, Pack(Ack, "", received.last(), received.Taken))
}

// acknowledged confirms what was taken, which is credit again.
func (l *CreditFlow) acknowledged(to spec.Process, received, taken uint64, out *Effects) {
	sent := l.Sent.Of(to)
	sent.Received = max(sent.Received, received)
	confirmed := sent.TakeUpTo(taken)
	if len(confirmed) > 0 && len(sent.Pending) == 0 {
		out.CancelTimer(creditTimer(to))
	}
	for _, d := range confirmed {
		out.Confirm(to, d.Message)
	}
}

// Timeout transmits again, or hands the next message to the application.
func (l *CreditFlow) Timeout(t TimerID, out *Effects) {
	peer := spec.Process(t / 2)
	if t == paceTimer(peer) {
		l.take(peer, out)
	} else {
		l.retransmit(peer, out)
	}
}

// take delivers the first message of the buffer, and so gives credit.
func (l *CreditFlow) take(from spec.Process, out *Effects) {
	received := l.Received.Of(from)
	out.Deliver(from, received.Buffer[0])
	received.Buffer = received.Buffer[1:]
	received.Taken++
	out.Transmit(from, Pack(Ack, "", received.last(), received.Taken))
	if len(received.Buffer) > 0 {
		out.SetTimer(paceTimer(from), l.Pace, l.Pace)
	}
}

// retransmit transmits the oldest message and what was not received.
func (l *CreditFlow) retransmit(to spec.Process, out *Effects) {
	sent := l.Sent.Of(to)
	for i, d := range sent.Pending {
		if i == 0 || d.N > sent.Received {
			out.Transmit(to, Pack(Data, d.Message, d.N))
		}
	}
	out.SetTimer(creditTimer(to), l.Pace+RetransmitAtLeast, l.Pace+RetransmitAtMost)
}

// Describe names a packet, as "data 1 g" or "ack 2 1": 2 received, 1 taken.
func (l *CreditFlow) Describe(p Packet) string {
	var n uint64
	if kind, _ := Unpack(p, &n); kind == Data {
		return describe(p, 1)
	}
	return describe(p, 2)
}
