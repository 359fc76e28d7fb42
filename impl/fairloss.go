package impl

import "fairloss/spec"

// FairLossLink is the plain network: it adds nothing to what lies below, and
// promises what a fair-loss link promises.
type FairLossLink struct{}

// Init does nothing.
func (*FairLossLink) Init(*Effects) {}

// Send transmits the message as it is.
func (*FairLossLink) Send(to spec.Process, m spec.Message, out *Effects) {
	out.Transmit(to, Packet(m))
}

// Receive delivers the packet as it is.
func (*FairLossLink) Receive(from spec.Process, p Packet, out *Effects) {
	out.Deliver(from, spec.Message(p))
}

// Timeout does nothing: there is no timer.
func (*FairLossLink) Timeout(TimerID, *Effects) {}

// AppendKey appends nothing: there is no state.
func (*FairLossLink) AppendKey(b []byte) []byte { return b }

// Describe names the packet after its message.
func (*FairLossLink) Describe(p Packet) string { return "message " + readable(spec.Message(p)) }
