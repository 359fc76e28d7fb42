package explore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Class is what a link keeps, and what it needs for that, within the bounds of
// exhaustive searches.
type Class struct {
	Link   impl.Link
	Levels []Level // one for each guarantee, weaker ones first
	States int     // visited by all searches
}

// Level is what a link makes of one guarantee.
type Level struct {
	Guarantee  spec.Guarantee
	Own        Answer      // under the assumptions that the link claims
	Calm       Answer      // where nothing fails
	Withstands spec.Faults // where Calm holds: a set of faults that can happen without harm, all together
	Faults     []Need      // where Calm holds: the other faults
}

// Need is a fault that a link must be spared to keep a guarantee, or about
// which the searches came to no end.
type Need struct {
	Fault  spec.Faults // one
	Answer Answer      // of this fault together with those that the link withstands
}

// Answer is the result of the searches under one set of assumptions.
type Answer struct {
	Assumes        spec.Assumptions
	Verdict        spec.Verdict
	Reason         string          // where it is Inconclusive
	Counterexample *Counterexample // where it is Violated: a shortest one of these searches
}

// Strongest returns the levels of the guarantees that the link keeps under its
// own assumptions and that no other of these implies.
func (c Class) Strongest() []Level {
	var kept []Level
	for _, l := range c.Levels {
		if l.Own.Verdict == spec.Holds {
			kept = append(kept, l)
		}
	}
	return slices.DeleteFunc(slices.Clone(kept), func(l Level) bool {
		return slices.ContainsFunc(kept, func(m Level) bool {
			return m.Guarantee.Implies(l.Guarantee) && !l.Guarantee.Implies(m.Guarantee)
		})
	})
}

// Next returns the levels of the guarantees that the link breaks under its own
// assumptions although it keeps all that the guarantee implies.
func (c Class) Next() []Level {
	broken := slices.DeleteFunc(slices.Clone(c.Levels), func(l Level) bool { return l.Own.Verdict != spec.Violated })
	return slices.DeleteFunc(slices.Clone(broken), func(l Level) bool {
		return slices.ContainsFunc(broken, func(m Level) bool {
			return l.Guarantee.Implies(m.Guarantee) && !m.Guarantee.Implies(l.Guarantee)
		})
	})
}

// Classify finds which guarantees a link keeps under its own assumptions, and
// which of the faults of spec.Faults each can withstand. Faults are allowed one
// after the other, each beside those that did no harm: what is withstood is
// withstood together, and each other fault comes with a counterexample that
// shows it, and those withstood, to do harm. More faults only add schedules, so
// that no set which contains such a pair is withstood either.
//
// All is said within the bounds: the workloads, and so many states of a search.
// A link whose searches are larger is Inconclusive where nothing was found. An
// error is a *Broken, or says what is wrong with the link: its contract is
// audited under its own assumptions, and with all faults at once.
func Classify(ctx context.Context, link impl.Link, workloads [][]world.Request, maxStates int) (Class, error) {
	c := &classifier{ctx: ctx, link: link, workloads: workloads, maxStates: maxStates, known: map[asked]Finding{}}
	class := Class{Link: link}
	for _, g := range c.guarantees() {
		level, err := c.level(g)
		if err != nil {
			return class, err
		}
		class.Levels = append(class.Levels, level)
	}
	class.States = c.states
	all := link
	all.Assumes = spec.Surroundings(spec.AllFaults)
	for _, audited := range []impl.Link{link, all} {
		var failure *world.Failure
		if err := Audit(audited, auditSeed, AuditWalks/5); errors.As(err, &failure) {
			return class, fmt.Errorf("on %s: %w", audited.Assumes, err)
		}
	}
	return class, nil
}

// auditSeed is what the walks of an audit that is part of a search are drawn
// from.
const auditSeed = 1

type classifier struct {
	ctx       context.Context
	link      impl.Link
	workloads [][]world.Request
	maxStates int
	known     map[asked]Finding
	states    int
}

