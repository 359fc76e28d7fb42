package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Exhaustive is what an exhaustive search found.
type Exhaustive struct {
	Link     impl.Link
	Bounds   Bounds
	Coverage Coverage
	Repeated Coverage  // of the searches in which the application sends its workload again and again; zero: there was none
	Findings []Finding // one for each property, in the order given; First is 0
}

// Exhaust visits every state that the link can reach within the bounds,
// breadth first: the counterexample to a property of safety is a shortest one.
// It goes on after a violation, for the sake of the other properties, until
// all are violated. Among the states it then looks for fair cycles on which
// something owed never happens: the counterexample to a property of liveness
// is a lasso. A property holds only if the search was complete.
//
// A property that needs time is not judged.
//
// What is sent for ever is for further searches, in which the application may
// send each message of its workload at any time, again and again.
//
// Where liveness is judged, and nothing else is violated, a link that is never
// ready to send again on a fair cycle is Broken: what its application still has
// to send would never be sent.
//
// States are told apart by 64-bit fingerprints: that one was missed has a
// probability of at most Exhaustive.Collision. An error is a *Broken, or says
// what is wrong with the bounds.
func Exhaust(ctx context.Context, link impl.Link, properties []spec.Property, b Bounds) (Exhaustive, error) {
	result := Exhaustive{Link: link, Bounds: b, Findings: make([]Finding, len(properties))}
	for i, p := range properties {
		result.Findings[i] = Finding{Property: p, Reason: needsTime}
	}
	for _, numbers := range searches(properties) {
		var judged []spec.Property
		for _, i := range numbers {
			judged = append(judged, properties[i])
		}
		repeated := judged[0].Recurs == spec.Repeated
		findings, cover, err := exhaust(ctx, link, judged, b, repeated)
		if repeated {
			result.Repeated = result.Repeated.Plus(cover)
		} else {
			result.Coverage = cover
		}
		if err != nil {
			return result, err
		}
		for k, i := range numbers {
			result.Findings[i] = findings[k]
			if c := findings[k].Counterexample; c != nil {
				c.Searched, c.Workload = cover.States, b.Workload
			}
		}
	}
	return result, nil
}

// searches returns which properties to judge in one search. What is sent for
// ever is judged alone: a state in which a send made another judge change is
// another state, and a cycle through it would be missed.
func searches(properties []spec.Property) [][]int {
	var list [][]int
	var first []int
	for i, p := range properties {
		switch {
		case p.Clocked:
		case p.Recurs == spec.Repeated:
			list = append(list, []int{i})
		default:
			first = append(first, i)
		}
	}
	if len(first) > 0 {
		list = slices.Insert(list, 0, first)
	}
	return list
}

// Plus is the coverage of two searches, of which one may not have been made.
func (c Coverage) Plus(o Coverage) Coverage {
	if c.States == 0 || o.States == 0 {
		return cmp.Or(c, o)
	}
	return Coverage{
		Complete: c.Complete && o.Complete, States: c.States + o.States, Transitions: c.Transitions + o.Transitions,
		Depth: max(c.Depth, o.Depth), Frontier: c.Frontier + o.Frontier, Bytes: c.Bytes + o.Bytes,
		Peak: max(c.Peak, o.Peak), Elapsed: c.Elapsed + o.Elapsed,
	}
}

// exhaust is one of the searches.
func exhaust(ctx context.Context, link impl.Link, properties []spec.Property, b Bounds, repeated bool) ([]Finding, Coverage, error) {
	s, err := newSearch(link, properties, b, repeated)
	if err != nil {
		return nil, Coverage{}, err
	}
	if err := s.run(ctx); err != nil {
		return nil, s.cover, err
	}
	var l *liveness
	if s.edges != nil {
		l = newLiveness(ctx, s)
	}
	var findings []Finding
	for i, p := range properties {
		f := Finding{Property: p, Tested: s.seen(p.Tested), Voided: s.voided(i)}
		switch {
		case s.first[i] >= 0:
			err = f.violated(link, s.schedule(s.first[i]), true)
		case p.Class&spec.Liveness != 0:
			err = l.find(link, i, &f)
		}
		if err != nil {
			return nil, s.cover, err
		}
		if f.Verdict != spec.Violated && f.Reason == "" {
			f.Verdict, f.Reason = s.conclude(f)
		}
		findings = append(findings, f)
	}
	if l != nil && !slices.ContainsFunc(findings, func(f Finding) bool { return f.Verdict == spec.Violated }) {
		err = l.checkReadiness()
	}
	s.measure(s.queue.n - s.cover.Frontier)
	s.cover.Peak = peakMemory()
	return findings, s.cover, err
}

