package explore

import (
	"cmp"
	"math"
	"slices"

	"fairloss/checker/world"
)

// maxTours bounds the search for a shortest cycle, in nodes.
const maxTours = 1 << 19

// lasso is a counterexample to liveness: a way to a state, and a fair cycle
// from there back to it. An empty cycle means that nothing happens any more.
type lasso struct {
	start    uint32
	cycle    []world.Move
	length   int  // actions of stem and cycle; math.MaxInt where none was found
	shortest bool // no lasso within the bounds is shorter
}

// shorten returns the shortest lasso into any of the fair components, or best
// where that is as short. On its cycle one of the raised observations must
// occur, unless raised is nil.
func (l *liveness) shorten(best lasso, components [][]uint32, raised map[uint32]bool) lasso {
	if l.ctx.Err() != nil {
		best.shortest = false
		return best
	}
	for _, c := range components {
		slices.Sort(c)
		if s, found := l.rest(c); found && raised == nil && l.depth(s) < best.length {
			best.start, best.cycle, best.length = s, nil, l.depth(s)
		}
	}
	slices.SortFunc(components, func(a, b []uint32) int { return cmp.Compare(a[0], b[0]) })
	left := maxTours
	for _, c := range components {
		if l.depth(c[0])+1 >= best.length {
			break
		}
		t := newTours(l, c, raised)
		if best.length == math.MaxInt {
			best = t.improve(best, c[0], t.some(c[0]))
		}
		best = t.search(best, &left)
		best.shortest = best.shortest && !t.wide
	}
	return best
}

// rest returns the first state of a component in which nothing is due.
func (l *liveness) rest(component []uint32) (uint32, bool) {
	for _, s := range component {
		if len(l.due(s)) == 0 {
			return s, true
		}
	}
	return 0, false
}

// depth is the number of actions from the start to a state.
func (l *liveness) depth(state uint32) int {
	n := 0
	for ; state != 0; state = l.parent.at(int(state)) {
		n++
	}
	return n
}

// search looks for a shorter lasso from each state of the component, until the
// nodes that are left are spent.
func (t *tours) search(best lasso, left *int) lasso {
	for _, s := range t.states {
		if t.depth(s)+1 >= best.length {
			break
		}
		if *left <= 0 || t.ctx.Err() != nil {
			best.shortest = false
			break
		}
		best = t.improve(best, s, t.from(s, best.length-t.depth(s), left))
	}
	return best
}

// improve returns the lasso of a cycle from start, if it is shorter than best.
func (t *tours) improve(best lasso, start uint32, cycle []world.Move) lasso {
	if n := t.depth(start) + len(cycle); cycle != nil && n < best.length {
		best.start, best.cycle, best.length = start, cycle, n
	}
	return best
}
