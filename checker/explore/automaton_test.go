package explore

import (
	"math/rand/v2"

	"fairloss/impl"
	"fairloss/spec"
)

// An automaton is a link of two random machines: a sender at process 0, which
// takes requests, and a receiver at process 1, which delivers.
type automaton struct {
	machines  [2]machine
	assumes   spec.Assumptions
	closed    uint8 // a bit for each state in which the sender is not ready
	confirmer bool  // it is told what was delivered, on a network that confirms
}

const (
	machineStates = 2
	alphabet      = 2 // packets of each direction
)

// machine says what a process does, by state and input: a request, one of the
// packets, an expiry, or the confirmation of a packet.
type machine [machineStates][inputs]rule

const (
	requested = 0
	heard     = 1 // and the packet
	expired   = 1 + alphabet
	told      = 2 + alphabet // and the packet
	inputs    = 2 + 2*alphabet
)

type rule struct {
	next      uint8
	transmits uint8 // a bit for each packet
	delivers  bool
	arms      bool
	disarms   bool
}

// randomAutomaton draws an automaton. Half of them are eager, so that some keep
// what links keep.
func randomAutomaton(r *rand.Rand) *automaton {
	var a automaton
	eager := r.IntN(2) == 0
	for p := range a.machines {
		for s := range machineStates {
			for in := range inputs {
				rule := rule{
					next:      uint8(r.IntN(machineStates)),
					transmits: uint8(max(0, r.IntN(7)-3)), // mostly none
					delivers:  p == 1 && in != requested && r.IntN(3) == 0,
					arms:      r.IntN(2) == 0,
					disarms:   r.IntN(4) == 0,
				}
				if eager {
					rule.arms, rule.disarms = rule.arms || p == 0, rule.disarms && p == 1
					rule.delivers = rule.delivers || p == 1 && in != requested && r.IntN(4) > 0
					rule.transmits |= uint8(r.IntN(1 << alphabet))
				}
				a.machines[p][s][in] = rule
			}
		}
	}
	return &a
}

// link returns the automaton as a link.
func (a *automaton) link() impl.Link {
	sends := []spec.Channel{{From: 0, To: 1}}
	return impl.Link{Name: "automaton", Assumes: a.assumes, Channels: sends, New: func(self spec.Process, _ []spec.Process) impl.Layer {
		l := running{machine: &a.machines[self], peer: 1 - self, closed: a.closed}
		if a.confirmer {
			return &listening{l}
		}
		return &l
	}}
}

// running is a machine in a state, as a layer.
type running struct {
	machine *machine
	peer    spec.Process
	closed  uint8
	state   uint8
}

func (l *running) Ready(spec.Process) bool { return l.closed>>l.state&1 == 0 }

func (l *running) Init(*impl.Effects) {}

func (l *running) Send(_ spec.Process, _ spec.Message, out *impl.Effects) { l.take(requested, out) }

func (l *running) Receive(_ spec.Process, p impl.Packet, out *impl.Effects) {
	l.take(heard+int(p[0]-'x'), out)
}

func (l *running) Timeout(_ impl.TimerID, out *impl.Effects) { l.take(expired, out) }

func (l *running) take(in int, out *impl.Effects) {
	r := l.machine[l.state][in]
	l.state = r.next
	for p := range alphabet {
		if r.transmits>>p&1 == 1 {
			out.Transmit(l.peer, impl.Packet(rune('x'+p)))
		}
	}
	if r.delivers {
		out.Deliver(l.peer, "a")
	}
	switch {
	case r.disarms:
		out.CancelTimer(0)
	case r.arms:
		out.SetTimer(0, impl.RetransmitAtLeast, impl.RetransmitAtMost)
	}
}

func (l *running) AppendKey(b []byte) []byte { return append(b, l.state) }

// listening is running, and is told what was delivered.
type listening struct{ running }

func (l *listening) Confirmed(_ spec.Process, p impl.Packet, out *impl.Effects) {
	l.take(told+int(p[0]-'x'), out)
}