// seen is the number of events of a kind in the transitions of the search, and
// in Init.
func (s *search) seen(k spec.Kind) int {
	n := s.world.Seen(k)
	for _, w := range s.workers[1:] {
		n += w.world.Seen(k) - s.fresh().Seen(k)
	}
	return n
}

// find looks for a lasso that breaks property i.
func (l *liveness) find(link impl.Link, i int, f *Finding) error {
	best, broken := l.judge(i)
	switch {
	case best.length < math.MaxInt:
		return f.violated(link, l.lassoed(best), best.shortest && l.cover.Complete)
	case f.Property.Recurs != spec.Ceases && l.cover.Complete && f.Tested > 0 && len(l.debts(i)) == 0:
		f.Reason = "vacuous: in no state is anything owed"
	case l.ctx.Err() != nil:
		f.Reason = fmt.Sprintf("stopped in the search for fair cycles among %d states", l.cover.States)
	case broken:
		f.Reason = fmt.Sprintf("there is a fair cycle with more than %d packets or timers, too many to show it", maxBits)
	}
	return nil
}

// violated shows the schedule through the real code of the link.
func (f *Finding) violated(link impl.Link, s world.Schedule, shortest bool) error {
	c, err := Show(link, f.Property, s)
	if err != nil {
		return unlike(link, s, err)
	}
	c.Shortest = shortest
	f.Verdict, f.Reason, f.Counterexample = spec.Violated, c.Reason, c
	return nil
}

// unlike returns the *Broken of a link whose real code does not do what the
// search saw it do: the audit finds out why, where it can.
func unlike(link impl.Link, s world.Schedule, err error) error {
	var broken *Broken
	if errors.As(err, &broken) {
		return err
	}
	if audit := Audit(link, auditSeed, AuditWalks/5); errors.As(audit, &broken) {
		return audit
	}
	return &Broken{Schedule: s, Replayed: 1, Broke: 1, cause: fmt.Errorf("the link does not do again what the search saw it do: %w; it is not deterministic, or AppendKey omits state", err)}
}

// voided is how many obligations of property i faults have voided, in the state
// with the most.
func (s *search) voided(i int) int {
	most := 0
	for _, judges := range s.judgesSeen() {
		if m, ok := s.sys.Monitor(judges, i).(spec.Voider); ok {
			most = max(most, m.Voided())
		}
	}
	return most
}

// conclude says what a search without a counterexample means.
func (s *search) conclude(f Finding) (spec.Verdict, string) {
	switch {
	case s.crowded:
		return spec.Inconclusive, fmt.Sprintf("the search stopped after %d states, at one with more than %d enabled actions", s.cover.States, maxEnabled)
	case !s.cover.Complete:
		return spec.Inconclusive, fmt.Sprintf("the search stopped after %d states, with %d not expanded", s.cover.States, s.cover.Frontier)
	case f.Tested == 0:
		return spec.Inconclusive, fmt.Sprintf("vacuous: no action has a %s event", f.Property.Tested)
	}
	return spec.Holds, ""
}

// Collision bounds the probability that two states had one fingerprint, so
// that one was missed: n²/2⁶⁵ for n states of each search.
func (e Exhaustive) Collision() float64 {
	n, m := float64(e.Coverage.States), float64(e.Repeated.States)
	return math.Ldexp(n*n+m*m, -65)
}

// schedule returns the actions that lead to a state: those of the burst, then
// those that the search took.
func (s *search) schedule(state int) world.Schedule {
	var choices []uint16
	for ; state != 0; state = int(s.parent.at(state)) {
		choices = append(choices, s.action.at(state))
	}
	w := s.fresh()
	actions, err := s.burst(w)
	for i := len(choices) - 1; i >= 0 && err == nil; i-- {
		m := w.Enabled(nil)[choices[i]]
		actions = append(actions, w.Action(m))
		err = w.Do(m)
	}
	if err != nil {
		panic("explore: a transition of the search cannot be made again: " + err.Error())
	}
	return world.Schedule{Actions: actions}
}

// lassoed returns a lasso as a schedule.
func (s *search) lassoed(l lasso) world.Schedule {
	schedule := s.schedule(int(l.start))
	schedule.Forever = true
	for _, m := range l.cycle {
		schedule.Cycle = append(schedule.Cycle, s.world.Action(m))
	}
	return schedule
}
