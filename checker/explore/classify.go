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

	Messages int  // of the largest workload that was searched to the end
	Complete int  // of the largest one that was for all that holds; 0 where nothing does
	Partly   bool // both ways at once, some searches of what holds came to no end
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

// Growth says how far Classify goes.
type Growth struct {
	Messages  int // of the largest workload; 0: they grow until the context ends
	MaxStates int // of a search of the smallest workload; each round takes four times as many
}

// Sizes of workloads: that of the first round, unless less is wanted, and by
// how much the states of a search grow from round to round.
const (
	firstMessages = 2
	moreStates    = 4
	mostStates    = 1 << 22
)

// Contract stands for the contract of impl.Layer where a property is named.
var Contract = spec.Property{ID: "Contract", Name: "contract of a layer", Sentence: "A layer is a deterministic automaton that does not panic."}

// Classify finds which guarantees a link keeps under its own assumptions, and
// which of the faults of spec.Faults each can withstand. Faults are allowed one
// after the other, each beside those that did no harm: what is withstood is
// withstood together, and each other fault comes with a counterexample that
// shows it, and those withstood, to do harm. More faults only add schedules, so
// that no set which contains such a pair is withstood either.
//
// All is said within the bounds: Workloads of so many messages, and so many
// states of a search. In each round, what was searched to the end has one more
// message, and the rest more states. What is broken stays so; what holds does so
// up to Class.Complete messages; where no search came to an end it is
// Inconclusive. When the context ends the last round is cut short.
//
// An error is a *Broken, or says what is wrong with the link: its contract is
// audited under its own assumptions. Where the link breaks its contract under
// other ones only, that is a counterexample there, of the property Contract.
func Classify(ctx context.Context, link impl.Link, g Growth) (Class, error) {
	c := &classifier{ctx: ctx, link: link, growth: g, known: map[asked]*known{}, audits: map[spec.Assumptions]error{}}
	if err := c.audit(link.Assumes); err != nil {
		return Class{Link: link}, err
	}
	c.messages, c.states = firstMessages, g.MaxStates
	if g.Messages > 0 {
		c.messages = min(firstMessages, g.Messages)
	}
	for {
		c.searches = 0
		class, err := c.round()
		if err != nil || ctx.Err() != nil || c.searches == 0 || c.messages == g.Messages {
			return class, err
		}
		c.messages++
		c.states = min(c.states*moreStates, mostStates)
	}
}

// auditSeed is what the walks of an audit that is part of a search are drawn
// from.
const auditSeed = 1

type classifier struct {
	ctx      context.Context
	link     impl.Link
	growth   Growth
	messages int  // of this round
	states   int  // of a search of this round
	searches int  // of this round
	visited  int  // states of all searches
	partly   bool // some search both ways came to no end, where the one way did
	known    map[asked]*known
	audits   map[spec.Assumptions]error
}

// known is what the searches so far say of a property.
type known struct {
	Finding
	round    int // that searched it last, by its messages
	complete int // messages up to which the search came to an end
}

// round classifies with what is known, and one search more of each property.
func (c *classifier) round() (Class, error) {
	class := Class{Link: c.link}
	// What the link claims comes first: the time may be over before the rest.
	if _, err := c.answer(c.link.Guarantee, c.link.Assumes); err != nil {
		return class, err
	}
	for _, g := range c.guarantees() {
		level, err := c.level(g)
		if err != nil {
			return class, err
		}
		class.Levels = append(class.Levels, level)
	}
	class.States, class.Partly = c.visited, c.partly
	for _, k := range c.known {
		class.Messages = max(class.Messages, k.tried())
		if k.Verdict == spec.Holds && (class.Complete == 0 || k.complete < class.Complete) {
			class.Complete = k.complete
		}
	}
	return class, nil
}

// tried is the number of messages that were tried last.
func (k *known) tried() int {
	if k.Verdict == spec.Holds {
		return k.complete
	}
	return 0
}

