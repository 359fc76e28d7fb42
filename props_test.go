// Package fairloss_test is the main job: every registered link against what it
// claims, and every mutant against the property that it is there to break.
package fairloss_test

import (
	"slices"
	"strings"
	"testing"

	"fairloss/checker/linktest"
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
