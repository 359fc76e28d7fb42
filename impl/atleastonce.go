package impl

import "fairloss/spec"

// RetransmitUntilAcknowledged numbers its messages and sends each again until
// the receiver has acknowledged it. The receiver delivers and acknowledges
// every copy: it remembers nothing, so duplicates pass.
type RetransmitUntilAcknowledged struct {
	Sent PerPeer[Outstanding]
}

// Init does nothing.
func (l *RetransmitUntilAcknowledged) Init(*Effects) {}

// Send transmits m under a new number. The timer runs while something is
// unacknowledged.
func (l *RetransmitUntilAcknowledged) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		armRetransmission(to, out)
	}
}

// Receive delivers data and acknowledges it, in this order: an acknowledgement
// says that the message was delivered.
func (l *RetransmitUntilAcknowledged) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		out.Deliver(from, m)
		out.Transmit(from, Pack(Ack, "", n))
	case Ack:
		l.acknowledged(from, n, out)
	}
}

func (l *RetransmitUntilAcknowledged) acknowledged(to spec.Process, n uint64, out *Effects) {
	sent := l.Sent.Of(to)
	m, ok := sent.Take(n)
	if !ok {
		return
	}
	if len(sent.Pending) == 0 {
		cancelRetransmission(to, out)
	}
	out.Confirm(to, m)
}

// Timeout transmits again what is not acknowledged.
func (l *RetransmitUntilAcknowledged) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	for _, d := range l.Sent.Of(to).Pending {
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *RetransmitUntilAcknowledged) AppendKey(b []byte) []byte {
	return l.Sent.AppendKey(b, func(b []byte, sent *Outstanding) []byte { return sent.AppendKey(b) })
}

// Describe names a packet, as "data 1 g".
func (l *RetransmitUntilAcknowledged) Describe(p Packet) string { return describe(p, 1) }
