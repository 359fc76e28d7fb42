package timed_test

import (
	"slices"
	"strings"
	"testing"

	"fairloss/checker/linktest"
	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// seeds is on how many seeds each claim is tested.
func seeds() uint64 {
	switch {
	case raceEnabled:
		return 1
	case testing.Short():
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

// TestRegistry wants every link and mutant to say under which conditions it is
// claimed, and those of a name to be one.
func TestRegistry(t *testing.T) {
	all := slices.Concat(impl.Registry(), mutant.Registry(), impl.Goldens())
	names := map[string]bool{}
	for _, l := range all {
		names[l.Name] = true
	}
	for _, l := range slices.Concat(impl.Timed(), mutant.Timed()) {
		if names[l.Name] {
			t.Errorf("%s is registered twice", l.Name)
		}
		names[l.Name] = true
		c, err := timed.Parse(l.Conditions)
		if err != nil || c.Check(l.Size()) != nil || c.String() != l.Conditions {
			t.Errorf("%s: conditions %q: %v, %v; spelled %q", l.Name, l.Conditions, err, c.Check(l.Size()), c)
		}
		if _, claimed := l.Guarantee.Property("PL1"); claimed && len(c.Downs) > 0 {
			t.Errorf("%s: crashes void what PL1 owes", l.Name)
		}
		if l.New == nil || !strings.HasSuffix(l.Doc, ".") || len(l.Guarantee.Properties) == 0 {
			t.Errorf("%s: doc %q: want a link that says what it is and claims something", l.Name, l.Doc)
		}
		if _, ok := impl.As[impl.Describer](l.New(0, impl.Peers(0, l.Size()))); !ok {
			t.Errorf("%s does not name its packets", l.Name)
		}
		for _, id := range append([]string{l.Breaks}, l.Also...) {
			if _, claimed := l.Guarantee.Property(id); !claimed && id != spec.ACK.ID && l.Kind == impl.Mutant {
				t.Errorf("%s breaks %s, which %s does not claim", l.Name, id, l.Parent)
			}
		}
	}
}

// TestEveryPropertyIsBroken wants a mutant for each property of a timed world.
func TestEveryPropertyIsBroken(t *testing.T) {
	for _, p := range append(spec.TimedProperties(), spec.Amplification(0, 0, 1), spec.EventualAccuracy(0), spec.Bounded(0, 0)) {
		if !slices.ContainsFunc(mutant.Timed(), func(m impl.Link) bool { return m.Breaks == p.ID }) {
			t.Errorf("no mutant breaks %s", p.ID)
		}
	}
}

// TestUntimed checks those links that read no clock in the world that has every
// schedule, too: their contract, and what they claim but AMP.
func TestUntimed(t *testing.T) {
	for _, link := range impl.Timed() {
		if !slices.Contains([]string{"creditflow", "backoff", "retrybudget", "circuitbreaker", "catchup"}, link.Name) {
			continue
		}
		link.Processes, link.Conditions = 2, ""
		link.Guarantee.Properties = slices.DeleteFunc(slices.Clone(link.Guarantee.Properties), func(p spec.Property) bool { return p.ID == "AMP" })
		t.Run(link.Name, func(t *testing.T) { linktest.Test(t, link) })
	}
}
