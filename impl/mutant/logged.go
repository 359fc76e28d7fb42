package mutant

import (
	"encoding/binary"

	"fairloss/impl"
	"fairloss/spec"
)

// acknowledgesFirst acknowledges a message before it commits it.
type acknowledgesFirst struct{ impl.StoreFirst }

func (l *acknowledgesFirst) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, _ := impl.Unpack(p, &n); kind == impl.Data {
		out.Transmit(from, impl.Pack(impl.Ack, "", n))
	}
	l.StoreFirst.Receive(from, p, out)
}

// recordsLater commits a delivery, and then stores that it was made.
type recordsLater struct{ impl.StoreFirst }

func (l *recordsLater) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	kind, m := impl.Unpack(p, &n)
	if received := l.Received.Of(from); kind == impl.Data && !received.Has(n) {
		out.Commit(l.AppendKey(nil), impl.Delivery{From: from, Message: m})
		received.Add(n)
		out.Store(l.AppendKey(nil))
	}
	l.StoreFirst.Receive(from, p, out)
}

// transmitsFirst transmits a message before it stores it, so that after a crash
// the next one gets its number.
type transmitsFirst struct{ impl.StoreFirst }

func (l *transmitsFirst) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Pack(impl.Data, m, l.Sent.Of(to).Last+1))
	l.StoreFirst.Send(to, m, out)
}

// countsAbove commits what a layer below delivers, which has stored already that
// it did: the stable value of its own is a count.
type countsAbove struct{ Taken uint64 }

func (*countsAbove) Init(*impl.Effects) {}

func (l *countsAbove) Recover(stable []byte, _ *impl.Effects) { l.Taken, _ = binary.Uvarint(stable) }

func (*countsAbove) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(m))
}

func (l *countsAbove) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.Taken++
	out.Commit(l.AppendKey(nil), impl.Delivery{From: from, Message: spec.Message(p)})
}

func (*countsAbove) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	out.Confirm(to, spec.Message(p))
}

func (*countsAbove) Timeout(impl.TimerID, *impl.Effects) {}

func (l *countsAbove) AppendKey(b []byte) []byte { return binary.AppendUvarint(b, l.Taken) }

// logsHeader commits a packet with its header.
type logsHeader struct{ impl.StoreFirst }

func (l *logsHeader) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	kind, _ := impl.Unpack(p, &n)
	if received := l.Received.Of(from); kind == impl.Data && !received.Has(n) {
		received.Add(n)
		out.Commit(l.AppendKey(nil), impl.Delivery{From: from, Message: spec.Message(p)})
	}
	l.StoreFirst.Receive(from, p, out)
}

// recoversNothing starts anew after a crash.
type recoversNothing struct{ impl.StoreAndRetransmitForever }

func (l *recoversNothing) Recover(_ []byte, out *impl.Effects) { l.Init(out) }
