package impl

import (
	"slices"

	"fairloss/spec"
)

// RetransmitForever keeps a stubborn link's promise the simple way: it sends
// everything again, and again. It never forgets a message, and never learns
// whether one arrived. (Cachin et al., algorithm 2.1.)
type RetransmitForever struct {
	Sent PerPeer[[]spec.Message] // every distinct message, in the order of sending
}

// Init does nothing: the timer of a channel starts with its first message.
func (l *RetransmitForever) Init(*Effects) {}

// Send transmits m and remembers it. Equal messages are one: both are
// delivered infinitely often.
func (l *RetransmitForever) Send(to spec.Process, m spec.Message, out *Effects) {
	out.Transmit(to, Packet(m))
	sent := l.Sent.Of(to)
	if slices.Contains(*sent, m) {
		return
	}
	if *sent = append(*sent, m); len(*sent) == 1 {
		armRetransmission(to, out)
	}
}

// Receive delivers every copy that arrives.
func (l *RetransmitForever) Receive(from spec.Process, p Packet, out *Effects) {
	out.Deliver(from, spec.Message(p))
}

// Timeout transmits everything again.
func (l *RetransmitForever) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	for _, m := range *l.Sent.Of(to) {
		out.Transmit(to, Packet(m))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *RetransmitForever) AppendKey(b []byte) []byte {
	return l.Sent.AppendKey(b, func(b []byte, sent *[]spec.Message) []byte { return appendMessages(b, *sent) })
}

// Describe names the packet after its message.
func (l *RetransmitForever) Describe(p Packet) string { return "message " + readable(spec.Message(p)) }