// audit audits the contract of the link under some assumptions.
func (c *classifier) audit(assumes spec.Assumptions) error {
	if err, done := c.audits[assumes]; done {
		return err
	}
	link := c.link
	link.Assumes = assumes
	var failure *world.Failure
	walks := AuditWalks / 5
	if assumes != c.link.Assumes {
		walks = AuditWalks / 20
	}
	err := Audit(link, auditSeed, walks)
	if errors.As(err, &failure) {
		err = fmt.Errorf("on %s: %w", assumes, err)
	} else {
		err = nil // it cannot be walked there: a search says why
	}
	c.audits[assumes] = err
	return err
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
	if level.Calm, err = c.confirmed(g, spec.Surroundings(0)); err != nil || level.Calm.Verdict != spec.Holds {
		return level, err
	}
	for _, fault := range spec.AllFaults.Each() {
		a, err := c.confirmed(g, spec.Surroundings(level.Withstands|fault))
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

// confirmed is answer, but nothing holds where the contract is broken.
func (c *classifier) confirmed(g spec.Guarantee, assumes spec.Assumptions) (Answer, error) {
	a, err := c.answer(g, assumes)
	if err != nil || a.Verdict != spec.Holds {
		return a, err
	}
	var broken *Broken
	if errors.As(c.audit(assumes), &broken) {
		f := contractFinding(spec.Property{}, broken)
		f.Counterexample.Schedule.Assumes = &assumes
		a.Verdict, a.Reason, a.Counterexample = f.Verdict, f.Reason, f.Counterexample
	}
	return a, nil
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

// find searches the workloads of some messages for a violation of one property,
// and returns the worst finding so far. Each property has searches of its own:
// together their judges would have many more states.
func (c *classifier) find(p spec.Property, assumes spec.Assumptions) (Finding, error) {
	q := asked{p.ID, assumes}
	k := c.known[q]
	if k == nil {
		k = &known{Finding: Finding{Property: p, Reason: "the time was over"}}
		c.known[q] = k
	}
	if k.Verdict == spec.Violated || k.round == c.messages || c.ctx.Err() != nil {
		return k.Finding, nil
	}
	messages := min(max(firstMessages, k.complete+1), c.messages)
	f, err := c.search(p, assumes, messages)
	switch {
	case err != nil:
		return f, err
	case f.Verdict == spec.Violated:
		k.Finding = f
	case c.ctx.Err() != nil && f.Verdict != spec.Holds:
		return k.Finding, nil // cut short: what was known is all that is
	case f.Verdict == spec.Holds:
		k.Finding, k.complete = f, messages
	case k.complete == 0:
		k.Finding = f
	}
	k.round = c.messages
	return k.Finding, nil
}

// Of Workloads, the first are one way. Those that go both ways have many more
// states: they are searched for a violation in fewer of them, and where they
// come to no end the class says so.
const (
	oneWay       = 2
	bothWaysLess = 16
)

// search searches the workloads of so many messages, and returns the worst
// finding.
func (c *classifier) search(p spec.Property, assumes spec.Assumptions, messages int) (worst Finding, err error) {
	link := c.link
	link.Assumes = assumes
	c.searches++
	for i, workload := range Workloads(link, messages) {
		bounds := Bounds{Workload: workload, MaxStates: c.states}
		both := i >= oneWay
		if both {
			bounds.MaxStates = max(1, c.states/bothWaysLess)
			if worst.Verdict == spec.Violated {
				break
			}
		}
		r, err := Exhaust(c.ctx, link, []spec.Property{p}, bounds)
		f := Finding{Property: p}
		var broken *Broken
		switch {
		case errors.As(err, &broken) && assumes != c.link.Assumes:
			f = contractFinding(p, broken)
		case err != nil:
			return worst, fmt.Errorf("on %s: %w", assumes, err)
		default:
			f = r.Findings[0]
		}
		c.visited += r.Coverage.States + r.Repeated.States
		if both && f.Verdict == spec.Inconclusive && worst.Verdict == spec.Holds {
			c.partly = true
			continue
		}
		if i == 0 || worse(f, worst) {
			worst = f
		}
	}
	if worst.Counterexample != nil {
		worst.Counterexample.Schedule.Assumes = &assumes
	}
	return worst, nil
}

// contractFinding is what a break of the contract says of a property.
func contractFinding(p spec.Property, b *Broken) Finding {
	return Finding{Property: p, Verdict: spec.Violated, Reason: b.Error(), Counterexample: &Counterexample{
		Property: Contract, Schedule: b.Schedule, Broken: -1, Reason: b.Error(),
	}}
}

// worse reports whether a finding says more against a link than another one.
func worse(f, than Finding) bool {
	if f.Verdict == spec.Violated && than.Verdict == spec.Violated {
		return f.Counterexample.Schedule.Len() < than.Counterexample.Schedule.Len()
	}
	return spec.Worst(f.Verdict, than.Verdict) != than.Verdict
}
