package explore

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// outcome is all that a search finds.
type outcome struct {
	cover Coverage
	memo  int      // what the system has learnt
	first []int    // by property: the first state that breaks it
	seen  []int    // by property: the events that test it
	graph []uint64 // of each state, its parent, action and components; of each edge, its target
}

// outcomeOf runs a search in which so few states are shared.
func outcomeOf(t *testing.T, link impl.Link, properties []spec.Property, b Bounds, repeated bool, share int) outcome {
	t.Helper()
	s, err := newSearch(link, properties, b, repeated)
	if err != nil {
		t.Fatal(err)
	}
	s.share = share
	if err := s.run(context.Background()); err != nil {
		t.Fatalf("%s: %v", link.Name, err)
	}
	if want := max(1, b.Workers); len(s.workers) != want && s.queue.n > 1 && share == 1 {
		t.Fatalf("%s: %d workers, want %d", link.Name, len(s.workers), want)
	}
	s.cover.Elapsed = 0
	o := outcome{cover: s.cover, memo: s.sys.Size(), first: s.first}
	for _, p := range properties {
		o.seen = append(o.seen, s.seen(p.Tested))
	}
	for i := range s.queue.n {
		o.graph = append(o.graph, uint64(s.parent.at(i)), uint64(s.action.at(i)))
		for j := 0; s.queue.keep && j < s.queue.width; j++ {
			o.graph = append(o.graph, uint64(s.queue.at(i)[j]))
		}
	}
	if s.edges != nil {
		for i := range s.edges.to.n {
			o.graph = append(o.graph, uint64(s.edges.to.at(i)))
		}
	}
	return o
}

func (o outcome) equal(p outcome) bool {
	return o.cover == p.cover && o.memo == p.memo && slices.Equal(o.first, p.first) && slices.Equal(o.seen, p.seen) && slices.Equal(o.graph, p.graph)
}

// Whatever the number of workers, a search finds the same states in the same
// order, from the same parents, and learns as much.
func TestWorkers(t *testing.T) {
	b := Bounds{Workload: requests("abc"), MaxStates: 1 << 11}
	links := slices.Concat(impl.Goldens(), impl.Registry(), mutant.Registry())
	if testing.Short() || raceEnabled {
		b = Bounds{Workload: requests("ab"), MaxStates: 1 << 7}
		links = links[:len(impl.Goldens())+len(impl.Registry())]
	}
	for _, link := range links {
		compareWorkers(t, link, b)
	}
	for _, name := range []string{"perfect", "session", "rpc"} {
		link := linkNamed(t, impl.Registry(), name)
		for _, link.Assumes = range []spec.Assumptions{
			{Crashes: 1, Recoveries: 1},
			{Network: spec.BagNetwork, Drops: 1, Duplicates: 1, Crashes: 1},
			{Network: spec.AtLeastOnceNetwork},
			{Cuts: 1, Corruptions: 1, Forgeries: 1},
			{Network: spec.FIFOPerfectNetwork, Duplicates: 1, Crashes: 1, Recoveries: 1},
		} {
			compareWorkers(t, link, b)
		}
	}
}

func compareWorkers(t *testing.T, link impl.Link, b Bounds) {
	t.Helper()
	safe := spec.AtMostOnce.With(spec.OrderOnly, spec.ACK).Properties
	for _, properties := range [][]spec.Property{safe, {spec.PL1, spec.SL1}, {spec.FLL1}} {
		repeated := properties[0].Recurs == spec.Repeated
		want := outcomeOf(t, link, properties, b, repeated, 1)
		for _, b.Workers = range []int{2, 3} {
			if got := outcomeOf(t, link, properties, b, repeated, 1); !got.equal(want) {
				t.Errorf("%s on %s, %s: with %d workers %+v, %v %v %d; with one %+v, %v %v %d", link.Name, link.Assumes, properties[0].ID,
					b.Workers, got.cover, got.first, got.seen, got.memo, want.cover, want.first, want.seen, want.memo)
			}
		}
		b.Workers = 0
	}
}

// So it is where a worker joins late, when the world has nothing more to send and
// no more faults to make.
func TestWorkersThatJoinLate(t *testing.T) {
	for _, name := range []string{"fairloss", "perfect"} {
		link := linkNamed(t, impl.Registry(), name)
		for _, link.Assumes = range []spec.Assumptions{{}, {Network: spec.BagNetwork, Drops: 1, Duplicates: 1}} {
			for share := 4; share <= 1<<6; share *= 2 {
				b := Bounds{Workload: requests("ab")}
				want := outcomeOf(t, link, []spec.Property{spec.PL1, spec.PL2}, b, false, share)
				b.Workers = 2
				if got := outcomeOf(t, link, []spec.Property{spec.PL1, spec.PL2}, b, false, share); !got.equal(want) {
					t.Errorf("%s on %s: with a worker that joins at %d states %+v, without %+v", link.Name, link.Assumes, share, got.cover, want.cover)
				}
			}
		}
	}
}

// So it is where states are shared because they are many, and for what is
// concluded from them.
func TestWorkersOnManyStates(t *testing.T) {
	payloads := "abcde"
	if testing.Short() || raceEnabled {
		payloads = "abcd"
	}
	for _, link := range impl.Goldens() {
		var want Exhaustive
		for workers := range 4 {
			got, err := Exhaust(context.Background(), link, Judged(link), Bounds{Workload: requests(payloads), Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []*Coverage{&got.Coverage, &got.Repeated} {
				c.Elapsed, c.Peak = 0, 0
			}
			if workers == 0 {
				want = got
				continue
			}
			if got.Coverage != want.Coverage || got.Repeated != want.Repeated {
				t.Errorf("%s: %d workers cover %+v and %+v, one %+v and %+v", link.Name, workers,
					got.Coverage, got.Repeated, want.Coverage, want.Repeated)
			}
			for i, f := range got.Findings {
				if a, b := conclusion(f), conclusion(want.Findings[i]); !reflect.DeepEqual(a, b) {
					t.Errorf("%s, %s: %d workers conclude %+v, one %+v", link.Name, f.Property.ID, workers, a, b)
				}
			}
		}
	}
}

// conclusion is a finding without the functions in it, which cannot be
// compared.
func conclusion(f Finding) []any {
	c := Counterexample{}
	if f.Counterexample != nil {
		c = *f.Counterexample
	}
	c.Property = spec.Property{}
	return []any{f.Verdict, f.Reason, f.Tested, c}
}
