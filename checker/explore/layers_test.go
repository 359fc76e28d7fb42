package explore

import (
	"context"
	"slices"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// stacks returns the stacks of the registry, and two that have no rung of their
// own: the book's perfect link, and FIFO order over a perfect link.
func stacks() []impl.Link {
	deduplicate, order := impl.FactoryOf(impl.EliminateDuplicates{}), impl.FactoryOf(impl.DeliverInOrder{})
	list := []impl.Link{
		{Name: "perfect-stubborn", Guarantee: spec.Perfect, Layers: impl.Layering{
			Lower: impl.FactoryOf(impl.RetransmitForever{}), Upper: deduplicate, Needs: spec.Stubborn,
		}},
		{Name: "fifo-perfect", Guarantee: spec.FIFO, Layers: impl.Layering{
			Lower: impl.Stack(impl.FactoryOf(impl.RetransmitUntilAcknowledged{}), deduplicate), Upper: order, Needs: spec.Perfect,
		}},
	}
	for i := range list {
		list[i].New = list[i].Layers.Stack()
	}
	for _, l := range impl.Registry() {
		if l.Layers.Upper != nil {
			list = append(list, l)
		}
	}
	return list
}

// split returns the layers of a stack.
func split(t *testing.T, link impl.Link) (lower, upper impl.Link) {
	t.Helper()
	lower, upper, ok := link.Split()
	if !ok {
		t.Fatalf("%s has no layers", link.Name)
	}
	return lower, upper
}

// broken returns the properties that a link breaks with any of the payloads,
// and counts the states of the last search. It demands that each other one
// holds, or was never put to the test without being claimed.
func broken(t *testing.T, link impl.Link, payloads ...string) (ids []string, states int) {
	t.Helper()
	for _, p := range payloads {
		r := exhausted(t, link, p, Judged(link)...)
		states = r.Coverage.States
		for _, f := range r.Findings {
			_, claimed := link.Guarantee.Property(f.Property.ID)
			switch {
			case f.Verdict == spec.Violated && !slices.Contains(ids, f.Property.ID):
				ids = append(ids, f.Property.ID)
			case f.Verdict == spec.Inconclusive && (claimed || f.Tested > 0):
				t.Errorf("%s on %s, %q: %s is inconclusive: %s", link.Name, link.Assumes, p, f.Property.ID, f.Reason)
			}
		}
	}
	return ids, states
}

// repeatsForEver reports whether a link delivers infinitely often what was
// sent once.
func repeatsForEver(t *testing.T, link impl.Link, payloads string) bool {
	t.Helper()
	findings, _, err := exhaust(context.Background(), link, []spec.Property{spec.FLL2}, Bounds{Workload: requests(payloads)}, false)
	if err != nil {
		t.Fatal(err)
	}
	if findings[0].Verdict == spec.Inconclusive {
		t.Errorf("%s: %s", link.Name, findings[0].Reason)
	}
	return findings[0].Verdict == spec.Violated
}

// A stack keeps what it claims where each layer does what it is there for: the
// lower one keeps what is needed of it, and the upper one keeps the claim on
// the network that stands for that. The search of the whole agrees. It takes
// many times the states where both layers number, and never fewer: on a Set,
// one that only retransmits has as few as its guarantee.
func TestLayersAgreeWithStack(t *testing.T) {
	payloads := []string{"aa", "ab", "abc", "aba"}
	if !testing.Short() && !raceEnabled {
		payloads = append(payloads, "abcd")
	}
	times := map[string]int{"perfect-stubborn": 1, "perfect": 1, "fifo": 10, "fifo-perfect": 10, "durablesession": 20}
	for _, link := range stacks() {
		lower, upper := split(t, link)
		for _, p := range payloads {
			packets := "abcd"[:len(p)] // the upper layer numbers them
			if ids, _ := broken(t, lower, packets); ids != nil {
				t.Errorf("%s, %d messages: the lower layer breaks %v", link.Name, len(p), ids)
			}
			if repeats := repeatsForEver(t, lower, packets); repeats != (upper.Assumes.Network == spec.StubbornNetwork) {
				t.Errorf("%s, %q: the lower layer delivers for ever: %t", link.Name, p, repeats)
			}
			whole, direct := broken(t, link, p)
			above, abstract := broken(t, upper, p)
			if whole != nil || above != nil {
				t.Errorf("%s, %q: the stack breaks %v, the upper layer alone %v", link.Name, p, whole, above)
			}
			t.Logf("%-16s %d messages: %6d states, on %s %5d", link.Name, len(p), direct, upper.Assumes, abstract)
			if times[link.Name] == 0 || abstract > direct || len(p) == 3 && abstract*times[link.Name] > direct {
				t.Errorf("%s, %q: %d states on %s, and %d of the whole", link.Name, p, abstract, upper.Assumes, direct)
			}
		}
	}
}

// A stack with a broken layer is refuted in that layer alone: by the property
// that the mutant is there to break, or by one that the layer above needs.
func TestBrokenLayers(t *testing.T) {
	payloads := []string{"aa", "ab", "abc", "abcde"}
	uppers, lowers := 0, 0
	for _, m := range mutant.Registry() {
		for _, link := range stacks() {
			switch {
			case m.Parent == link.Name:
				uppers++
				lower, upper := split(t, m)
				below, _ := broken(t, lower, "ab", "abc")
				above, _ := broken(t, upper, payloads...)
				if below == nil && !slices.Contains(above, m.Breaks) || below != nil && above != nil {
					t.Errorf("%s: the lower layer breaks %v, the upper one on %s %v, want %s of one alone", m.Name, below, upper.Assumes, above, m.Breaks)
				}
			case linkNamed(t, impl.Registry(), m.Parent).Guarantee.Name == link.Layers.Needs.Name && link.Layers.Needs.Name != spec.FIFO.Name:
				lowers++
				lower := m
				lower.Guarantee = link.Layers.Needs
				if ids, _ := broken(t, lower, payloads...); !slices.Contains(ids, m.Breaks) {
					t.Errorf("%s below %s breaks %v, want %s", m.Name, link.Name, ids, m.Breaks)
				}
			}
		}
	}
	if uppers < 9 || lowers < 10 {
		t.Errorf("%d broken upper layers and %d lower ones were checked", uppers, lowers)
	}
}

// What a layer is not made for is seen on the network that stands for it: each
// network is needed.
func TestLayersNeedTheirNetworks(t *testing.T) {
	network := func(n spec.Network) spec.Assumptions { return spec.Assumptions{Network: n} }
	once := impl.FactoryOf(impl.FairLossLink{})
	deduplicate := impl.FactoryOf(impl.EliminateDuplicates{})
	tests := []struct {
		name    string
		factory impl.Factory
		network spec.Network
		breaks  string // of FIFO delivery and ACK; "" is none
	}{
		{"sent once", once, spec.SetNetwork, "PL1"},
		{"sent once", once, spec.StubbornNetwork, "PL2"},
		{"sent once", once, spec.AtLeastOnceNetwork, "PL2"},
		{"sent once", once, spec.FIFOAtLeastOnceNetwork, "PL2"},
		{"sent once", once, spec.PerfectNetwork, "FIFO"},
		{"sent once", once, spec.FIFOPerfectNetwork, ""},
		{"each number once", deduplicate, spec.SetNetwork, "PL1"},
		{"each number once", deduplicate, spec.StubbornNetwork, "FIFO"},
		{"each number once", deduplicate, spec.AtLeastOnceNetwork, "FIFO"},
		{"each number once", deduplicate, spec.FIFOAtLeastOnceNetwork, ""},
		{"each number once", deduplicate, spec.PerfectNetwork, "FIFO"},
		{"each number once", deduplicate, spec.FIFOPerfectNetwork, ""},
		{"in order", impl.FactoryOf(impl.DeliverInOrder{}), spec.SetNetwork, "PL1"},
		{"in order", impl.FactoryOf(impl.DeliverInOrder{}), spec.StubbornNetwork, ""},
		{"in order", impl.FactoryOf(impl.DeliverInOrder{}), spec.AtLeastOnceNetwork, ""},
	}
	for _, test := range tests {
		link := impl.Link{Name: test.name, New: test.factory, Guarantee: spec.FIFO, Assumes: network(test.network)}
		ids, _ := broken(t, link, "ab", "aa", "abc")
		if test.breaks == "" && ids != nil || test.breaks != "" && !slices.Contains(ids, test.breaks) {
			t.Errorf("%s on %s breaks %v, want %q", test.name, link.Assumes, ids, test.breaks)
		}
	}
}

// A process that waits for room is not at rest: where everybody waits, what is
// in flight is still owed, and nothing is refuted.
func TestWaitingIsNotTheEnd(t *testing.T) {
	link := linkNamed(t, impl.Registry(), "fifo")
	_, link = split(t, link)
	link.Assumes.Capacity = 1
	b := Bounds{Workload: append(requests("abc"), world.Request{From: 1, To: 0, Message: "d"})}
	s, err := newSearch(link, Judged(link), b, false)
	if err == nil {
		err = s.run(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	l := newLiveness(context.Background(), s)
	stuck := 0
	for i := range s.queue.n {
		if first, end := s.edges.of(i); first == end && len(l.due(uint32(i))) > 0 {
			stuck++
		}
	}
	if stuck == 0 {
		t.Error("nobody has to wait for ever")
	}
	r, err := Exhaust(context.Background(), link, link.Guarantee.Properties, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != spec.Holds {
			t.Errorf("%s is %s: %s", f.Property.ID, f.Verdict, f.Reason)
		}
	}
}

// Random schedules on the networks that stand for a guarantee come to an end,
// with room and without.
func TestRandomLayers(t *testing.T) {
	for _, link := range stacks() {
		_, upper := split(t, link)
		for capacity := 1; capacity <= 4; capacity += 3 {
			upper.Assumes.Capacity = capacity
			if upper.Assumes.Network == spec.StubbornNetwork {
				upper.Assumes.Capacity = 0
			}
			c := campaign(t, upper)
			run(t, c, 1, 1000)
			r, err := c.Report()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				if _, claimed := upper.Guarantee.Property(f.Property.ID); f.Verdict != spec.Holds && (claimed || f.Tested > 0) {
					t.Errorf("%s on %s: %s is %s: %s", upper.Name, upper.Assumes, f.Property.ID, f.Verdict, f.Reason)
				}
			}
		}
	}
}

// They find what is broken there.
func TestRandomBrokenLayers(t *testing.T) {
	for _, m := range mutant.Registry() {
		_, upper, stacked := m.Split()
		if !stacked {
			continue
		}
		c := campaign(t, upper)
		run(t, c, 1, 5000)
		if !slices.ContainsFunc(c.Violated(), func(i int) bool { return c.judged[i].ID == m.Breaks }) {
			t.Errorf("%s on %s: %s is not broken in 5000 schedules", upper.Name, upper.Assumes, m.Breaks)
		}
		if _, err := c.Report(); err != nil { // minimised, and run through the real code
			t.Errorf("%s on %s: %v", upper.Name, upper.Assumes, err)
		}
	}
}
