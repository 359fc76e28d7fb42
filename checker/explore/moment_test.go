package explore

import (
	"slices"
	"strings"

	"fairloss/spec"
)

// moment is a state of an automaton on its network.
type moment struct {
	state   [2]uint8
	armed   [2]bool
	flight  [2]string // packets of each process that can be delivered
	owed    [2]string // those that must be; where the network confirms
	untold  [2]string // those that were, and of which it will be told
	drops   int       // so far, on a Bag
	copies  int       // so far
	sent    bool      // the message was sent; not kept where it is repeated
	arrived bool      // and delivered since
}

// edge is a step between two moments, by number.
type edge struct {
	to             int
	sent, received uint8 // a bit for each parcel: those of process 0, then those of 1
	told           uint8 // a bit for the parcel whose sender is told
	expires        int   // process, or -1
	sends          bool
	delivers       bool
}

// parcel is the bit of a packet that process p transmits.
func parcel(p int, packet byte) uint8 { return 1 << (int(packet-'x') + alphabet*p) }

// among reports whether the network is one of these.
func (a *automaton) among(networks ...spec.Network) bool {
	return slices.Contains(networks, a.assumes.Network)
}

// confirms reports whether the network loses nothing and confirms.
func (a *automaton) confirms() bool {
	return a.among(spec.AtLeastOnceNetwork, spec.FIFOAtLeastOnceNetwork, spec.PerfectNetwork, spec.FIFOPerfectNetwork)
}

func (a *automaton) queues() bool { return a.among(spec.FIFONetwork, spec.FIFOPerfectNetwork) }

// transmit adds a packet of process p to those on their way.
func (a *automaton) transmit(m *moment, p int, packet string) {
	c := &m.flight[p]
	switch {
	case a.among(spec.FIFOAtLeastOnceNetwork):
		m.owed[p] += packet // what was delivered can be delivered again
		return
	case a.among(spec.FIFONetwork, spec.BagNetwork) && len(*c) >= a.assumes.Cap():
	case a.queues():
		*c += packet
	case a.among(spec.BagNetwork, spec.PerfectNetwork) || !strings.Contains(*c, packet):
		*c = sorted(*c + packet)
	}
	if a.confirms() {
		m.owed[p] = sorted(m.owed[p] + packet)
	}
}

// sorted returns the letters in order.
func sorted(letters string) string {
	list := strings.Split(letters, "")
	slices.Sort(list)
	return strings.Join(list, "")
}

// movable returns the packets of process p that can arrive or be lost.
func (a *automaton) movable(m moment, p int) string {
	switch {
	case a.queues():
		return first(m.flight[p])
	case a.among(spec.FIFOAtLeastOnceNetwork) && !strings.Contains(m.flight[p], first(m.owed[p])):
		return m.flight[p] + first(m.owed[p])
	}
	return m.flight[p]
}

// first returns the first packet of some, "" of none.
func first(packets string) string { return packets[:min(1, len(packets))] }

// due returns the packets of process p that must arrive.
func (a *automaton) due(m moment, p int) string {
	switch {
	case a.among(spec.AtLeastOnceNetwork):
		return m.owed[p]
	case a.among(spec.FIFOAtLeastOnceNetwork):
		return first(m.owed[p])
	case a.among(spec.SetNetwork, spec.LossySetNetwork, spec.FIFONetwork):
		return ""
	}
	return a.movable(m, p)
}

// waits reports whether too much of what process p sent is still to arrive.
func (a *automaton) waits(m moment, p int) bool {
	return a.confirms() && len(m.owed[p]) >= a.assumes.Cap()
}

// less takes one such packet away.
func less(packets, packet string) string { return strings.Replace(packets, packet, "", 1) }

