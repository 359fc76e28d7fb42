package impl

import (
	"time"

	"fairloss/spec"
)

// BackOff retransmits until acknowledged, and waits longer after each try in
// vain: up to Base at first, then twice as long, up to Most. How long it waits
// is drawn from all of that time (full jitter), so that many senders whose
// receiver has failed do not all come back at once. It is an at-least-once
// link.
type BackOff struct {
	Base, Most time.Duration // more than 0; Base is no longer than Most

	Sent PerPeer[Tries]
}

// Tries is a sender's end of a channel that counts its tries.
type Tries struct {
	Outstanding
	Failed int // timeouts since the last acknowledgement, as many as matter
}

// acknowledge confirms message n, which ends the failing. It reports whether n
// was pending.
func (s *Tries) acknowledge(to spec.Process, n uint64, out *Effects) bool {
	m, ok := s.Take(n)
	if ok {
		s.Failed = 0
		out.Confirm(to, m)
	}
	return ok
}

// Init does nothing.
func (l *BackOff) Init(*Effects) {}

// Delay is the longest wait before the next try.
func (l *BackOff) Delay(to spec.Process) time.Duration {
	d := l.Base
	for range l.Sent.Of(to).Failed {
		if d *= 2; d >= l.Most {
			return l.Most
		}
	}
	return d
}

func (l *BackOff) wait(to spec.Process, out *Effects) {
	out.SetTimer(TimerID(to), 1, l.Delay(to))
}

// Send transmits m under a new number.
func (l *BackOff) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		l.wait(to, out)
	}
}

// Receive delivers data and acknowledges it; an acknowledgement ends a wait.
func (l *BackOff) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		out.Deliver(from, m)
		out.Transmit(from, Pack(Ack, "", n))
	case Ack:
		if sent := l.Sent.Of(from); !sent.acknowledge(from, n, out) {
			return
		} else if len(sent.Pending) == 0 {
			out.CancelTimer(TimerID(from))
		} else {
			l.wait(from, out)
		}
	}
}

// Timeout transmits again what is not acknowledged, and waits longer.
func (l *BackOff) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	sent := l.Sent.Of(to)
	for _, d := range sent.Pending {
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	if l.Delay(to) < l.Most {
		sent.Failed++
	}
	l.wait(to, out)
}

// Describe names a packet, as "data 1 g".
func (l *BackOff) Describe(p Packet) string { return describe(p, 1) }
