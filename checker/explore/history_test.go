package explore

import (
	"io"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// TestHistoriesAreWritten demands that a Writer, which refuses what cannot
// happen, takes every history of a world with faults.
func TestHistoriesAreWritten(t *testing.T) {
	seen := map[spec.Kind]int{}
	for _, link := range impl.Registry() {
		if link.Conditions != "" {
			continue
		}
		link.Assumes.Crashes, link.Assumes.Recoveries, link.Assumes.Cuts = 3, 3, 3
		link.Assumes.Corruptions, link.Assumes.Forgeries = 1, 1
		c, err := New(link)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(20) {
			src := Seeded(seed, 0)
			plan := c.draw(src)
			c.world.Reset(plan.workload)
			c.trace = c.trace[:0]
			if err := c.adversarial(src, plan); err != nil {
				t.Fatal(err)
			}
			s := c.schedule(nil)
			w, _, err := Replay(link, s, Judged(link)...)
			if err != nil {
				t.Fatal(err)
			}
			if err := WriteHistory(io.Discard, link, w.History()); err != nil {
				t.Errorf("%s, seed %d: %v:\n%s", link.Name, seed, err, s)
			}
			for _, e := range w.History() {
				seen[e.Kind]++
			}
		}
	}
	for _, k := range []spec.Kind{spec.Crash, spec.Recover, spec.Cut, spec.Heal, spec.Held} {
		if seen[k] < 20 {
			t.Errorf("only %d %s events: too few to tell", seen[k], k)
		}
	}
}
