package impl

import "fairloss/spec"

// GoldenLink is a link whose states other model checkers have counted. Its sender
// transmits again at each timeout what is not acknowledged; its timer stays
// armed from the first message on. Its receiver delivers any number higher
// than the last one and acknowledges every number; with Next it delivers only
// the next number, and acknowledges only what it has delivered.
type GoldenLink struct {
	Next bool
	Sent PerPeer[Outstanding]
	Last PerPeer[uint64] // number of the message delivered last
}

// Init does nothing.
func (l *GoldenLink) Init(*Effects) {}

// Send transmits m under a new number.
func (l *GoldenLink) Send(to spec.Process, m spec.Message, out *Effects) {
	out.Transmit(to, Pack(Data, m, l.Sent.Of(to).Add(m)))
	armRetransmission(to, out)
}

// Receive delivers and acknowledges data, and confirms what is acknowledged.
func (l *GoldenLink) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		last := l.Last.Of(from)
		if n == *last+1 || n > *last && !l.Next {
			*last = n
			out.Deliver(from, m)
		}
		if n <= *last {
			out.Transmit(from, Pack(Ack, "", n))
		}
	case Ack:
		if m, ok := l.Sent.Of(from).Take(n); ok {
			out.Confirm(from, m)
		}
	}
}

// Timeout transmits again what is not acknowledged.
func (l *GoldenLink) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	for _, d := range l.Sent.Of(to).Pending {
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *GoldenLink) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *Outstanding) []byte { return sent.AppendKey(b) })
	return l.Last.AppendKey(b, appendNumber)
}

// Describe names a packet, as "data 1 g".
func (l *GoldenLink) Describe(p Packet) string { return describe(p, 1) }
