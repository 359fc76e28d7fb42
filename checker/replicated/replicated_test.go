package replicated

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// plain is a link that adds nothing to a network.
func plain(n spec.Network) impl.Link {
	return impl.Link{Name: n.String(), New: impl.FactoryOf(impl.FairLossLink{}), Assumes: spec.Assumptions{Network: n}}
}

// rungs returns links of the ladder, one for each promise, and one whose
// duplicates take a while.
func rungs() []impl.Link {
	names := []string{"fairloss", "stubborn", "atmostonce", "atleastonce", "perfect", "fifo", "session"}
	if testing.Short() {
		names = names[:5]
	}
	return slices.DeleteFunc(impl.Registry(), func(l impl.Link) bool { return !slices.Contains(names, l.Name) })
}

func requests(calls []call) []world.Request {
	var list []world.Request
	for _, c := range calls {
		list = append(list, Call(c.process, c.operation))
	}
	return list
}

// searched searches all that the calls can lead to.
func searched(t *testing.T, o Object, link impl.Link, calls ...call) (explore.Finding, explore.Coverage) {
	t.Helper()
	r, err := explore.Exhaust(t.Context(), o.Over(link), []spec.Property{Linearizable(o)}, explore.Bounds{Workload: requests(calls)})
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings[0], r.Coverage
}

// refutation is the shortest counterexample to an object, as Porcupine sees it
// too.
func refutation(t *testing.T, o Object, link impl.Link, calls ...call) string {
	t.Helper()
	f, _ := searched(t, o, link, calls...)
	if f.Verdict != spec.Violated || !f.Counterexample.Shortest {
		t.Errorf("%s over %s is %s: %s", o.Name, link.Name, f.Verdict, f.Reason)
		return ""
	}
	if Judge(o, f.Counterexample.Events) != spec.Violated {
		t.Errorf("%s over %s: porcupine accepts %v", o.Name, link.Name, f.Counterexample.Schedule.Inline())
	}
	return fmt.Sprintf("%d actions: %s", f.Counterexample.Schedule.Len(), f.Counterexample.Schedule.Inline())
}

// What each object is called to do where a link that duplicates breaks it.
var duplicated = map[string][]call{
	"counter": {{0, "inc"}, {1, "get"}},
	"ring":    {{0, "wa"}, {0, "wb"}, {0, "r"}},
}

// TestLadder puts each object on each rung. A register that orders its values
// by timestamps is linearizable on any of them: Porcupine accepts its histories.
// The counter and the ring are so on links that keep PL2, and on the others
// Porcupine rejects the shortest of all schedules that break them.
func TestLadder(t *testing.T) {
	schedules := 100
	if testing.Short() {
		schedules = 30
	}
	var table strings.Builder
	for _, link := range rungs() {
		_, once := link.Guarantee.Property(spec.PL2.ID)
		for _, o := range Objects() {
			outcome, err := Try(o, link, 1, schedules)
			if err != nil {
				t.Fatal(err)
			}
			verdict, shortest := outcome.Verdict(), ""
			if once || o.Name == "register" {
				if verdict != spec.Holds {
					t.Errorf("%s over %s: %s in %+v", o.Name, link.Name, verdict, outcome)
				}
			} else {
				verdict, shortest = spec.Violated, refutation(t, o, link, duplicated[o.Name]...)
			}
			fmt.Fprintf(&table, "%-11s %-8s %-8s %3d of %d histories rejected, %3d of %3d operations returned  %s\n", link.Name, o.Name,
				verdict, outcome.Rejected, schedules, outcome.Returned, outcome.Called, shortest)
		}
	}
	t.Logf("\n%s", &table)
}

// TestSearch visits all that a few calls can lead to over links that promise
// enough.
func TestSearch(t *testing.T) {
	for _, tt := range []struct {
		object  Object
		network spec.Network
		calls   []call
	}{
		{RegisterObject(), spec.PerfectNetwork, []call{{0, "wa"}, {1, "r"}}},
		{RegisterObject(), spec.PerfectNetwork, []call{{0, "wa"}, {1, "wb"}}},
		{RegisterObject(), spec.SetNetwork, []call{{0, "wa"}, {1, "r"}}},
		{CounterObject(), spec.PerfectNetwork, []call{{0, "inc"}, {1, "inc"}, {2, "get"}}},
		{CounterObject(), spec.PerfectNetwork, []call{{0, "inc"}, {1, "get"}, {1, "get"}, {2, "get"}}},
		{RingObject(), spec.PerfectNetwork, []call{{0, "wa"}, {0, "r"}, {1, "r"}, {2, "r"}}},
		{RingObject(), spec.PerfectNetwork, []call{{0, "wa"}, {1, "wb"}, {2, "r"}, {2, "r"}}},
	} {
		f, cover := searched(t, tt.object, plain(tt.network), tt.calls...)
		if f.Verdict != spec.Holds {
			t.Errorf("%s over %s with %v is %s: %s", tt.object.Name, tt.network, tt.calls, f.Verdict, f.Reason)
		}
		t.Logf("%s over %s with %v: %d states, complete: %t, %v", tt.object.Name, tt.network, tt.calls, cover.States, cover.Complete, cover.Elapsed)
	}
}

func TestMutants(t *testing.T) { killed(t, 4) }

