package explore

import (
	"slices"

	"fairloss/checker/world"
)

// Bounds of the number of slots of a fan, as powers of two.
const (
	fewSlots  = 6
	manySlots = 14
)

// fan remembers what the enabled moves of a place do, by the components that
// they depend on: most have been met in another state. A slot is for what was
// met last of all that falls to it.
type fan struct {
	world    *world.World
	places   []world.Place
	on       [][2]int // of each place, the components that it depends on; two equal ones are one
	position []int    // of each component among those that vary
	slots    []slot
	bits     int // the logarithm of the number of slots
	missed   int // since there were so many
}

// slot is a place while what it depends on has certain values.
type slot struct {
	on      key
	effects []world.Effect
	deltas  []delta // of each effect
}

// key is a place, by its number plus one, and the values of what it depends
// on; the zero key is that of an empty slot.
type key struct{ place, a, b uint32 }

// delta is what an effect does to a fingerprint.
type delta struct {
	print   uint64 // what its cells add
	plain   bool   // there is nothing else to it
	touched []int  // positions of the components that it may change
}

func newFan(w *world.World, places []world.Place, varied []int) fan {
	f := fan{world: w, places: places, position: make([]int, len(w.State())), slots: make([]slot, 1<<fewSlots), bits: fewSlots}
	for j, c := range varied {
		f.position[c] = j
	}
	for _, p := range f.places {
		on := [2]int{}
		if len(p.On) > 0 {
			on = [2]int{p.On[0], p.On[len(p.On)-1]}
		}
		f.on = append(f.on, on)
	}
	return f
}

// at returns what the moves of place p do in the state of the world, valid
// until the next call. After an error, it has what the moves before it do.
func (f *fan) at(p int, m mixed) (*slot, error) {
	state, on := f.world.State(), f.on[p]
	k := key{uint32(p + 1), state[on[0]], state[on[1]]}
	s := &f.slots[k.hash()>>(64-f.bits)]
	if s.on == k {
		return s, nil
	}
	if f.missed++; f.missed > 2*len(f.slots) && f.bits < manySlots {
		f.bits, f.missed = f.bits+1, 0
		f.slots = make([]slot, 1<<f.bits)
		s = &f.slots[k.hash()>>(64-f.bits)]
	}
	s.on = key{} // empty, unless all moves can be made
	err := f.fill(s, p, m)
	if err == nil && f.places[p].On != nil {
		s.on = k
	}
	return s, err
}

func (k key) hash() uint64 {
	const odd = 0x9e3779b97f4a7c15
	return ((uint64(k.place)*odd+uint64(k.a))*odd + uint64(k.b)) * odd
}

// fill finds out what the moves of place p do.
func (f *fan) fill(s *slot, p int, m mixed) (err error) {
	state := f.world.State()
	s.deltas = s.deltas[:0]
	s.effects, err = f.world.Effects(f.places[p], s.effects)
	for i := range s.effects {
		e := &s.effects[i]
		s.deltas = slices.Grow(s.deltas, 1)[:i+1]
		d := &s.deltas[i]
		*d = delta{plain: e.Plain(), touched: f.world.Touched(e, d.touched)}
		for t, c := range d.touched {
			d.touched[t] = f.position[c]
		}
		for _, c := range e.Cells {
			j := f.position[c.Component]
			d.print += m.word(j, c.Value) - m.word(j, state[c.Component])
		}
	}
	return err
}
