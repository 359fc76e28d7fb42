package timed

import (
	"fmt"
	"math/rand/v2"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// Finding is what a campaign says of one property.
type Finding struct {
	Property spec.Property
	spec.Runs
	Voided int // obligations that faults have voided, in all runs

	// Of the first run that violates it: the calmest conditions found that do
	// too, and what breaks there.
	Conditions Conditions
	Reason     string
}

// Campaign runs a link so many times under random conditions that are no worse
// than the given ones, and returns a finding for each property that it claims.
// The same seed gives the same findings. An error is from Run, and names the
// conditions.
func Campaign(link impl.Link, worst Conditions, runs int, seed uint64) ([]Finding, error) {
	random := rand.New(rand.NewPCG(seed, 1))
	findings := map[string]*Finding{}
	var order []string
	for range runs {
		c := worst.within(random)
		r, err := Run(link, c)
		if err != nil {
			return nil, fmt.Errorf("%w (conditions: %v)", err, c)
		}
		for _, j := range r.Judgements {
			f := findings[j.Property.ID]
			if f == nil {
				f = &Finding{Property: j.Property, Runs: spec.Runs{Planned: runs}}
				findings[j.Property.ID] = f
				order = append(order, j.Property.ID)
			}
			f.Count(j.Verdict)
			f.Voided += j.Voided
			if j.Verdict == spec.Violated && f.Violated == 1 {
				f.Conditions, f.Reason = c, j.Reason
			}
		}
	}
	list := make([]Finding, 0, len(order))
	for _, id := range order {
		f := findings[id]
		if f.Violated > 0 {
			f.Conditions, f.Reason = Calm(link, f.Conditions, id)
		}
		list = append(list, *f)
	}
	return list, nil
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
