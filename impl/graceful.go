package impl

import (
	"slices"

	"fairloss/spec"
)

// ConfirmInOrder passes confirmations on in the order in which the messages
// were sent, and leaves deliveries as they are. So who wants to close the link
// sends one last message, and once that is confirmed everything before it is
// delivered too: nothing is lost if the process goes away. It needs a layer
// below that confirms what it has delivered.
type ConfirmInOrder struct {
	Sent PerPeer[[]Unconfirmed]
}

// Unconfirmed is a message that was sent, and whether the layer below has
// confirmed it.
type Unconfirmed struct {
	Message   spec.Message
	Delivered bool
}

// Init does nothing.
func (l *ConfirmInOrder) Init(*Effects) {}

// Send transmits m.
func (l *ConfirmInOrder) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	*sent = append(*sent, Unconfirmed{Message: m})
	out.Transmit(to, Packet(m))
}

// Receive delivers.
func (l *ConfirmInOrder) Receive(from spec.Process, p Packet, out *Effects) {
	out.Deliver(from, spec.Message(p))
}

// Confirmed confirms the messages up to the first that the layer below has not
// confirmed.
func (l *ConfirmInOrder) Confirmed(to spec.Process, p Packet, out *Effects) {
	sent := l.Sent.Of(to)
	if i := slices.Index(*sent, Unconfirmed{Message: spec.Message(p)}); i >= 0 {
		(*sent)[i].Delivered = true
	}
	for len(*sent) > 0 && (*sent)[0].Delivered {
		out.Confirm(to, (*sent)[0].Message)
		*sent = (*sent)[1:]
	}
}

// Timeout does nothing: retransmission is for the layer below.
func (l *ConfirmInOrder) Timeout(TimerID, *Effects) {}
