package explore

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

const maxShortest = 12 // actions that a minimised counterexample may have

// breaks runs a schedule strictly on a fresh system and reports whether it
// breaks the property. A schedule that does not run breaks nothing.
func breaks(t *testing.T, link impl.Link, p spec.Property, s world.Schedule) bool {
	t.Helper()
	judged := Judged(link)
	bit := slices.IndexFunc(judged, func(j spec.Property) bool { return j.ID == p.ID })
	sys, err := world.New(link, judged)
	if err != nil {
		t.Fatal(err)
	}
	w := sys.World(nil)
	ending, err := w.Follow(s)
	if err != nil {
		return false
	}
	return w.Broken()>>bit&1 == 1 || w.Owing()>>bit&1 == 1 && (ending == world.Quiet || ending == world.Cycle)
}

// Each counterexample breaks its property, and spares no single element.
func TestMinimised(t *testing.T) {
	for _, link := range mutant.Registry() {
		c := campaign(t, link)
		run(t, c, 1, 2000)
		r, err := c.Report()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Verdict != spec.Violated {
				continue
			}
			s := f.Counterexample.Schedule
			if f.Property.ID == link.Breaks && s.Len() > maxShortest {
				t.Errorf("%s: %s breaks %s, want at most %d actions", link.Name, s.Inline(), f.Property.ID, maxShortest)
			}
			if !breaks(t, link, f.Property, s) {
				t.Errorf("%s: %s does not break %s", link.Name, s.Inline(), f.Property.ID)
			}
			list := elements(s)
			for i := range list {
				less := assemble(slices.Delete(slices.Clone(list), i, i+1), s.Fair)
				if breaks(t, link, f.Property, less) {
					t.Errorf("%s: %s breaks %s, and so does %s", link.Name, s.Inline(), f.Property.ID, less.Inline())
				}
			}
			shown(t, link, f.Counterexample)
		}
	}
}

// shown checks that a counterexample is what Show makes of its schedule, once
// printed and parsed.
func shown(t *testing.T, link impl.Link, c *Counterexample) {
	t.Helper()
	s, err := world.Parse(c.Schedule.Inline())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Show(link, c.Property, s)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.Events, c.Events) || again.Broken != c.Broken || again.Reason != c.Reason || !slices.Equal(again.Forced, c.Forced) {
		t.Errorf("%s: %s is shown again as %v", link.Name, c.Schedule.Inline(), again)
	}
	if c.Broken < 0 && len(c.Owed) == 0 {
		t.Errorf("%s: %s breaks nothing and owes nothing", link.Name, c.Schedule.Inline())
	}
}

func TestShowRefuses(t *testing.T) {
	link := named(t, "perfect")
	for _, test := range []struct{ schedule, want string }{
		{`send 0>1 "a"`, "the schedule does not break PL1 of link perfect: it is inconclusive"},
		{`send 0>1 "a"; fair`, "the schedule does not break PL1 of link perfect: it is holds"},
		{`send 0>1 "a"; timeout 1 0`, "action 2, timeout 1 0: not enabled: timer 0 of process 1 is not armed"},
	} {
		s, err := world.Parse(test.schedule)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Show(link, spec.PL1, s); err == nil || err.Error() != test.want {
			t.Errorf("%s: error %v, want %s", test.schedule, err, test.want)
		}
	}
}

const maxSearched = 5 // actions to which shortest searches

// shortest searches breadth first, without any of the code that makes a
// campaign fast: each world is made anew by replaying its actions. It returns,
// for each property, the least number of actions that breaks it, 0 where it
// takes more than maxSearched. The application sends up to maxSearched messages
// one way, all distinct or all equal.
func shortest(t *testing.T, link impl.Link, properties []spec.Property) []int {
	t.Helper()
	least := make([]int, len(properties))
	for _, letters := range []string{"abcde", "aaaaa"} {
		var workload []world.Request
		for _, m := range letters {
			workload = append(workload, world.Request{From: 0, To: 1, Message: spec.Message(m)})
		}
		sys, err := world.New(link, properties)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		level := [][]world.Action{nil}
		for depth := 0; depth <= maxSearched; depth++ {
			var next [][]world.Action
			for _, actions := range level {
				w := sys.World(workload)
				if _, err := w.Follow(world.Schedule{Actions: actions}); err != nil {
					t.Fatal(err)
				}
				if key := string(w.AppendKey(nil)); !seen[key] {
					seen[key] = true
					note(least, w.Broken(), depth)
					for _, m := range w.Enabled(nil) {
						next = append(next, append(slices.Clone(actions), w.Action(m)))
					}
				}
			}
			level = next
		}
	}
	return least
}

// note lowers the least depth of each broken property.
func note(least []int, broken uint32, depth int) {
	for i := range least {
		if broken>>i&1 == 1 && (least[i] == 0 || depth < least[i]) {
			least[i] = depth
		}
	}
}

// Where a safety property can be broken within a few actions, minimising finds
// a shortest schedule on 19 of 20 seeds.
func TestMinimisedIsShortest(t *testing.T) {
	seeds, few := effort(20, 5, 3), effort(1, 0, 0)
	table := &strings.Builder{}
	compared := 0
	for _, link := range mutant.Registry() {
		if link.Assumes.Corruptions+link.Assumes.Forgeries > 0 {
			continue // how short a schedule is depends on the bytes of the messages
		}
		judged := Judged(link)
		least := shortest(t, link, judged)
		missed := make([]int, len(judged))
		if !slices.ContainsFunc(least, func(n int) bool { return n > 0 }) {
			continue
		}
		for seed := range uint64(seeds) {
			c := campaign(t, link)
			run(t, c, seed, 300)
			r, err := c.Report()
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range r.Findings {
				switch {
				case least[i] == 0 || f.Property.Class != spec.Safety:
				case f.Verdict != spec.Violated || f.Counterexample.Schedule.Len() > least[i]:
					missed[i]++
				case f.Counterexample.Schedule.Len() < least[i]:
					t.Fatalf("%s: %s breaks %s, the search needs %d actions", link.Name, f.Counterexample.Schedule.Inline(), f.Property.ID, least[i])
				}
			}
		}
		for i, p := range judged {
			if least[i] == 0 || p.Class != spec.Safety {
				continue
			}
			compared++
			fmt.Fprintf(table, "%-24s %-5s %d actions, found on %d of %d seeds\n", link.Name, p.ID, least[i], seeds-missed[i], seeds)
			if missed[i] > few {
				t.Errorf("%s: %s can be broken by %d actions, which is found on %d of %d seeds", link.Name, p.ID, least[i], seeds-missed[i], seeds)
			}
		}
	}
	t.Logf("shortest counterexamples to safety:\n%s", table)
	if compared < 10 {
		t.Errorf("%d counterexamples were compared, want 10 or more", compared)
	}
}
