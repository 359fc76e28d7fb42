package world

import (
	"math/rand/v2"
	"testing"

	"fairloss/impl"
)

// TestLayerKey demands that the key of a local state holds the whole key of the
// layer, whatever timers and stable value are around it: it is what an
// impl.Restorer goes by.
func TestLayerKey(t *testing.T) {
	for _, link := range impl.Registry() {
		sys, err := New(link, nil)
		if err != nil {
			t.Fatal(err)
		}
		walk(t, sys, rand.New(rand.NewPCG(1, 1)))
		compared := 0
		for _, pr := range sys.procs {
			for id := range pr.locals {
				l := &pr.locals[id]
				if l.down {
					continue
				}
				if err := pr.rebuild(uint32(id)); err != nil {
					t.Fatal(err)
				}
				key, err := impl.Key(pr.live)
				if err != nil || string(key) != l.layerKey() {
					t.Fatalf("%s: local state %d has the layer key %q, want %q, %v", link.Name, id, l.layerKey(), key, err)
				}
				compared++
			}
		}
		if compared < 2 {
			t.Errorf("%s: only %d states were compared", link.Name, compared)
		}
	}
}

// walk makes the system learn.
func walk(t *testing.T, sys *System, r *rand.Rand) {
	t.Helper()
	for range 20 {
		w := sys.World([]Request{{0, 1, "a"}, {0, 1, "b"}, {1, 0, "c"}})
		for range 20 {
			moves := w.Enabled(nil)
			if len(moves) == 0 {
				break
			}
			if err := w.Do(moves[r.IntN(len(moves))]); err != nil {
				t.Fatal(err)
			}
		}
	}
}
