package explore

import (
	"errors"
	"math"
	"slices"

	"fairloss/checker/world"
	"fairloss/spec"
)

// debt is something that a property may owe for ever.
type debt struct {
	owed   spec.Obligation
	by     spec.Monitor    // one that owes it, after a Forever event
	states map[uint32]bool // states of the judges in which it can be owed
	met    map[uint32]bool // observations that meet it, so that it is owed anew after each
	raised map[uint32]bool // observations of which one must recur for it to be owed; nil: it is owed anyway
}

// debts returns what property i may owe for ever. Of a property that is met
// once, what is owed never changes within a cycle: it is one debt. Whether an
// observation meets an obligation does not depend on what else is owed.
func (l *liveness) debts(i int) []*debt {
	var list []*debt
	of := func(o spec.Obligation, by spec.Monitor, judges uint32) *debt {
		k := slices.IndexFunc(list, func(d *debt) bool { return d.owed == o })
		if k < 0 {
			k = len(list)
			list = append(list, &debt{owed: o, by: by, states: map[uint32]bool{}})
		}
		list[k].states[judges] = true
		return list[k]
	}
	p := l.sys.Properties()[i]
	for _, judges := range l.judgesSeen() {
		m := l.sys.Monitor(judges, i)
		switch {
		case m == nil:
		case p.Recurs == spec.Once:
			if l.sys.OwingIn(judges)>>i&1 == 1 {
				of(spec.Obligation{}, nil, judges)
			}
		case p.Recurs == spec.Again:
			after := observing(p, m, []spec.Event{{Kind: spec.Forever}})
			for _, o := range after.Owed() {
				of(o, after, judges)
			}
		default:
			l.raise(p, m, func(o spec.Obligation, by spec.Monitor, observed uint32) {
				d := of(o, by, judges)
				if d.raised == nil {
					d.raised = map[uint32]bool{}
				}
				d.raised[observed] = true
			})
		}
	}
	for _, d := range list {
		d.met = l.meeting(p, d)
	}
	return list
}

// judgesSeen returns the states of the judges that the search has seen, where
// it keeps its states: where liveness is judged.
func (s *search) judgesSeen() []uint32 {
	seen := map[uint32]bool{}
	var list []uint32
	if !s.queue.keep {
		return nil
	}
	for i := range s.queue.n {
		if j := s.queue.at(i)[s.judged]; !seen[j] {
			seen[j] = true
			list = append(list, j)
		}
	}
	return list
}

// raise calls yield with each obligation that an observation raises after
// Forever.
func (l *liveness) raise(p spec.Property, m spec.Monitor, yield func(spec.Obligation, spec.Monitor, uint32)) {
	after := observing(p, m, []spec.Event{{Kind: spec.Forever}})
	for observed := range uint32(l.sys.Observations()) {
		by := observing(p, after, l.sys.Events(observed))
		for _, o := range by.Owed() {
			yield(o, by, observed)
		}
	}
}

// meeting returns the observations that meet a debt.
func (l *liveness) meeting(p spec.Property, d *debt) map[uint32]bool {
	met := map[uint32]bool{}
	for observed := range uint32(l.sys.Observations()) {
		if d.by != nil && !slices.Contains(observing(p, d.by, l.sys.Events(observed)).Owed(), d.owed) {
			met[observed] = true
		}
	}
	return met
}

// observing returns a monitor that has read the events too.
func observing(p spec.Property, m spec.Monitor, events []spec.Event) spec.Monitor {
	m = m.Clone()
	for _, e := range events {
		if p.Reads.Has(e.Kind) {
			m.Observe(e)
		}
	}
	return m
}

// judge returns a lasso on which property i is broken, as short as it can find
// one, and whether there is any.
func (l *liveness) judge(i int) (best lasso, broken bool) {
	best = lasso{length: math.MaxInt, shortest: true}
	for _, d := range l.debts(i) {
		clear(l.parts.cut)
		states := l.owing(d)
		l.each(states, func(int) bool { return len(d.met) > 0 }, func(edge int, step world.Step) {
			if d.met[step.Observed] {
				l.parts.remove(edge)
			}
		})
		components := l.fair(states)
		if d.raised != nil {
			components = slices.DeleteFunc(components, func(c []uint32) bool { return !l.raises(c, d) })
		}
		broken = broken || len(components) > 0
		best = l.shorten(best, components, d.raised)
	}
	return best, broken
}

// blocked returns a lasso, as short as it can find one, on which the link is
// not ready to send on some channel throughout.
func (l *liveness) blocked() lasso {
	best := lasso{length: math.MaxInt, shortest: true}
	if !l.sys.Blocks() {
		return best
	}
	for _, c := range l.sys.Link().Sends() {
		clear(l.parts.cut)
		best = l.shorten(best, l.fair(l.unready(c)), nil)
	}
	return best
}

// unready returns the states that were expanded and in which the link is not
// ready to send on a channel.
func (l *liveness) unready(c spec.Channel) []uint32 {
	var states []uint32
	for s := range l.edges.offset.n {
		l.enter(uint32(s))
		if l.world.Unready(c) {
			states = append(states, uint32(s))
		}
	}
	return states
}

// checkReadiness returns a *Broken, confirmed by the real code, where the link
// is never ready to send again.
func (l *liveness) checkReadiness() error {
	best := l.blocked()
	if best.length == math.MaxInt {
		return nil
	}
	schedule := l.lassoed(best)
	_, _, err := replay(l.sys.Link(), schedule, l.sys.Properties())
	var broken *Broken
	switch {
	case errors.As(err, &broken):
		return newBroken(l.sys.Link(), schedule, nil, broken.cause)
	case err == nil:
		err = errors.New("it is ready again")
	}
	return unlike(l.sys.Link(), schedule, err)
}

// owing returns the states that were expanded and in which the debt is owed.
func (l *liveness) owing(d *debt) []uint32 {
	var states []uint32
	for s := range l.edges.offset.n {
		if d.states[l.queue.at(s)[l.judged]] {
			states = append(states, uint32(s))
		}
	}
	return states
}

// raises reports whether an edge within the fair component raises the debt.
func (l *liveness) raises(component []uint32, d *debt) bool {
	raises := false
	slices.Sort(component)
	l.within(component, component, func(_ int, step world.Step) { raises = raises || d.raised[step.Observed] })
	return raises
}

// within is inner for a component of an earlier split, in ascending order, and
// some of its states.
func (l *liveness) within(states, component []uint32, yield func(edge int, step world.Step)) {
	l.each(states, func(e int) bool {
		_, in := slices.BinarySearch(component, l.edges.to.at(e))
		return in && !l.parts.removed(e)
	}, yield)
}
