package mutant

import (
	"fairloss/impl"
	"fairloss/spec"
)

// windowOffByOne counts its window from 0.
type windowOffByOne struct{ impl.SelectiveRepeat }

func (l *windowOffByOne) Ready(to spec.Process) bool {
	return len(l.Sent.Of(to).Pending) <= impl.DefaultWindow
}

// confirmsSelectively confirms what the receiver has, where it may still wait
// in the reorder buffer.
type confirmsSelectively struct{ impl.SelectiveRepeat }

func (l *confirmsSelectively) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, processed uint64
	if kind, _ := impl.Unpack(p, &n, &processed); kind == impl.Ack {
		if m, ok := l.Sent.Of(from).Take(n); ok {
			out.Confirm(from, m)
		}
	}
	l.SelectiveRepeat.Receive(from, p, out)
}

// reachesTooFar takes the acknowledgement of a message for one of all before it.
type reachesTooFar struct{ impl.SelectiveRepeat }

func (l *reachesTooFar) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, processed uint64
	if kind, _ := impl.Unpack(p, &n, &processed); kind == impl.Ack {
		p = impl.Pack(impl.Ack, "", n, n)
	}
	l.SelectiveRepeat.Receive(from, p, out)
}

// retransmitsNewest transmits only the newest message of the window again.
type retransmitsNewest struct{ impl.GoBackN }

func (l *retransmitsNewest) Timeout(t impl.TimerID, out *impl.Effects) {
	pending := l.Sent.Of(spec.Process(t)).Pending
	d := pending[len(pending)-1]
	out.Transmit(spec.Process(t), impl.Pack(impl.Data, d.Message, d.N))
	out.SetTimer(t, impl.RetransmitAtLeast, impl.RetransmitAtMost)
}

// acknowledgesDropped acknowledges every message, also one that it drops.
type acknowledgesDropped struct{ impl.GoBackN }

func (l *acknowledgesDropped) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.GoBackN.Receive(from, p, out)
	var n uint64
	if kind, _ := impl.Unpack(p, &n); kind == impl.Data {
		out.Transmit(from, impl.Pack(impl.Ack, "", n))
	}
}

// wrapsEarly reads numbers modulo the window plus one, which is enough on a
// cable only. It does so for the first numbers: without end, old packets would
// raise n_processed for ever, and there would be infinitely many states.
type wrapsEarly struct{ impl.GoBackN }

func (l *wrapsEarly) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	const modulus = impl.DefaultWindow + 1
	var n uint64
	kind, m := impl.Unpack(p, &n)
	if next := *l.Processed.Of(from) + 1; kind == impl.Data && n%modulus == next%modulus && next < 8 {
		p = impl.Pack(kind, m, next)
	}
	l.GoBackN.Receive(from, p, out)
}