// guarantees returns those of the ladder, and the one that the link claims
// where that is more.
func (c *classifier) guarantees() []spec.Guarantee {
	list := spec.Guarantees()
	i := slices.IndexFunc(list, func(g spec.Guarantee) bool { return g.Name == c.link.Guarantee.Name })
	switch {
	case i < 0:
		list = append(list, c.link.Guarantee)
	case len(c.link.Guarantee.Properties) > len(list[i].Properties):
		list = slices.Insert(list, i+1, c.link.Guarantee)
	}
	return list
}

func (c *classifier) level(g spec.Guarantee) (level Level, err error) {
	level.Guarantee = g
	if level.Own, err = c.answer(g, c.link.Assumes); err != nil {
		return level, err
	}
	if level.Calm, err = c.answer(g, spec.Surroundings(0)); err != nil || level.Calm.Verdict != spec.Holds {
		return level, err
	}
	for _, fault := range spec.AllFaults.Each() {
		a, err := c.answer(g, spec.Surroundings(level.Withstands|fault))
		switch {
		case err != nil:
			return level, err
		case a.Verdict == spec.Holds:
			level.Withstands |= fault
		default:
			level.Faults = append(level.Faults, Need{fault, a})
		}
	}
	return level, nil
}

// answer is Holds where the link keeps the guarantee, or one that implies it:
// the latter may be decided where the former is not, as fair loss is, which is
// about what is sent for ever.
func (c *classifier) answer(g spec.Guarantee, assumes spec.Assumptions) (Answer, error) {
	for _, h := range c.guarantees() {
		if h.Implies(g) && !g.Implies(h) {
			if a, err := c.searched(h, assumes); err != nil || a.Verdict == spec.Holds {
				return a, err
			}
		}
	}
	return c.searched(g, assumes)
}

// searched sums up what the searches say of the properties of a guarantee.
func (c *classifier) searched(g spec.Guarantee, assumes spec.Assumptions) (Answer, error) {
	a := Answer{Assumes: assumes, Verdict: spec.Holds}
	for _, p := range g.Properties {
		f, err := c.find(p, assumes)
		if err != nil {
			return a, err
		}
		if spec.Worst(a.Verdict, f.Verdict) != a.Verdict {
			a.Verdict, a.Reason = f.Verdict, f.Reason
		}
		if c := f.Counterexample; c != nil && (a.Counterexample == nil || c.Schedule.Len() < a.Counterexample.Schedule.Len()) {
			a.Counterexample = c
		}
	}
	return a, nil
}

// asked is a property under some assumptions.
type asked struct {
	property string
	assumes  spec.Assumptions
}

// find searches each workload for a violation of one property, and returns the
// worst finding. Each property has searches of its own: together their judges
// would have many more states.
func (c *classifier) find(p spec.Property, assumes spec.Assumptions) (Finding, error) {
	q := asked{p.ID, assumes}
	if f, known := c.known[q]; known {
		return f, nil
	}
	link := c.link
	link.Assumes = assumes
	var worst Finding
	for i, workload := range c.workloads {
		r, err := Exhaust(c.ctx, link, []spec.Property{p}, Bounds{Workload: workload, MaxStates: c.maxStates})
		var failure *world.Failure
		if errors.As(err, &failure) {
			return worst, fmt.Errorf("on %s: %w", assumes, err)
		}
		f := Finding{Property: p}
		if err != nil {
			f.Reason = err.Error()
		} else {
			f = r.Findings[0]
		}
		c.states += r.Coverage.States + r.Repeated.States
		if i == 0 || worse(f, worst) {
			worst = f
		}
	}
	if worst.Counterexample != nil {
		worst.Counterexample.Schedule.Assumes = &assumes
	}
	c.known[q] = worst
	return worst, nil
}

// worse reports whether a finding says more against a link than another one.
func worse(f, than Finding) bool {
	if f.Verdict == spec.Violated && than.Verdict == spec.Violated {
		return f.Counterexample.Schedule.Len() < than.Counterexample.Schedule.Len()
	}
	return spec.Worst(f.Verdict, than.Verdict) != than.Verdict
}
