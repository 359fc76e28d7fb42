package mutant

import (
	"fairloss/impl"
	"fairloss/spec"
)

// confirmsOutOfOrder passes confirmations on as they come.
type confirmsOutOfOrder struct{ impl.ConfirmInOrder }

func (l *confirmsOutOfOrder) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	out.Confirm(to, spec.Message(p))
}

// closesAtOnce confirms what it has handed to the layer below.
type closesAtOnce struct{ impl.ConfirmInOrder }

func (l *closesAtOnce) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.ConfirmInOrder.Send(to, m, out)
	out.Confirm(to, m)
}

func (l *closesAtOnce) Confirmed(spec.Process, impl.Packet, *impl.Effects) {}
