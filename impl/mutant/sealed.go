package mutant

import (
	"fairloss/impl"
	"fairloss/spec"
)

// undirected is a secret seal that says nothing of who sent the packet to whom.
func undirected() impl.Seal {
	seal := impl.HMAC([]byte("a key that both ends know"))
	return impl.Seal{Secret: true, Of: func(_, _ spec.Process, p impl.Packet) string { return seal.Of(0, 0, p) }}
}

// apart takes the commits of a layer apart, into a store and deliveries.
func apart(out *impl.Effects, handle func(*impl.Effects), split func(*impl.Effects, impl.Effect)) {
	var inner impl.Effects
	handle(&inner)
	for _, e := range inner.List() {
		switch e.Kind {
		case impl.Transmit:
			out.Transmit(e.Peer, e.Packet)
		case impl.Confirm:
			out.Confirm(e.Peer, e.Message)
		case impl.SetTimer:
			out.SetTimer(e.Timer, e.AtLeast, e.AtMost)
		case impl.CancelTimer:
			out.CancelTimer(e.Timer)
		case impl.Store:
			out.Store(e.Stable)
		case impl.Commit:
			split(out, e)
		}
	}
}

func deliver(out *impl.Effects, e impl.Effect) {
	for _, d := range e.Deliveries {
		out.Deliver(d.From, d.Message)
	}
}

// storesThenDelivers stores that it has delivered before it does.
type storesThenDelivers struct{ impl.StoreFirst }

func (l *storesThenDelivers) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	apart(out, func(inner *impl.Effects) { l.StoreFirst.Receive(from, p, inner) }, func(out *impl.Effects, e impl.Effect) {
		out.Store(e.Stable)
		deliver(out, e)
	})
}

// deliversThenStores delivers before it stores that it has.
type deliversThenStores struct{ impl.StoreFirst }

func (l *deliversThenStores) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	apart(out, func(inner *impl.Effects) { l.StoreFirst.Receive(from, p, inner) }, func(out *impl.Effects, e impl.Effect) {
		deliver(out, e)
		out.Store(e.Stable)
	})
}
