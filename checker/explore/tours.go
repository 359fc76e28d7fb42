package explore

import (
	"slices"

	"fairloss/checker/world"
)

// tours searches one fair component for fair cycles.
type tours struct {
	*liveness
	states  []uint32        // ascending
	raised  map[uint32]bool // observations of which the cycle needs one; nil: it needs none
	parcels numbering[world.Parcel]
	numbers numbering[world.Duty]
	arcs    map[uint32][]arc
	dues    map[uint32]mask
	wide    bool // there are more parcels or duties than bits: no cycle is found
}

func newTours(l *liveness, component []uint32, raised map[uint32]bool) *tours {
	return &tours{
		liveness: l, states: component, raised: raised,
		parcels: numbering[world.Parcel]{}, numbers: numbering[world.Duty]{},
		arcs: map[uint32][]arc{}, dues: map[uint32]mask{},
	}
}

// dueIn returns the duties in a state.
func (t *tours) dueIn(state uint32) mask {
	m, known := t.dues[state]
	if !known {
		for _, d := range t.due(state) {
			m = m.or(t.numbers.bit(d, &t.wide))
		}
		t.dues[state] = m
	}
	return m
}

// arcsOf returns the edges from a state that stay within the component.
func (t *tours) arcsOf(state uint32) []arc {
	list, known := t.arcs[state]
	if known {
		return list
	}
	t.within([]uint32{state}, t.states, func(edge int, step world.Step) {
		a := arc{edge: edge, from: state, to: t.edges.to.at(edge), raises: t.raised[step.Observed]}
		if step.Receives {
			a.received = t.parcels.bit(step.Received, &t.wide)
		}
		if step.Fulfils {
			a.done = t.numbers.bit(step.Fulfilled, &t.wide)
		}
		for _, p := range step.Transmits {
			a.sent = a.sent.or(t.parcels.bit(p, &t.wide))
		}
		list = append(list, a)
	})
	t.arcs[state] = list
	return list
}

// begin is the tour that has not left its start.
func (t *tours) begin(start uint32) tour {
	return tour{state: start, raised: t.raised == nil, waiting: t.dueIn(start)}
}

// leg is how a tour was reached.
type leg struct {
	arc
	before, depth int
}

// from returns the shortest fair cycle from start with fewer edges than limit,
// nil where there is none or the nodes that are left are spent.
func (t *tours) from(start uint32, limit int, left *int) []world.Move {
	nodes, legs := []tour{t.begin(start)}, []leg{{before: -1}}
	known := map[tour]bool{nodes[0]: true}
	for i := 0; i < len(nodes) && legs[i].depth+1 < limit && *left > 0 && !t.wide; i++ {
		for _, a := range t.arcsOf(nodes[i].state) {
			next := nodes[i].after(a, t.dueIn(a.to))
			if next.state == start && next.fair() && !t.wide {
				return t.moves(trace(append(legs, leg{a, i, 0})))
			}
			if !known[next] {
				*left--
				known[next] = true
				nodes, legs = append(nodes, next), append(legs, leg{a, i, legs[i].depth + 1})
			}
		}
	}
	return nil
}

// some returns a fair cycle from start, not the shortest: it goes to the
// nearest arc on which something that is missing happens, again and again.
func (t *tours) some(start uint32) []world.Move {
	now := t.begin(start)
	var arcs []arc
	for !t.wide && (len(arcs) == 0 || now.state != start || !now.fair()) {
		path := t.toward(now, start)
		for _, a := range path {
			now = now.after(a, t.dueIn(a.to))
		}
		if arcs = append(arcs, path...); path == nil {
			return nil
		}
	}
	if t.wide {
		return nil
	}
	return t.moves(arcs)
}

// toward returns a shortest path to an arc that brings a tour nearer to being
// fair or, where it is fair, to the start.
func (t *tours) toward(now tour, start uint32) []arc {
	states, legs := []uint32{now.state}, []leg{{before: -1}}
	known := map[uint32]bool{now.state: true}
	for i := 0; i < len(states); i++ {
		for _, a := range t.arcsOf(states[i]) {
			if now.fair() && a.to == start || !now.fair() && now.nearer(a, t.dueIn(a.to)) {
				return trace(append(legs, leg{a, i, 0}))
			}
			if !known[a.to] {
				known[a.to] = true
				states, legs = append(states, a.to), append(legs, leg{a, i, 0})
			}
		}
	}
	return nil
}

// trace returns the arcs that lead to the last leg.
func trace(legs []leg) []arc {
	var arcs []arc
	for i := len(legs) - 1; legs[i].before >= 0; i = legs[i].before {
		arcs = append(arcs, legs[i].arc)
	}
	slices.Reverse(arcs)
	return arcs
}

// moves returns what happens on the arcs.
func (t *tours) moves(arcs []arc) []world.Move {
	var moves []world.Move
	for _, a := range arcs {
		first, _ := t.edges.of(int(a.from))
		moves = append(moves, t.at(a.from)[a.edge-first])
	}
	return moves
}
