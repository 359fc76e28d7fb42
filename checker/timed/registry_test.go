package timed_test

import (
	"slices"
	"testing"

	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// seeds is on how many seeds each claim is tested.
func seeds() uint64 {
	if testing.Short() {
		return 5
	}
	return 20
}

// run runs a link under conditions in text, which must be right.
func run(t *testing.T, link impl.Link, conditions string, seed uint64) timed.Result {
	t.Helper()
	c, err := timed.Parse(conditions)
	if err != nil {
		t.Fatal(err)
	}
	c.Seed = seed
	r, err := timed.Run(link, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestProp checks that every link keeps what it claims under its conditions.
func TestProp(t *testing.T) {
	for _, link := range impl.Timed() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds() {
				r := run(t, link, link.Conditions, seed+1)
				for _, j := range r.Judgements {
					if j.Verdict != spec.Holds {
						t.Errorf("seed %d: %s is %s: %s", seed+1, j.Property.ID, j.Verdict, j.Reason)
					}
				}
			}
		})
	}
}

// TestPropMutants demands that each mutant is caught by the property that it
// names, by none that it does not declare, and that its parent keeps its
// promise under the very same conditions.
func TestPropMutants(t *testing.T) {
	parents := impl.Timed()
	for _, m := range mutant.Timed() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			parent := parents[slices.IndexFunc(parents, func(l impl.Link) bool { return l.Name == m.Parent })]
			for seed := range seeds() {
				r := run(t, m, m.Conditions, seed+1)
				if r.Of(m.Breaks) != spec.Violated {
					t.Errorf("seed %d: %s is %s", seed+1, m.Breaks, r.Of(m.Breaks))
				}
				for _, j := range r.Judgements {
					if id := j.Property.ID; j.Verdict == spec.Violated && id != m.Breaks && !slices.Contains(m.Also, id) {
						t.Errorf("seed %d: caught by %s too, which it does not declare: %s", seed+1, id, j.Reason)
					}
				}
				if r := run(t, parent, m.Conditions, seed+1); r.Of(m.Breaks) != spec.Holds {
					t.Errorf("seed %d: %s of %s is %s under the same conditions", seed+1, m.Breaks, parent.Name, r.Of(m.Breaks))
				}
			}
		})
	}
}