// arrive takes a packet of process p to its receiver.
func (a *automaton) arrive(m *moment, p int, packet string) {
	if a.among(spec.BagNetwork, spec.FIFONetwork, spec.PerfectNetwork, spec.FIFOPerfectNetwork) {
		m.flight[p] = less(m.flight[p], packet)
	}
	if a.among(spec.FIFOAtLeastOnceNetwork) {
		m.flight[p] = sorted(less(m.flight[p], packet) + packet)
		if first(m.owed[p]) != packet {
			return
		}
	}
	if strings.Contains(m.owed[p], packet) {
		m.owed[p] = less(m.owed[p], packet)
		if a.confirmer {
			m.untold[p] = sorted(m.untold[p] + packet)
		}
	}
}

// step returns what an input does.
func (a *automaton) step(m moment, p, in int, repeated bool) (moment, edge) {
	e := edge{expires: -1, sends: in == requested}
	switch {
	case in == expired:
		e.expires, m.armed[p] = p, false
	case in >= told:
		packet := string(rune('x' + in - told))
		e.told, m.untold[p] = parcel(p, packet[0]), less(m.untold[p], packet)
	case in >= heard:
		packet := string(rune('x' + in - heard))
		e.received = parcel(1-p, packet[0])
		a.arrive(&m, 1-p, packet)
	}
	r := a.machines[p][m.state[p]][in]
	e.sent, e.delivers = r.transmits<<(alphabet*p), r.delivers
	m.state[p] = r.next
	for x := range alphabet {
		if r.transmits>>x&1 == 1 {
			a.transmit(&m, p, string(rune('x'+x)))
		}
	}
	m.armed[p] = !r.disarms && (r.arms || m.armed[p])
	m.sent = !repeated && (m.sent || e.sends)
	m.arrived = m.sent && (m.arrived || e.delivers)
	return m, e
}

// graph returns all moments and the edges from each.
func (a *automaton) graph(repeated bool) ([]moment, [][]edge) {
	moments, numbers := []moment{{}}, map[moment]int{{}: 0}
	var edges [][]edge
	for i := 0; i < len(moments); i++ {
		m := moments[i]
		var list []edge
		add := func(next moment, e edge) {
			to, known := numbers[next]
			if !known {
				to = len(moments)
				numbers[next] = to
				moments = append(moments, next)
			}
			e.to = to
			list = append(list, e)
		}
		take := func(p, in int) { add(a.step(m, p, in, repeated)) }
		if (repeated || !m.sent) && !a.waits(m, 0) && !a.unready(m) {
			take(0, requested)
		}
		for p := range 2 {
			for _, x := range a.movable(m, 1-p) {
				if !a.waits(m, p) && len(m.untold[1-p]) < a.assumes.Cap() {
					take(p, heard+int(x-'x'))
				}
				if lost, can := a.lose(m, 1-p, string(x)); can {
					add(lost, edge{expires: -1})
				}
				if twice, can := a.copy(m, 1-p, string(x)); can {
					add(twice, edge{expires: -1})
				}
			}
			if a.waits(m, p) {
				continue
			}
			for _, x := range m.untold[p] {
				take(p, told+int(x-'x'))
			}
			if m.armed[p] {
				take(p, expired)
			}
		}
		edges = append(edges, list)
	}
	return moments, edges
}

// unready reports whether the sender is not ready.
func (a *automaton) unready(m moment) bool { return a.closed>>m.state[0]&1 == 1 }

// lose loses a packet of process p, where the network can.
func (a *automaton) lose(m moment, p int, packet string) (moment, bool) {
	if a.among(spec.BagNetwork) {
		m.drops++
	}
	m.flight[p] = less(m.flight[p], packet)
	return m, a.among(spec.LossySetNetwork, spec.BagNetwork, spec.FIFONetwork) && m.drops <= a.assumes.Drops
}

// copy doubles a packet of process p, where the network can.
func (a *automaton) copy(m moment, p int, packet string) (moment, bool) {
	m.copies++
	can := len(m.flight[p]) < a.assumes.Cap() && m.copies <= a.assumes.Duplicates
	m.flight[p] = strings.Replace(m.flight[p], packet, packet+packet, 1)
	return m, can
}
