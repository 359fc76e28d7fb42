//go:build long

package explore

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// Bounds of the long tests.
const (
	longEnabled   = true
	longSeeds     = 20
	longSchedules = 2000    // within which a mutant is killed
	longQuiet     = 100_000 // in which a correct link raises no alarm
)

// printout collects the lines of a table from parallel subtests.
type printout struct {
	mu   sync.Mutex
	list []string
}

func (r *printout) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, fmt.Sprintf(format, args...))
}

// log prints the table once all subtests have ended.
func (r *printout) log(t *testing.T, title string) {
	t.Cleanup(func() {
		slices.Sort(r.list)
		t.Logf("%s\n%s", title, strings.Join(r.list, "\n"))
	})
}

// TestLongMutants demands that every mutant is killed on each seed by the
// property that it names and by none that it does not declare, with a short
// counterexample that is the same length on nearly every seed.
func TestLongMutants(t *testing.T) {
	var table printout
	table.log(t, "mutant, property it names: killed on seeds, first schedule at most, minimised lengths × seeds")
	for _, link := range mutant.Registry() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			killed, first := 0, 0
			lengths := map[int]int{}
			for seed := range uint64(longSeeds) {
				f := kill(t, link, seed)
				if f.Verdict != spec.Violated {
					t.Errorf("seed %d: not killed by %s in %d schedules", seed, link.Breaks, longSchedules)
					continue
				}
				killed++
				first = max(first, f.First)
				lengths[f.Counterexample.Schedule.Len()]++
			}
			most := 0
			for length, seeds := range lengths {
				most = max(most, seeds)
				if length > maxShortest {
					t.Errorf("%d actions on %d seeds, want at most %d", length, seeds, maxShortest)
				}
			}
			if most < longSeeds-1 {
				t.Errorf("lengths × seeds %v: want one length on %d of %d", lengths, longSeeds-1, longSeeds)
			}
			table.add("%-24s %-5s %2d of %d, %4d, %v", link.Name, link.Breaks, killed, longSeeds, first, lengths)
		})
	}
}

// kill runs the schedules of one seed and returns the finding of the property
// that the mutant names.
func kill(t *testing.T, link impl.Link, seed uint64) Finding {
	t.Helper()
	c := campaign(t, link)
	run(t, c, seed, longSchedules)
	r, err := c.Report()
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	var named Finding
	for _, f := range r.Findings {
		switch {
		case f.Property.ID == link.Breaks:
			named = f
		case f.Verdict == spec.Violated && !slices.Contains(link.Also, f.Property.ID):
			t.Errorf("seed %d: breaks %s too, which it does not declare: %s", seed, f.Property.ID, f.Counterexample.Schedule.Inline())
		}
	}
	return named
}

// TestLongLinks demands that no correct link raises an alarm, and that every
// property it claims is decided.
func TestLongLinks(t *testing.T) {
	var table printout
	table.log(t, "link: seed, what was run")
	for i, link := range impl.Registry() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			seed := uint64(1000 + i)
			c := campaign(t, link)
			run(t, c, seed, longQuiet)
			r, err := c.Report()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				_, claimed := link.Guarantee.Property(f.Property.ID)
				switch {
				case f.Verdict == spec.Violated:
					t.Errorf("seed %d: %s is violated: %s", seed, f.Property.ID, f.Counterexample.Schedule.Inline())
				case f.Verdict != spec.Holds && (claimed || f.Tested > 0):
					t.Errorf("seed %d: %s is %s: %s", seed, f.Property.ID, f.Verdict, f.Reason)
				}
			}
			table.add("%-16s %d, %+v", link.Name, seed, r.Stats)
		})
	}
}
