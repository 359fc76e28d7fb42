package explore

import (
	"context"
	"slices"

	"fairloss/checker/world"
)

// liveness looks for fair cycles on which something owed never happens. Fair
// loss is, for each packet of each channel: transmitted infinitely often if
// and only if received infinitely often (two Streett pairs). A duty is weakly
// fair: what is due throughout a cycle happens in it. Every state may also
// stay as it is for ever, if nothing is due in it.
type liveness struct {
	*search
	ctx      context.Context
	parts    *components
	sent     marks
	received marks
	done     marks // duties
	scratch  []world.Parcel
	duties   []world.Duty
}

func newLiveness(ctx context.Context, s *search) *liveness {
	return &liveness{search: s, ctx: ctx, parts: newComponents(s.edges, s.queue.n)}
}

// marks is a set of small numbers that is emptied at no cost.
type marks struct {
	at  []uint32
	now uint32
}

func (m *marks) clear() { m.now++ }

func (m *marks) add(i uint32) {
	if int(i) >= len(m.at) {
		m.at = append(m.at, make([]uint32, int(i)+1-len(m.at))...)
	}
	m.at[i] = m.now
}

func (m *marks) has(i uint32) bool { return int(i) < len(m.at) && m.at[i] == m.now }

// enter takes the world to a state.
func (l *liveness) enter(state uint32) {
	packed, w := l.queue.at(int(state)), l.world.State()
	for j, c := range l.varied {
		w[c] = packed[j]
	}
}

// at takes the world to a state and returns what is enabled there.
func (l *liveness) at(state uint32) []world.Move {
	l.enter(state)
	l.moves = l.world.Enabled(l.moves[:0])
	return l.moves
}

// due returns the duties in a state, valid until the next call.
func (l *liveness) due(state uint32) []world.Duty {
	l.at(state)
	l.duties = l.world.Due(l.duties[:0])
	return l.duties
}

// fair returns the maximal sets of the states in which a fair run can stay for
// ever, by taking again and again all their edges that were not removed. One
// state without an edge means that nothing happens any more. It returns early
// when the context ends.
func (l *liveness) fair(states []uint32) [][]uint32 {
	var found [][]uint32
	work := [][]uint32{states}
	for len(work) > 0 && l.ctx.Err() == nil {
		part := work[len(work)-1]
		work = work[:len(work)-1]
		arena := make([]uint32, 0, len(part))
		var components [][]uint32
		l.parts.split(part, func(c []uint32) {
			from := len(arena)
			arena = append(arena, c...)
			components = append(components, arena[from:len(arena):len(arena)])
		})
		// The components stay numbered until the next split.
		for _, c := range components {
			switch fair, again := l.refine(c); {
			case fair:
				found = append(found, c)
			case again:
				work = append(work, c)
			}
		}
	}
	return found
}

// refine reports whether a component is fair as it is. If not, it removes the
// edges that no fair run takes infinitely often, and reports whether what is
// left may still be fair.
func (l *liveness) refine(component []uint32) (fair, again bool) {
	l.gather(component)
	for _, d := range l.waiting(component) {
		if !l.done.has(uint32(d)) {
			return false, false
		}
	}
	fair = true
	l.inner(component, func(edge int, step world.Step) {
		unfair := step.Receives && !l.sent.has(uint32(step.Received))
		for _, p := range step.Transmits {
			unfair = unfair || !l.received.has(uint32(p))
		}
		if unfair {
			l.parts.remove(edge)
			fair = false
		}
	})
	return fair, !fair
}

// gather marks what happens within a component.
func (l *liveness) gather(component []uint32) {
	l.sent.clear()
	l.received.clear()
	l.done.clear()
	l.inner(component, func(_ int, step world.Step) {
		if step.Receives {
			l.received.add(uint32(step.Received))
		}
		if step.Fulfils {
			l.done.add(uint32(step.Fulfilled))
		}
		for _, p := range step.Transmits {
			l.sent.add(uint32(p))
		}
	})
}

// waiting returns what is due in all states of a component.
func (l *liveness) waiting(component []uint32) []world.Duty {
	waiting := slices.Clone(l.due(component[0]))
	for _, s := range component[1:] {
		if len(waiting) == 0 {
			break
		}
		due := l.due(s)
		waiting = slices.DeleteFunc(waiting, func(d world.Duty) bool { return !slices.Contains(due, d) })
	}
	return waiting
}

// inner calls yield with each edge that stays within the component.
func (l *liveness) inner(component []uint32, yield func(edge int, step world.Step)) {
	part, of := l.parts.part[component[0]], l.parts.of[component[0]]
	l.each(component, func(e int) bool {
		t := l.edges.to.at(e)
		return l.parts.part[t] == part && l.parts.of[t] == of && !l.parts.removed(e)
	}, yield)
}

// each calls yield with each wanted edge that begins in one of the states.
func (l *liveness) each(states []uint32, wanted func(edge int) bool, yield func(edge int, step world.Step)) {
	for _, s := range states {
		first, end := l.edges.of(int(s))
		var moves []world.Move
		for e := first; e < end; e++ {
			if !wanted(e) {
				continue
			}
			if moves == nil {
				moves = l.at(s)
			}
			step := l.world.Look(moves[e-first], l.scratch)
			l.scratch = step.Transmits
			yield(e, step)
		}
	}
}
