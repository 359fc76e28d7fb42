package world_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// outcomes makes each enabled move from the state of a world, and returns the
// states that they lead to.
func outcomes(t *testing.T, w *world.World) (states [][]uint32) {
	before := slices.Clone(w.State())
	for _, m := range w.Enabled(nil) {
		if err := w.Do(m); err != nil {
			t.Fatal(err)
		}
		states = append(states, slices.Clone(w.State()))
		copy(w.State(), before)
	}
	return states
}

// The effects of all places are those of the enabled moves, in their order, and
// those of one place are the same wherever what it depends on is the same.
func TestEffects(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	remembered := 0
	for _, link := range slices.Concat(impl.Registry(), impl.Goldens(), mutant.Registry()) {
		for _, link.Assumes = range []spec.Assumptions{
			{},
			{Network: spec.LossySetNetwork},
			{Network: spec.BagNetwork, Capacity: 2, Drops: 1, Duplicates: 1},
			{Network: spec.FIFONetwork, Capacity: 2, Duplicates: 1},
			{Network: spec.StubbornNetwork},
			{Network: spec.PerfectNetwork, Capacity: 2},
			{Crashes: 1, Recoveries: 1},
			{Cuts: 1, Corruptions: 1},
		} {
			sys := newSystem(t, link, everything()...)
			w := sys.World(requests(r, link.Size()))
			if r.IntN(4) == 0 {
				w = sys.Repeating(requests(r, link.Size()))
			}
			places, known := w.Places(), map[string][]world.Effect{}
			for range 30 {
				want := outcomes(t, w)
				if len(want) == 0 {
					break
				}
				if got := effects(t, w, places, known, &remembered); !slices.EqualFunc(got, want, slices.Equal) {
					t.Fatalf("%s on %s: the effects of all places lead to %v, the moves to %v", link.Name, link.Assumes, got, want)
				}
				copy(w.State(), want[r.IntN(len(want))])
			}
		}
	}
	if remembered < 1000 {
		t.Errorf("%d effects were remembered: the comparison says little", remembered)
	}
}

// effects returns the states that the effects of all places lead to: those that
// are known from another state, where there are.
func effects(t *testing.T, w *world.World, places []world.Place, known map[string][]world.Effect, remembered *int) (states [][]uint32) {
	before := slices.Clone(w.State())
	for i, p := range places {
		key := fmt.Sprint(i)
		for _, c := range p.On {
			key += fmt.Sprint(" ", before[c])
		}
		list, found := known[key]
		if !found || p.On == nil {
			var err error
			if list, err = w.Effects(p, nil); err != nil {
				t.Fatal(err)
			}
			known[key] = list
		} else {
			*remembered += len(list)
		}
		for k := range list {
			w.Take(&list[k])
			for c, v := range w.State() {
				if touched := w.Touched(&list[k], nil); v != before[c] && !slices.Contains(touched, c) {
					t.Errorf("component %d changes, and only %v should", c, touched)
				}
			}
			states = append(states, slices.Clone(w.State()))
			copy(w.State(), before)
		}
	}
	return states
}