// killed wants each broken object rejected although the network keeps what a
// perfect link promises: by search, and in random schedules on each of so many
// seeds, early enough. The object that it is made of is not, on the same seeds.
func killed(t *testing.T, seeds int) {
	const most = 5000 // schedules
	perfect := plain(spec.PerfectNetwork)
	for _, m := range mutants() {
		t.Run(m.Name, func(t *testing.T) {
			late := 0
			for seed := range uint64(seeds) {
				first := 0
				for schedules := 50; first == 0 && schedules <= most; schedules *= 3 {
					outcome, err := Try(m.Object, perfect, seed, schedules)
					if err != nil {
						t.Fatal(err)
					}
					first = outcome.First
				}
				if first == 0 {
					t.Errorf("seed %d: it lives through %d schedules", seed, most)
				}
				late = max(late, first)
				if outcome, err := Try(m.parent, perfect, seed, 50); err != nil || outcome.Verdict() != spec.Holds {
					t.Errorf("seed %d: %s is %s, %v", seed, m.parent.Name, outcome.Verdict(), err)
				}
			}
			t.Logf("%s Killed on %d seeds, after %d schedules at most; %s", m.doc, seeds, late, refutation(t, m.Object, perfect, m.calls...))
		})
	}
}

// TestJudgesAgree compares Porcupine with the monitor on histories of right and
// broken objects, over a link that duplicates and one that does not.
func TestJudgesAgree(t *testing.T) {
	objects := Objects()
	for _, m := range mutants() {
		objects = append(objects, m.Object)
	}
	seen := map[spec.Verdict]int{}
	for _, o := range objects {
		for _, n := range []spec.Network{spec.PerfectNetwork, spec.StubbornNetwork} {
			sys, err := world.New(o.Over(plain(n)), nil)
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(7, uint64(n)))
			for range 40 {
				w, err := wander(sys, random, draw(o, random))
				if err != nil {
					t.Fatal(err)
				}
				porcupine, monitor := Judge(o, w.History()), monitored(o, w.History())
				if porcupine != monitor {
					t.Fatalf("%s over %s: porcupine says %s, the monitor %s of %v", o.Name, n, porcupine, monitor, w.Actions())
				}
				seen[porcupine]++
			}
		}
	}
	if seen[spec.Holds] < 100 || seen[spec.Violated] < 100 {
		t.Errorf("the histories were %v: want 100 of each", seen)
	}
}

func monitored(o Object, history []spec.Event) spec.Verdict {
	m := Linearizable(o).New()
	for _, e := range history {
		if (e.Kind == spec.Send || e.Kind == spec.Deliver) && m.Observe(e) != "" {
			return spec.Violated
		}
	}
	return spec.Holds
}

func TestJudge(t *testing.T) {
	call := func(p spec.Process, m spec.Message) spec.Event {
		return spec.Event{Kind: spec.Send, Process: p, Message: m}
	}
	ret := func(p spec.Process, m spec.Message) spec.Event {
		return spec.Event{Kind: spec.Deliver, Process: p, Message: m}
	}
	for name, tt := range map[string]struct {
		object  Object
		history []spec.Event
		want    spec.Verdict
	}{
		"empty":                       {RegisterObject(), nil, spec.Holds},
		"reads what was written":      {RegisterObject(), []spec.Event{call(0, "wa"), ret(0, "wa="), call(1, "r"), ret(1, "r=a")}, spec.Holds},
		"reads what is gone":          {RegisterObject(), []spec.Event{call(0, "wa"), ret(0, "wa="), call(1, "r"), ret(1, "r=")}, spec.Violated},
		"reads while it is written":   {RegisterObject(), []spec.Event{call(0, "wa"), call(1, "r"), ret(1, "r="), call(1, "r"), ret(1, "r=a")}, spec.Holds},
		"new, then old":               {RegisterObject(), []spec.Event{call(0, "wa"), call(1, "r"), ret(1, "r=a"), call(2, "r"), ret(2, "r=")}, spec.Violated},
		"answered unasked":            {RegisterObject(), []spec.Event{ret(1, "r=")}, spec.Violated},
		"answered twice":              {RegisterObject(), []spec.Event{call(1, "r"), ret(1, "r="), ret(1, "r=")}, spec.Violated},
		"counts once":                 {CounterObject(), []spec.Event{call(0, "inc"), ret(0, "inc="), call(1, "get"), ret(1, "get=1")}, spec.Holds},
		"counts twice":                {CounterObject(), []spec.Event{call(0, "inc"), ret(0, "inc="), call(1, "get"), ret(1, "get=2")}, spec.Violated},
		"counts what never returns":   {CounterObject(), []spec.Event{call(0, "inc"), call(2, "inc"), call(1, "get"), ret(1, "get=2")}, spec.Holds},
		"counts what was not yet":     {CounterObject(), []spec.Event{call(1, "get"), ret(1, "get=1"), call(0, "inc"), ret(0, "inc=")}, spec.Violated},
		"a result that is no answer":  {CounterObject(), []spec.Event{call(0, "inc"), ret(0, "inc=1")}, spec.Violated},
		"concurrent, in either order": {CounterObject(), []spec.Event{call(0, "inc"), call(1, "get"), ret(0, "inc="), ret(1, "get=0")}, spec.Holds},
	} {
		if got := Judge(tt.object, tt.history); got != tt.want {
			t.Errorf("%s: porcupine says %s, want %s", name, got, tt.want)
		}
		if got := monitored(tt.object, tt.history); got != tt.want {
			t.Errorf("%s: the monitor says %s, want %s", name, got, tt.want)
		}
	}
}

// TestNothingIsNoPass wants no verdict where no operation returned.
func TestNothingIsNoPass(t *testing.T) {
	if v := (Outcome{Schedules: 10, Called: 5}).Verdict(); v != spec.Inconclusive {
		t.Errorf("got %s", v)
	}
}
