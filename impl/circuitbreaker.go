package impl

import (
	"slices"
	"time"

	"fairloss/spec"
)

// CircuitBreaker retransmits its oldest message every Every until acknowledged.
// After Failures timeouts in a row it opens the circuit: nothing is transmitted
// any more, not even new messages, but the oldest one after each Cool to twice
// that, to see whether the receiver is back. The first acknowledgement closes
// the circuit; then each lets two of the messages go that were held back, so
// that the receiver is not flooded. It is an at-least-once link.
type CircuitBreaker struct {
	Every    time.Duration // more than 0
	Failures int           // 1 or more
	Cool     time.Duration // more than 0

	Sent PerPeer[Circuit]
}

// Circuit is the sender's end of a channel.
type Circuit struct {
	Tries
	Open bool
	Next uint64 // messages from it on are held back; 0 is none
}

// Init does nothing.
func (l *CircuitBreaker) Init(*Effects) {}

// Send transmits m under a new number, or holds it back behind others.
func (l *CircuitBreaker) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	if sent.Next == 0 {
		out.Transmit(to, Pack(Data, m, n))
	}
	if len(sent.Pending) == 1 {
		out.SetTimer(TimerID(to), l.Every, l.Every)
	}
}

// Receive delivers data and acknowledges it; an acknowledgement closes the
// circuit.
func (l *CircuitBreaker) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		out.Deliver(from, m)
		out.Transmit(from, Pack(Ack, "", n))
	case Ack:
		l.acknowledged(from, n, out)
	}
}

func (l *CircuitBreaker) acknowledged(to spec.Process, n uint64, out *Effects) {
	sent := l.Sent.Of(to)
	if !sent.acknowledge(to, n, out) {
		return
	}
	sent.Open = false
	if len(sent.Pending) == 0 {
		sent.Next = 0
		out.CancelTimer(TimerID(to))
		return
	}
	for _, d := range sent.release(2) {
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	out.SetTimer(TimerID(to), l.Every, l.Every)
}

// release returns up to so many of the messages that were held back, which now
// are not.
func (s *Circuit) release(most int) []Numbered {
	if s.Next == 0 {
		return nil
	}
	i, _ := slices.BinarySearchFunc(s.Pending, s.Next, compareNumber)
	held := s.Pending[i:]
	if len(held) <= most {
		s.Next = 0
		return held
	}
	s.Next = held[most].N
	return held[:most]
}

// Timeout transmits the oldest message again; if that was in vain too often,
// it opens the circuit.
func (l *CircuitBreaker) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	sent := l.Sent.Of(to)
	oldest := sent.Pending[0]
	sent.Failed = min(sent.Failed+1, l.Failures+1)
	if sent.Failed >= l.Failures {
		sent.Open, sent.Next = true, oldest.N
	}
	if !sent.Open || sent.Failed > l.Failures {
		out.Transmit(to, Pack(Data, oldest.Message, oldest.N))
	}
	if sent.Open {
		out.SetTimer(t, l.Cool, 2*l.Cool)
	} else {
		out.SetTimer(t, l.Every, l.Every)
	}
}

// Describe names a packet, as "data 1 g".
func (l *CircuitBreaker) Describe(p Packet) string { return describe(p, 1) }
