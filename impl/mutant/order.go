package mutant

import (
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// confirmsBuffered passes on a confirmation from below, although the message
// may still wait in the reorder buffer.
type confirmsBuffered struct{ impl.DeliverInOrder }

func (l *confirmsBuffered) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, m := impl.Unpack(p, &n); kind == impl.Data {
		out.Confirm(to, m)
	}
}

// overflows has a reorder buffer for one message and drops what finds it full;
// the layer below has acknowledged it by then.
type overflows struct{ impl.DeliverInOrder }

func (l *overflows) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	received := l.Received.Of(from)
	kind, _ := impl.Unpack(p, &n)
	if kind == impl.Data && n > received.Processed+1 && len(received.Buffer) == 1 {
		return
	}
	l.DeliverInOrder.Receive(from, p, out)
}

// flushesBackwards empties the reorder buffer from the wrong end.
type flushesBackwards struct{ impl.DeliverInOrder }

func (l *flushesBackwards) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.DeliverInOrder.Receive(from, p, out)
	if effects := out.List(); len(effects) > 0 && effects[0].Kind == impl.Deliver {
		slices.Reverse(effects[:len(effects)-1]) // all but the acknowledgement
	}
}

// neverFlips expects the same bit again after a message.
type neverFlips struct{ impl.AlternatingBit }

func (l *neverFlips) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.AlternatingBit.Receive(from, p, out)
	*l.Expected.Of(from) = 0
}

// stuckBit reads every bit as 0.
type stuckBit struct{ impl.AlternatingBit }

func (l *stuckBit) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var bit uint64
	kind, m := impl.Unpack(p, &bit)
	l.AlternatingBit.Receive(from, impl.Pack(kind, m, 0), out)
}
