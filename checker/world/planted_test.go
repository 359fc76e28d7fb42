package world_test

import (
	"fairloss/impl"
	"fairloss/spec"
)

// planted is a layer made of functions, for faults that no link of impl has.
// What is nil does nothing.
type planted struct {
	initialise func(out *impl.Effects)
	send       func(to spec.Process, m spec.Message, out *impl.Effects)
	receive    func(from spec.Process, p impl.Packet, out *impl.Effects)
	timeout    func(t impl.TimerID, out *impl.Effects)
	ready      func(to spec.Process) bool
	held       func() int
	key        func() []byte
}

func (l *planted) Init(out *impl.Effects) {
	if l.initialise != nil {
		l.initialise(out)
	}
}

func (l *planted) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	if l.send != nil {
		l.send(to, m, out)
	}
}

func (l *planted) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if l.receive != nil {
		l.receive(from, p, out)
	}
}

func (l *planted) Timeout(t impl.TimerID, out *impl.Effects) {
	if l.timeout != nil {
		l.timeout(t, out)
	}
}

func (l *planted) Ready(to spec.Process) bool { return l.ready == nil || l.ready(to) }

func (l *planted) Held() int {
	if l.held == nil {
		return 0
	}
	return l.held()
}

func (l *planted) AppendKey(b []byte) []byte {
	if l.key == nil {
		return b
	}
	return append(b, l.key()...)
}

// plant returns a link that claims to be fair-loss; fault makes its instances.
func plant(fault func(self spec.Process) *planted) impl.Link {
	return impl.Link{
		Name: "planted", Guarantee: spec.FairLoss,
		New: func(self spec.Process, _ []spec.Process) impl.Layer { return fault(self) },
	}
}

// transmitting is a send handler that adds nothing.
func transmitting(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(m))
}

// delivering is a receive handler that adds nothing.
func delivering(from spec.Process, p impl.Packet, out *impl.Effects) {
	out.Deliver(from, spec.Message(p))
}

// confirmed is a planted layer that is told what was delivered.
type confirmed struct {
	planted
	confirmed func(to spec.Process, p impl.Packet, out *impl.Effects)
}

func (l *confirmed) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	l.confirmed(to, p, out)
}

// forging is a planted layer that says what can be made of its packets.
type forging struct {
	planted
	forge func(p impl.Packet) []impl.Packet
}

func (l *forging) Forge(p impl.Packet) []impl.Packet { return l.forge(p) }

// forgeable returns a link that adds nothing, among attackers, who ask forge.
func forgeable(forge func(p impl.Packet) []impl.Packet) impl.Link {
	return impl.Link{
		Name: "planted", Guarantee: spec.FairLoss, Assumes: spec.Assumptions{Forgeries: 1},
		New: func(spec.Process, []spec.Process) impl.Layer {
			return &forging{planted{send: transmitting, receive: delivering}, forge}
		},
	}
}
