package world

import "fairloss/spec"

// Parcel is a packet on a channel, as a small number of one System.
type Parcel uint32

// Duty is what must happen in the end if it can happen for ever: that an armed
// timer expires, that a delivery is confirmed and, unless the network loses
// what it does not drop, that a packet in flight is delivered. It is a small
// number of one System.
type Duty uint32

func (sys *System) parcel(channel uint8, packet uint32) Parcel {
	return Parcel(packet*uint32(sys.n*sys.n) + uint32(channel))
}

func (sys *System) alarm(p int, in uint32) Duty { return Duty(3 * (in*uint32(sys.n) + uint32(p))) }

func delivery(p Parcel) Duty { return Duty(3*p + 1) }

func confirming(p Parcel) Duty { return Duty(3*p + 2) }

// Step is what a move does, as fairness sees it. On a Stubborn network all
// deliveries are duties, and what is transmitted says no more.
type Step struct {
	Receives  bool
	Received  Parcel // where Receives
	Fulfils   bool
	Fulfilled Duty     // where Fulfils
	Transmits []Parcel // valid until the next Look
	Observed  uint32   // what the judges see: an argument of System.Events
}

// Look says what an enabled move would do, without making it. It learns
// nothing: the move must have been made before in this System.
func (w *World) Look(m Move, scratch []Parcel) Step {
	s := Step{Transmits: scratch[:0]}
	network := w.sys.net.assumes.Network
	switch m.kind {
	case Deliver:
		parcel := w.sys.parcel(m.place, m.id)
		s.Receives, s.Received = network != spec.StubbornNetwork, parcel
		s.Fulfils, s.Fulfilled = w.sys.net.owes(), delivery(parcel)
	case Confirm:
		s.Fulfils, s.Fulfilled = true, confirming(w.sys.parcel(m.place, m.id))
	case Timeout:
		s.Fulfils, s.Fulfilled = true, w.sys.alarm(int(m.place), m.id)
	case Duplicate, Drop:
		return s
	case Cut, Heal:
		s.Observed = w.sys.partitions[m.kind == Cut][m.place]
		return s
	}
	p, in := w.handled(m)
	pr := w.sys.procs[p]
	t := &pr.transitions[pr.locals[w.locals[p]].row[in]]
	s.Observed = t.observed
	if network == spec.StubbornNetwork {
		return s
	}
	for _, push := range t.sends {
		if w.closed(int(push.channel)) {
			continue // fair loss is between processes that are up
		}
		s.Transmits = append(s.Transmits, w.sys.parcel(push.channel, push.packet))
	}
	return s
}

// Due appends the duties of this state.
func (w *World) Due(list []Duty) []Duty {
	for p, pr := range w.sys.procs {
		for _, a := range pr.locals[w.locals[p]].timers {
			list = append(list, w.sys.alarm(p, a.in))
		}
	}
	for c, content := range w.channels {
		if !w.closed(c) {
			list = w.sys.duties(list, c, w.sys.net.due(content), delivery)
		}
		if !w.local(c / w.sys.n).down {
			list = w.sys.duties(list, c, w.sys.net.contents[content].unconfirmed, confirming)
		}
	}
	return list
}

// duties appends the duty that each of the packets of channel c is; equal ones
// stand together and are one.
func (sys *System) duties(list []Duty, c int, packets []uint32, of func(Parcel) Duty) []Duty {
	for i, id := range packets {
		if i == 0 || id != packets[i-1] {
			list = append(list, of(sys.parcel(uint8(c), id)))
		}
	}
	return list
}

// Events returns an observation: the events of a step that some property
// reads.
func (sys *System) Events(observed uint32) []spec.Event { return sys.judges.observations[observed] }

// Observations is the number of observations so far; they are numbered from 0.
func (sys *System) Observations() int { return len(sys.judges.observations) }

// Monitor returns the monitor of a property in a state of the judges, nil
// where the property is violated. It must not be changed.
func (sys *System) Monitor(judges uint32, property int) spec.Monitor {
	j := sys.judges
	return j.automata[property].states[j.states[judges].parts[property]].monitor
}

// OwingIn is the set of properties with open obligations where the judges are
// in that state, a bit for each.
func (sys *System) OwingIn(judges uint32) uint32 { return sys.judges.states[judges].owing }
