package explore

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// searched runs a search to its end.
func searched(t testing.TB, link impl.Link, properties []spec.Property, payloads string) *search {
	t.Helper()
	s, err := newSearch(link, properties, Bounds{Workload: requests(payloads)}, false)
	if err == nil {
		err = s.run(context.Background())
	}
	if err != nil {
		t.Fatalf("%s, %q: %v", link.Name, payloads, err)
	}
	return s
}

// The states of the golden links are known in closed form, and were counted by
// SPIN, TLC and Stateright; so were the transitions.
func TestGoldenCounts(t *testing.T) {
	transitions := map[string]int{"golden/skip 4": 331728, "golden/skip 5": 6505536}
	const payloads = "abcdef"
	for _, link := range impl.Goldens() {
		most := len(payloads)
		if link.Name == "golden/skip" {
			most = 5
		}
		if testing.Short() || raceEnabled {
			most = 4
		}
		for m := 1; m <= most; m++ {
			want := (1 << m) * (pow(4, m+1) - 1) / 3
			if link.Name == "golden/skip" {
				want = (1 << m) * (1 + 4*(pow(8, m)-1)/7)
			}
			c := searched(t, link, Judged(link), payloads[:m]).cover
			if !c.Complete || c.States != want {
				t.Errorf("%s, %d messages: %d states, complete %t; want %d", link.Name, m, c.States, c.Complete, want)
			}
			known, ok := transitions[link.Name+" "+string('0'+rune(m))]
			if ok && c.Transitions != known {
				t.Errorf("%s, %d messages: %d transitions, want %d", link.Name, m, c.Transitions, known)
			}
		}
	}
}

// So are those of the perfect link: each message is unsent, on its way,
// delivered or confirmed, and they are sent in order.
func TestPerfectCounts(t *testing.T) {
	link := linkNamed(t, impl.Registry(), "perfect")
	for n, payloads := 1, "abcdefg"; n <= len(payloads); n++ {
		c := searched(t, link, spec.Perfect.Properties, payloads[:n]).cover
		if want := (pow(3, n+1) - 1) / 2; !c.Complete || c.States != want {
			t.Errorf("%d messages: %d states, want %d", n, c.States, want)
		}
	}
}

func pow(base, exponent int) int {
	n := 1
	for range exponent {
		n *= base
	}
	return n
}

// reached is what a search without batches, fingerprints or packed states
// finds.
type reached struct {
	states, transitions, depth int
	first                      []int // by property: the distance of the nearest state that breaks it; -1
}

// naive visits every state of a link that has at most limit of them.
func naive(t *testing.T, link impl.Link, properties []spec.Property, payloads string, limit int) (reached, bool) {
	sys, err := world.New(link, properties)
	if err != nil {
		t.Fatal(err)
	}
	w := sys.World(requests(payloads))
	for link.Burst && w.Enabled(nil)[0].Kind() == world.Send {
		if err := w.Do(w.Enabled(nil)[0]); err != nil {
			t.Fatal(err)
		}
	}
	var r reached
	for range properties {
		r.first = append(r.first, -1)
	}
	known := map[string]int{}
	var queue []string
	visit := func(depth int) {
		k := pack(w.State())
		if _, ok := known[k]; ok {
			return
		}
		known[k] = depth
		queue = append(queue, k)
		for i := range r.first {
			if w.Broken()>>i&1 == 1 && r.first[i] < 0 {
				r.first[i] = depth
			}
		}
	}
	visit(0)
	for i := 0; i < len(queue) && len(queue) <= limit; i++ {
		r.depth = known[queue[i]]
		unpack(w.State(), queue[i])
		for _, m := range w.Enabled(nil) {
			r.transitions++
			if err := w.Do(m); err != nil {
				t.Fatal(err)
			}
			visit(r.depth + 1)
			unpack(w.State(), queue[i])
		}
	}
	r.states = len(queue)
	return r, len(queue) <= limit
}

func pack(state []uint32) string {
	var b []byte
	for _, v := range state {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return string(b)
}

func unpack(state []uint32, s string) {
	for i := range state {
		state[i] = binary.LittleEndian.Uint32([]byte(s[4*i:]))
	}
}

// The search finds what a search that is too simple to be wrong finds.
func TestSearchAgainstNaive(t *testing.T) {
	networks := []spec.Assumptions{
		{},
		{Network: spec.LossySetNetwork},
		{Network: spec.BagNetwork, Capacity: 2, Drops: 1, Duplicates: 1},
		{Network: spec.FIFONetwork, Capacity: 2},
		{Crashes: 1, Recoveries: 1},
		{Network: spec.FIFONetwork, Capacity: 2, Crashes: 2, Recoveries: 2},
		{Network: spec.FIFONetwork, Capacity: 2, Duplicates: 1},
		{Network: spec.StubbornNetwork},
		{Network: spec.AtLeastOnceNetwork, Capacity: 2},
		{Network: spec.FIFOAtLeastOnceNetwork, Capacity: 2},
		{Network: spec.PerfectNetwork, Capacity: 2},
		{Network: spec.FIFOPerfectNetwork, Capacity: 2, Duplicates: 1},
	}
	all := slices.Concat(impl.Registry(), impl.Goldens(), mutant.Registry())
	bounds := []int{1: 1 << 16, 2: effort(1<<16, 4000, 1000), 3: effort(4000, 1000, 500)} // of so many messages
	compared, large := 0, 0
	for _, link := range all {
		for _, link.Assumes = range networks {
			for _, payloads := range []string{"a", "ab", "aa", "abc", "aba"} {
				want, ok := naive(t, link, Judged(link), payloads, bounds[len(payloads)])
				if !ok {
					large++
					switch len(payloads) {
					case 1:
						t.Errorf("%s on %s: too large to compare", link.Name, link.Assumes)
					case 2:
						t.Logf("%s on %s, %q: too large to compare", link.Name, link.Assumes, payloads)
					}
					continue
				}
				compared++
				compare(t, searched(t, link, Judged(link), payloads), want, payloads)
			}
		}
	}
	t.Logf("%d searches compared, %d too large", compared, large)
}

func compare(t *testing.T, s *search, want reached, payloads string) {
	t.Helper()
	burst, err := s.burst(s.fresh()) // the naive search begins after it
	if err != nil {
		t.Fatal(err)
	}
	link := s.sys.Link()
	for i, p := range s.sys.Properties() {
		got := -1
		if s.first[i] >= 0 {
			got = len(s.schedule(s.first[i]).Actions) - len(burst)
		}
		if got != want.first[i] {
			t.Errorf("%s on %s, %q: %s is broken after %d actions, want %d", link.Name, link.Assumes, payloads, p.ID, got, want.first[i])
		}
	}
	c := s.cover
	if c.Complete && (c.States != want.states || c.Transitions != want.transitions || c.Depth != want.depth) {
		t.Errorf("%s on %s, %q: %d states, %d transitions, depth %d; want %d, %d, %d", link.Name, link.Assumes, payloads,
			c.States, c.Transitions, c.Depth, want.states, want.transitions, want.depth)
	}
	if !c.Complete && s.found != math.MaxUint32>>(32-len(s.first)) {
		t.Errorf("%s on %s, %q: the search stopped early", link.Name, link.Assumes, payloads)
	}
}
