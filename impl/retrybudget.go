package impl

import (
	"time"

	"fairloss/spec"
)

// RetryBudget retransmits until acknowledged, but only as its budget allows.
// Each message sent pays in a tenth of a retry, each acknowledgement one, each
// Every that passes a tenth, so that retrying never ends; the budget holds
// Reserve retries at most. What fails for long costs hardly more packets than
// what succeeds. It is an at-least-once link.
type RetryBudget struct {
	Every   time.Duration // more than 0
	Reserve int           // 1 or more

	Sent   PerPeer[Retrying]
	Tenths int // of a retry, in the budget
}

// Retrying is a sender's end of a channel that takes its messages in turn.
type Retrying struct {
	Outstanding
	Next uint64 // the first number that may be retried next
}

// Init fills the budget.
func (l *RetryBudget) Init(*Effects) { l.pay(10 * l.Reserve) }

// pay pays into the budget.
func (l *RetryBudget) pay(tenths int) { l.Tenths = min(l.Tenths+tenths, 10*l.Reserve) }

// Spend takes one retry out of the budget and reports whether there was one.
func (l *RetryBudget) Spend() bool {
	if l.Tenths < 10 {
		return false
	}
	l.Tenths -= 10
	return true
}

// Send transmits m under a new number.
func (l *RetryBudget) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	l.pay(1)
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		out.SetTimer(TimerID(to), l.Every, l.Every)
	}
}

// Receive delivers data and acknowledges it; an acknowledgement pays in.
func (l *RetryBudget) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		out.Deliver(from, m)
		out.Transmit(from, Pack(Ack, "", n))
	case Ack:
		sent := l.Sent.Of(from)
		m, ok := sent.Take(n)
		if !ok {
			return
		}
		l.pay(10)
		if len(sent.Pending) == 0 {
			out.CancelTimer(TimerID(from))
		}
		out.Confirm(from, m)
	}
}

// Timeout retries as many messages as the budget allows, the next ones in
// turn.
func (l *RetryBudget) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	sent := l.Sent.Of(to)
	l.pay(1)
	for range sent.Pending {
		if !l.Spend() {
			break
		}
		d := sent.turn()
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	out.SetTimer(t, l.Every, l.Every)
}

// turn returns the next message that is pending, after the last one the first.
func (s *Retrying) turn() Numbered {
	for _, d := range s.Pending {
		if d.N >= s.Next {
			s.Next = d.N + 1
			return d
		}
	}
	s.Next = s.Pending[0].N + 1
	return s.Pending[0]
}

// Describe names a packet, as "data 1 g".
func (l *RetryBudget) Describe(p Packet) string { return describe(p, 1) }
