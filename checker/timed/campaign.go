package timed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"fairloss/checker"
	"fairloss/impl"
	"fairloss/spec"
)

// Finding is what a campaign says of one property.
type Finding struct {
	Property spec.Property
	spec.Runs
	Voided int    // obligations that faults have voided, in all runs
	First  int    // number of the first run that violates it, from 1; 0 where none does
	Why    string // of the first run that was inconclusive: the reason

	// Of the first run that violates it: its conditions, for Calm, and what
	// breaks there.
	Conditions Conditions
	Reason     string
}

// Report is what a campaign saw.
type Report struct {
	Findings   []Finding // one for each property that was judged: what the link claims, and ACK where it confirms
	Runs       int       // that were made
	Packets    int
	ReadsClock bool // see Result
}

// Failure is a run in which the link broke the contract of a layer.
type Failure struct {
	Conditions Conditions
	Err        error // wraps ErrLink
}

func (f *Failure) Error() string { return fmt.Sprintf("%v (conditions: %v)", f.Err, f.Conditions) }

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// Campaign makes so many runs of a link: the first under the given conditions,
// the others under random ones that are no worse. It ends early with ctx; what
// was not run counts as planned, not as judged. The same seed gives the same
// report. An error is from Run: a *Failure where it is the link's.
func Campaign(ctx context.Context, link impl.Link, worst Conditions, runs int, seed uint64) (Report, error) {
	random := rand.New(rand.NewPCG(seed, 1))
	var report Report
	for report.Runs < runs && ctx.Err() == nil {
		c := worst
		if c.Seed = seed; report.Runs > 0 {
			c = worst.within(random)
		}
		r, err := Run(link, c)
		switch {
		case errors.Is(err, ErrLink):
			return report, &Failure{c, err}
		case err != nil:
			return report, err
		}
		report.Runs++
		report.Packets += r.Stats.Packets
		report.ReadsClock = report.ReadsClock || r.ReadsClock
		for _, j := range r.Judgements {
			report.count(j, c, runs)
		}
	}
	for i, f := range report.Findings {
		if f.Property.ID == checker.Readiness.ID { // judged only where a run leaves something
			report.Findings[i].Held += report.Runs - f.Judged() - f.Inconclusive
		}
	}
	return report, nil
}

// count counts the judgement of the run that was made last.
func (r *Report) count(j checker.Judgement, c Conditions, planned int) {
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Property.ID == j.Property.ID })
	if i < 0 {
		i = len(r.Findings)
		r.Findings = append(r.Findings, Finding{Property: j.Property, Runs: spec.Runs{Planned: planned}})
	}
	f := &r.Findings[i]
	f.Count(j.Verdict)
	f.Voided += j.Voided
	switch {
	case j.Verdict == spec.Violated && f.Violated == 1:
		f.First, f.Conditions, f.Reason = r.Runs, c, j.Reason
	case j.Verdict == spec.Inconclusive && f.Why == "":
		f.Why = j.Reason
	}
}

const (
	calmRuns  = 600 // that Calm spends
	calmSeeds = 6   // that it tries for each conditions, as other conditions draw other numbers
)

// Calm returns the calmest conditions that it finds under which the link still
// violates the property with that ID, and the reason; those given where they do
// not, and then no reason. It goes one step at a time (Conditions.Calmer) and
// ends a run where safety is broken. It stops after some hundred runs, so the
// conditions need not be the calmest that there are.
func Calm(link impl.Link, c Conditions, id string) (Conditions, string) {
	s := search{link: link, id: id}
	if !s.breaks(c) {
		return c, ""
	}
	for s.step() {
	}
	return s.calmest, s.reason
}

// search is the search of Calm.
type search struct {
	link    impl.Link
	id      string
	runs    int
	calmest Conditions
	reason  string
}

// step finds calmer conditions and reports whether there are any.
func (s *search) step() bool {
	for _, calmer := range s.calmest.Calmer() {
		for seed := range uint64(calmSeeds) {
			if seed > 0 {
				calmer.Seed = seed
			}
			if s.runs++; s.runs > calmRuns {
				return false
			}
			if s.breaks(calmer) {
				return true
			}
		}
	}
	return false
}

// breaks reports whether the link violates the property under c, and then takes
// c for the calmest conditions.
func (s *search) breaks(c Conditions) bool {
	r, err := Run(s.link, c)
	if err != nil {
		return false
	}
	for _, j := range r.Judgements {
		if j.Property.ID != s.id || j.Verdict != spec.Violated {
			continue
		}
		if j.Broken >= 0 {
			c.End = time.Duration(r.Events[j.Broken].At) + 1
		}
		s.calmest, s.reason = c, j.Reason
		return true
	}
	return false
}
