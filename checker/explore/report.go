package explore

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"fairloss/checker"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Report is what a campaign found.
type Report struct {
	Link     impl.Link
	Stats    Stats
	Findings []Finding // one for each judged property, in the order of Judged
}

// Finding is what a campaign says of one property.
type Finding struct {
	Property       spec.Property
	Verdict        spec.Verdict
	Reason         string // why it is not Holds
	Tested         int    // events that put it to the test
	Voided         int    // obligations that faults have voided: in all schedules of a campaign, in the worst state of a search
	First          int    // number of the first schedule that broke it, from 1; 0 where none did, or a search found it
	Counterexample *Counterexample
	Endless        *Counterexample // where liveness is inconclusive: what is owed after many fair rounds, of which Events has the first; nil: nothing is shown
}

// Counterexample is a schedule that breaks a property, and the history that it
// leads to, made by the link's real code.
type Counterexample struct {
	Property spec.Property
	Schedule world.Schedule
	Forced   []world.Action // what the fair suffix made happen
	Events   []spec.Event
	Broken   int // index in Events of the event that breaks it; -1 where it is what never happens
	Reason   string
	Owed     []spec.Obligation
	Workload []world.Request // of the exhaustive search that found it; nil where a campaign did
	Searched int             // states of the exhaustive search that found it; 0 where a campaign did
	Shortest bool            // no schedule within the bounds of that search is shorter
}

// ShortestOf says for what the counterexample is the shortest: Spell of the
// workload of the search, which is not that of all schedules.
func (c *Counterexample) ShortestOf() string { return "shortest for " + Spell(c.Workload) }

// Traffic returns how often each packet was transmitted and received in the
// cycle or suffix that repeats for ever, so that one sees that it is fair.
func (c *Counterexample) Traffic() []world.Flow { return world.Traffic(c.Events) }

// Report minimises what was found and returns it. An error is a *Broken, where
// the real code does not do what it did in the campaign.
func (c *Campaign) Report() (Report, error) {
	r := Report{Link: c.link, Stats: c.stats}
	for i, p := range c.judged {
		n := c.counts[i]
		f := Finding{Property: p, Tested: n.tested, Voided: n.voided, First: n.first}
		switch {
		case n.violated > 0:
			counterexample, err := c.counterexample(i)
			if err != nil {
				return r, err
			}
			f.Verdict, f.Reason, f.Counterexample = spec.Violated, counterexample.Reason, counterexample
		case n.tested == 0:
			f.Reason = fmt.Sprintf("vacuous: no schedule had a %s event", p.Tested)
		case n.voided >= n.tested:
			f.Reason = fmt.Sprintf("vacuous: faults voided all %d obligations", n.voided)
		case n.inconclusive > 0:
			f.Reason = fmt.Sprintf("in %d of %d schedules the fair suffix came to no end: the state never repeats (does it count something for ever? a link can say which packets are Alike)", n.inconclusive, c.stats.Schedules)
			endless, err := c.showEndless(i)
			if err != nil {
				return r, err
			}
			if f.Endless = endless; endless != nil {
				f.Reason += "; " + endless.Reason
			}
		default:
			f.Verdict = spec.Holds
		}
		r.Findings = append(r.Findings, f)
	}
	r.Findings = withTimed(Judged(c.link), r.Findings)
	return r, nil
}

// counterexample minimises each failing schedule of a property and shows the
// shortest result.
func (c *Campaign) counterexample(property int) (*Counterexample, error) {
	var best world.Schedule
	for i, f := range c.failing[property] {
		if s := minimise(c.sys, f.schedule, goal(property)); i == 0 || shorter(s, best) {
			best = s
		}
	}
	return Show(c.link, c.judged[property], best)
}

// shorter prefers few actions, then messages that are easy to tell apart.
func shorter(a, b world.Schedule) bool {
	return cmp.Or(cmp.Compare(a.Len(), b.Len()), cmp.Compare(unclear(a), unclear(b)), cmp.Compare(a.Inline(), b.Inline())) < 0
}

// unclear counts the messages that are not a letter, or one that was sent
// before.
func unclear(s world.Schedule) int {
	n := 0
	seen := map[spec.Message]bool{}
	for _, a := range s.Actions {
		if a.Kind != world.Send {
			continue
		}
		if seen[a.Message] || len(a.Message) != 1 || a.Message < "a" || a.Message > "z" {
			n++
		}
		seen[a.Message] = true
	}
	return n
}

// Show runs a schedule through the real code of a link, and returns it as a
// counterexample to the property. The error says that it is none, why the
// schedule does not run, or is a *Broken.
func Show(link impl.Link, property spec.Property, s world.Schedule) (*Counterexample, error) {
	judged := Judged(link)
	i := slices.IndexFunc(judged, func(p spec.Property) bool { return p.ID == property.ID })
	if i < 0 {
		i, judged = len(judged), append(judged, property)
	}
	w, judgements, err := replay(link, s, judged) // a fair suffix ends when none of them is owed anything
	var broken *Broken
	if errors.As(err, &broken) {
		return nil, newBroken(s.On(link), s, nil, broken.cause)
	}
	if err != nil {
		return nil, err
	}
	j := judgements[i]
	if j.Verdict != spec.Violated {
		return nil, fmt.Errorf("the schedule does not break %s of link %s: it is %s", property.ID, link.Name, j.Verdict)
	}
	return &Counterexample{
		Property: property, Schedule: s, Forced: w.Actions()[len(s.Actions)+len(s.Cycle):],
		Events: w.History(), Broken: j.Broken, Reason: j.Reason, Owed: j.Owed,
	}, nil
}

// Replay runs a schedule through the real code of a link on a system that has
// learnt nothing, and judges the history. It returns the Witness at the end.
// The error says which action is not enabled, or is a *Broken: the schedule is
// run many times, since a link that draws lots need not break the contract in
// each run. It is a *world.Failure where not even Init can be run.
func Replay(link impl.Link, s world.Schedule, properties ...spec.Property) (*world.World, []checker.Judgement, error) {
	w, judgements, err := replay(link, s, properties)
	var broken *Broken
	if err != nil && !errors.As(err, &broken) || s.Len() > maxRepeatedReplay {
		return w, judgements, err
	}
	again := &Broken{Schedule: s, cause: err}
	runs := luckyReplays
	if err != nil && !broken.cause.(*world.Failure).Diverges {
		runs = replays
	}
	if again.repeat(link, runs); again.Broke > 0 {
		return nil, nil, again
	}
	return w, judgements, err
}

// maxRepeatedReplay is how long a schedule may be that is replayed more than
// once.
const maxRepeatedReplay = 1000

// replay runs a schedule once.
func replay(link impl.Link, s world.Schedule, properties []spec.Property) (*world.World, []checker.Judgement, error) {
	sys, err := world.New(s.On(link), Untimed(properties))
	if err != nil {
		return nil, nil, err
	}
	w, err := sys.Witness(nil)
	if err == nil {
		_, err = w.Follow(s)
	}
	if err != nil {
		if _, failed := err.(*world.Failure); failed {
			err = &Broken{Schedule: s, Replayed: 1, Broke: 1, cause: err}
		}
		return nil, nil, err
	}
	return w, judge(w.History(), properties), nil
}
