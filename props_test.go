// Package fairloss_test is the main job: every registered link against what it
// claims, and every mutant against the property that it is there to break.
package fairloss_test

import (
	"slices"
	"strings"
	"testing"

	"fairloss/checker/linktest"
	"fairloss/checker/trial"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// TestProp checks that every link keeps what it claims.
func TestProp(t *testing.T) {
	for _, link := range impl.Registry() {
		t.Run(link.Name, func(t *testing.T) { linktest.Test(t, link) })
	}
}

// TestPropMutants demands that every mutant is caught by the property that it
// names, and by none that it does not declare.
func TestPropMutants(t *testing.T) {
	for _, link := range mutant.Registry() {
		t.Run(link.Name, func(t *testing.T) { kill(t, link) })
	}
}

// TestPropTimed checks that every link which leans on time keeps what it claims
// in virtual time.
func TestPropTimed(t *testing.T) {
	for _, link := range impl.Timed() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			linktest.Test(t, link)
		})
	}
}

// TestPropTimedMutants demands that every mutant of them is caught by the
// property that it names, and by none that it does not declare.
func TestPropTimedMutants(t *testing.T) {
	for _, link := range mutant.Timed() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			found, err := linktest.TryTimed(t, link)
			if err != nil {
				t.Fatal(err)
			}
			caught := false
			for _, f := range found.Findings {
				id := f.Property.ID
				caught = caught || id == link.Breaks && f.Verdict() == spec.Violated
				if f.Verdict() == spec.Violated && id != link.Breaks && !slices.Contains(link.Also, id) {
					t.Errorf("caught by %s too, which it does not declare: %s (%s)", id, f.Reason, f.Conditions)
				}
			}
			if !caught {
				t.Errorf("not caught by %s in %d runs", link.Breaks, found.Runs)
			}
		})
	}
}

func kill(t *testing.T, link impl.Link) {
	r, err := linktest.Try(t, link)
	if err != nil {
		t.Fatalf("a mutant keeps the contract of a link and breaks a property: %v", err)
	}
	var by []string
	for _, f := range r.Findings {
		if f.Verdict == spec.Violated {
			by = append(by, f.Property.ID)
		}
	}
	if !slices.Contains(by, link.Breaks) {
		t.Errorf("not caught by %s, which it is there to break; caught by [%s] in %d schedules", link.Breaks, strings.Join(by, " "), r.Stats.Schedules)
	}
	for _, f := range r.Findings {
		if f.Verdict != spec.Violated {
			continue
		}
		if id := f.Property.ID; id != link.Breaks && !slices.Contains(link.Also, id) {
			t.Errorf("caught by %s too, which it does not declare: %s", id, f.Counterexample.Schedule.Inline())
		}
		t.Logf("%s broken first in schedule %d, minimised to %d actions: %s",
			f.Property.ID, f.First, f.Counterexample.Schedule.Len(), f.Counterexample.Schedule.Inline())
	}
}

// lossy is the network of the runs over real UDP.
func lossy(link impl.Link) trial.Config {
	c := trial.Config{Link: link, Messages: 200, Senders: 4, Loss: 0.2, Seed: 1}
	if link.Assumes.Network != spec.FIFONetwork {
		c.Duplicate, c.Reorder = 0.05, 0.1
	}
	return c
}

// overUDP is the verdict on a property that a correct link claims. What a link
// holds, and the moment of a confirmation, are not seen from outside.
func overUDP(p spec.Property) spec.Verdict {
	if p.ID == spec.GracefulClose.ID || p.ID == spec.Bounded(0, 0).ID {
		return spec.Inconclusive
	}
	return spec.Holds
}

// TestPropUDP runs every link for real, over UDP on loopback with losses,
// duplicates and reordering, and judges what was recorded.
func TestPropUDP(t *testing.T) {
	for _, link := range impl.Registry() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			r, err := trial.Run(t.Context(), lossy(link), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range r.Judgements {
				t.Run(j.Property.ID, func(t *testing.T) {
					if want := overUDP(j.Property); j.Verdict != want {
						t.Errorf("%s is %s over UDP (%d of %d messages delivered): %s", j.Property.ID, j.Verdict, r.Delivered, r.Accepted, j.Reason)
					}
				})
			}
		})
	}
}

// TestPropUDPMutants demands that runs over real UDP can see: each of these
// mutants is caught there by the property that it names.
func TestPropUDPMutants(t *testing.T) {
	seen := 0
	for _, link := range mutant.Registry() {
		if !slices.Contains([]string{"never-retransmits", "flushes-backwards", "short-memory", "executes-again"}, link.Name) {
			continue
		}
		seen++
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			r, err := trial.Run(t.Context(), lossy(link), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range r.Judgements {
				if j.Property.ID == link.Breaks && j.Verdict != spec.Violated {
					t.Errorf("%s is %s over UDP", j.Property.ID, j.Verdict)
				}
			}
		})
	}
	if seen != 4 {
		t.Errorf("%d of 4 mutants are in the registry", seen)
	}
}
