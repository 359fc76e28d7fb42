//go:build long

package linktest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

const (
	shortestSeeds = 20
	shortestShare = 0.95 // of the runs end with a schedule that is the shortest
)

// TestLongShortest compares what a user of linktest sees where no exhaustive
// search helps, random schedules minimised, with a schedule of the same form
// that is proven the shortest with the messages of any of the seeds: of safety
// by the search; of liveness by trying every schedule before a fair suffix,
// since the lasso of the search is of another form. It demands that nearly all
// are as short, and lists the others.
func TestLongShortest(t *testing.T) {
	equal, runs := 0, 0
	var table, others []string
	for _, link := range mutant.Registry() {
		least, lengths := math.MaxInt, map[int]int{}
		var schedules []world.Schedule
		proven := map[string]int{} // by what provenLength depends on
		for seed := 1; seed <= shortestSeeds; seed++ {
			s := minimised(t, link, seed)
			with := fmt.Sprint(s.Fair, requests(s))
			if _, known := proven[with]; !known {
				proven[with] = provenLength(t, link, s)
			}
			if s.Len() < proven[with] {
				t.Errorf("%s, seed %d: %d are said to be the least: %s", link.Name, seed, proven[with], s.Inline())
			}
			schedules = append(schedules, s)
			lengths[s.Len()]++
			least = min(least, proven[with])
		}
		for i, s := range schedules {
			if runs++; s.Len() == least {
				equal++
			} else {
				others = append(others, fmt.Sprintf("%-22s seed %2d: %d instead of %d: %s", link.Name, i+1, s.Len(), least, s.Inline()))
			}
		}
		table = append(table, fmt.Sprintf("%-22s %-5s %2d, %v", link.Name, link.Breaks, least, lengths))
	}
	t.Logf("mutant, property it names: shortest length, minimised lengths × seeds\n%s", strings.Join(table, "\n"))
	t.Logf("%d of %d are shortest; the others:\n%s", equal, runs, strings.Join(others, "\n"))
	if float64(equal) < shortestShare*float64(runs) {
		t.Errorf("%d of %d are shortest, want %.0f %%", equal, runs, 100*shortestShare)
	}
}

// TestLongShortestSees shows what is not the shortest to the judges of
// TestLongShortest.
func TestLongShortestSees(t *testing.T) {
	for _, c := range []struct {
		name, schedule string
		want           int
	}{
		{"tires", `send 0>1 "a"; fair; send 0>1 "a"`, 1},
		{"gives-up", `send 0>1 "a"; timeout 0 1; timeout 0 1; fair`, 2},
		{"drops-overtaken", `send 0>1 "a"; send 0>1 "b"; send 0>1 "c"; fair; drop 0>1 "D\x02D\x02b"`, 3},
		{"retries-as-new", `send 0>1 "a"; deliver 0>1 "Q\x01a"; send 0>1 "b"; timeout 0 1; deliver 0>1 "Q\x03a"`, 4},
	} {
		links := mutant.Registry()
		link := links[slices.IndexFunc(links, func(l impl.Link) bool { return l.Name == c.name })]
		s, err := world.Parse(c.schedule)
		if err != nil {
			t.Fatal(err)
		}
		if got := provenLength(t, link, s); got != c.want || s.Len() <= c.want {
			t.Errorf("%s: %d actions, the shortest has %d, want %d", c.name, s.Len(), got, c.want)
		}
	}
}

// minimised returns the schedule that a run of linktest has for the property
// that the mutant is there to break, before it searches for a shorter one.
func minimised(t *testing.T, link impl.Link, seed int) world.Schedule {
	t.Helper()
	for _, f := range reported(t, link, seed).Findings {
		if f.Property.ID == link.Breaks && f.Verdict == spec.Violated {
			return f.Counterexample.Schedule
		}
	}
	t.Fatalf("%s, seed %d: not killed by %s", link.Name, seed, link.Breaks)
	return world.Schedule{}
}

// provenLength returns the length of the shortest schedule that breaks the
// property that the mutant is there to break, and has the form and at most the
// messages of s.
func provenLength(t *testing.T, link impl.Link, s world.Schedule) int {
	t.Helper()
	judged := explore.Judged(link)
	i := slices.IndexFunc(judged, func(p spec.Property) bool { return p.ID == link.Breaks })
	switch {
	case s.Len() == 1: // a forgery, perhaps, for which the search would want a packet as a model
		return 1
	case s.Fair:
		return shortestFair(t, link, judged, i, s)
	}
	bounds := explore.Bounds{Workload: requests(s), MaxStates: 1 << 20}
	e, err := explore.Exhaust(context.Background(), link, judged[i:i+1], bounds)
	if err != nil {
		t.Fatal(err)
	}
	c := e.Findings[0].Counterexample
	if c == nil && e.Findings[0].Verdict == spec.Holds && s.Len() == 2 {
		return 2 // a packet arrives changed as it never does in a search: it was sent before
	}
	if c == nil || !c.Shortest {
		t.Fatalf("%s: the search proves no schedule the shortest: %s", link.Name, e.Findings[0].Reason)
	}
	return c.Schedule.Len()
}

