package impl

import "fairloss/spec"

// DeliverInOrder numbers messages and delivers them in the order of numbers,
// each once. It needs a layer below that delivers everything at least once.
//
// A confirmation from below says only that a message reached the peer's layer,
// where it may wait in the reorder buffer. So this layer is no Confirmer: the
// peer tells n_processed in an acknowledgement of its own, which travels as
// reliably as data.
type DeliverInOrder struct {
	Sent     PerPeer[Outstanding]
	Received PerPeer[Reorder]
}

// Init does nothing.
func (l *DeliverInOrder) Init(*Effects) {}

// Send transmits m under the next number.
func (l *DeliverInOrder) Send(to spec.Process, m spec.Message, out *Effects) {
	n := l.Sent.Of(to).Add(m)
	out.Transmit(to, Pack(Data, m, n))
}

// Receive delivers what has become consecutive, then acknowledges it.
func (l *DeliverInOrder) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		received := l.Received.Of(from)
		received.Add(n, m)
		run := received.Process()
		for _, d := range run {
			out.Deliver(from, d.Message)
		}
		if len(run) > 0 {
			out.Transmit(from, Pack(Ack, "", received.Processed))
		}
	case Ack:
		for _, d := range l.Sent.Of(from).TakeUpTo(n) {
			out.Confirm(from, d.Message)
		}
	}
}

// Timeout does nothing: retransmission is for the layer below.
func (l *DeliverInOrder) Timeout(TimerID, *Effects) {}

// AppendKey appends the canonical encoding of the state.
func (l *DeliverInOrder) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *Outstanding) []byte { return sent.AppendKey(b) })
	return l.Received.AppendKey(b, func(b []byte, r *Reorder) []byte { return r.AppendKey(b) })
}

// Describe names a packet, as "data 1 g".
func (l *DeliverInOrder) Describe(p Packet) string { return describe(p, 1) }
