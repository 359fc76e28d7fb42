package explore

import (
	"strings"

	"fairloss/spec"
)

// moment is a state of an automaton on its network.
type moment struct {
	state   [2]uint8
	armed   [2]bool
	flight  [2]string // packets on their way from each process
	drops   int       // so far, on a Bag
	sent    bool      // the message was sent; not kept where it is repeated
	arrived bool      // and delivered since
}

// edge is a step between two moments, by number.
type edge struct {
	to             int
	sent, received uint8 // a bit for each parcel: those of process 0, then those of 1
	expires        int   // process, or -1
	sends          bool
	delivers       bool
}

// parcel is the bit of a packet that process p transmits.
func parcel(p int, packet byte) uint8 { return 1 << (int(packet-'x') + alphabet*p) }

// transmit adds a packet of process p to those on their way.
func (a *automaton) transmit(m *moment, p int, packet string) {
	c, n := &m.flight[p], a.assumes.Network
	switch {
	case n == spec.FIFONetwork && len(*c) < a.assumes.Cap():
		*c += packet
	case n == spec.BagNetwork && len(*c) < a.assumes.Cap(), n <= spec.LossySetNetwork && !strings.Contains(*c, packet):
		i := strings.IndexFunc(*c, func(r rune) bool { return r > rune(packet[0]) })
		if i < 0 {
			i = len(*c)
		}
		*c = (*c)[:i] + packet + (*c)[i:]
	}
}

// movable returns the packets of process p that can arrive or be lost.
func (a *automaton) movable(m moment, p int) string {
	if a.assumes.Network == spec.FIFONetwork {
		return m.flight[p][:min(1, len(m.flight[p]))]
	}
	return m.flight[p]
}

// remove takes a packet of process p away.
func remove(m moment, p int, packet string) moment {
	m.flight[p] = strings.Replace(m.flight[p], packet, "", 1)
	return m
}

// step returns what an input does.
func (a *automaton) step(m moment, p, in int, repeated bool) (moment, edge) {
	e := edge{expires: -1, sends: in == requested}
	switch {
	case in == expired:
		e.expires, m.armed[p] = p, false
	case in >= heard:
		packet := string(rune('x' + in - heard))
		e.received = parcel(1-p, packet[0])
		if a.assumes.Network >= spec.BagNetwork {
			m = remove(m, 1-p, packet)
		}
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
		if repeated || !m.sent {
			take(0, requested)
		}
		for p := range 2 {
			for _, x := range a.movable(m, 1-p) {
				take(p, heard+int(x-'x'))
				if lost, can := a.lose(m, 1-p, string(x)); can {
					add(lost, edge{expires: -1})
				}
			}
			if m.armed[p] {
				take(p, expired)
			}
		}
		edges = append(edges, list)
	}
	return moments, edges
}

// lose loses a packet of process p, where the network can.
func (a *automaton) lose(m moment, p int, packet string) (moment, bool) {
	if a.assumes.Network == spec.BagNetwork {
		m.drops++
	}
	can := a.assumes.Network != spec.SetNetwork && m.drops <= a.assumes.Drops
	return remove(m, p, packet), can
}