// shortestFair is provenLength of a schedule that ends with a fair suffix. It
// goes through the states that the messages can lead to, in the order of
// their distance, and from each tries the suffix with every set of repeated
// sends and every loss of what is transmitted in it, as long as the whole is
// shorter than what is known. A suffix depends on the state alone, so that
// one way to each state is enough.
func shortestFair(t *testing.T, link impl.Link, judged []spec.Property, i int, s world.Schedule) int {
	t.Helper()
	sys, err := world.New(link, judged)
	if err != nil {
		t.Fatal(err)
	}
	f := fairSearch{world: sys.World(requests(s)), workload: requests(s), bit: 1 << i, best: s.Len() + 1}
	for _, r := range requests(s) {
		if judged[i].Recurs == spec.Repeated && !slices.Contains(f.repeat, r) {
			f.repeat = append(f.repeat, r)
		}
	}
	level, seen := [][]uint32{slices.Clone(f.world.State())}, map[string]bool{}
	for depth := 0; depth < f.best; depth++ {
		var next [][]uint32
		for _, state := range level {
			for repeated := range 1 << len(f.repeat) {
				if err := f.losses(state, depth, f.subset(repeated)); err != nil {
					t.Fatal(err)
				}
			}
			if next, err = f.successors(next, state, seen); err != nil {
				t.Fatal(err)
			}
		}
		level = next
	}
	return f.best
}

// fairSearch looks for a short schedule that ends with a fair suffix and
// breaks a property.
type fairSearch struct {
	world    *world.World
	workload []world.Request
	bit      uint32          // of the property
	repeat   []world.Request // what a suffix may repeat
	best     int             // the length of the shortest known
}

// subset returns the repeated sends whose bits are set.
func (f *fairSearch) subset(bits int) (repeat []world.Request) {
	for k, r := range f.repeat {
		if bits>>k&1 == 1 {
			repeat = append(repeat, r)
		}
	}
	return repeat
}

// losses tries the suffix from a state with no loss, with each one, with each
// two, and so on. Where all losses of a list happen, so do all but the last of
// them without it, up to the moment of the last: each list is one that happens
// and one more packet that is transmitted then.
func (f *fairSearch) losses(state []uint32, depth int, repeat []world.Request) error {
	lists, known := [][]world.Action{nil}, map[string]bool{}
	for k := 0; k < len(lists); k++ {
		list := lists[k]
		length := depth + len(repeat) + len(list)
		if length >= f.best {
			return nil
		}
		breaks, delivered, err := f.suffix(state, world.Schedule{Repeat: repeat, Losses: list})
		if err != nil {
			return err
		}
		if breaks {
			f.best = length
			return nil
		}
		for _, a := range delivered {
			more := append(slices.Clone(list), a)
			slices.SortFunc(more, func(a, b world.Action) int { return strings.Compare(a.String(), b.String()) })
			if key := fmt.Sprint(more); !known[key] {
				known[key] = true
				lists = append(lists, more)
			}
		}
	}
	return nil
}

// suffix reports whether the fair suffix from a state breaks the property, and
// the losses of the packets that get through in it.
func (f *fairSearch) suffix(state []uint32, s world.Schedule) (breaks bool, delivered []world.Action, err error) {
	f.world.Reset(nil)
	copy(f.world.State(), state)
	suffix := s.Suffix()
	lose := suffix.Lose
	suffix.Lose = func(a world.Action) bool {
		lost := lose(a)
		if !lost && !slices.Contains(delivered, a) {
			delivered = append(delivered, a)
		}
		return lost
	}
	ending, err := f.world.RunFair(suffix)
	owing := (ending == world.Quiet || ending == world.Cycle) && f.world.Owing()&f.bit != 0
	return owing || f.world.Broken()&f.bit != 0, delivered, err
}

// successors appends the states that one action leads to and none did before.
func (f *fairSearch) successors(list [][]uint32, state []uint32, seen map[string]bool) ([][]uint32, error) {
	f.world.Reset(f.workload)
	copy(f.world.State(), state)
	for _, m := range f.world.Enabled(nil) {
		copy(f.world.State(), state)
		if err := f.world.Do(m); err != nil {
			return nil, err
		}
		if key := string(f.world.AppendKey(nil)); !seen[key] {
			seen[key] = true
			list = append(list, slices.Clone(f.world.State()))
		}
	}
	return list, nil
}
