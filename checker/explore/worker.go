package explore

import (
	"errors"
	"slices"

	"fairloss/checker/world"
)

const (
	// blockStates is how many states a worker takes at a time.
	blockStates = 1 << 6
	recentBits  = 14
	// actionBits number the actions of a state; with the states of a block they
	// fill an origin.
	actionBits = 10
	maxEnabled = 1 << actionBits
)

// worker expands states in a world of its own.
type worker struct {
	world   *world.World
	varied  []int // components of a state that vary
	fan     fan
	mixed   mixed
	words   []uint64                // of the state that is expanded
	recent  [1 << recentBits]uint64 // fingerprints seen last: most successors are among them
	fresh   []uint64                // the successors in a chunk that it put into the table, a bit for each
	touched uint64                  // keeps the reads of touch

	states, next int      // that it records: how many, and the number of the next one
	broken       uint32   // properties known to be broken
	breaches     []breach // that it has recorded
}

// breach is a state that breaks properties that none before it breaks.
type breach struct {
	state      int
	properties uint32
}

func (s *search) newWorker(w *world.World) *worker {
	return &worker{
		world: w, varied: s.varied, fan: newFan(w, s.places, s.varied),
		mixed: make(mixed, len(s.varied)), words: make([]uint64, len(s.varied)),
	}
}

// block is consecutive states and their successors, without those that lead
// back to the same state. A search that keeps no edges leaves out what was
// seen recently, too.
type block struct {
	first, end int
	known      bool       // the states were expanded by what the system knew
	enabled    []uint16   // of each state, the number of its actions
	prints     []uint64   // of each successor
	origins    []origin   // of each successor
	rows       []uint32   // of each successor, its state
	numbers    []uint32   // of each successor, in a search that keeps edges
	parts      [][]uint16 // the successors by the worker that looks them up
}

// origin is a state of a block and one of its actions.
type origin uint16

func (o origin) state() int  { return int(o >> actionBits) }
func (o origin) action() int { return int(o & (maxEnabled - 1)) }

func (b *block) clear() {
	b.enabled, b.prints, b.origins, b.rows = b.enabled[:0], b.prints[:0], b.origins[:0], b.rows[:0]
}

// add adds the state of a worker's world as a successor.
func (b *block) add(f uint64, o origin, w *worker) {
	b.prints = append(b.prints, f)
	b.origins = append(b.origins, o)
	n := len(b.rows)
	b.rows = slices.Grow(b.rows, len(w.varied))[:n+len(w.varied)]
	row, state := b.rows[n:], w.world.State()
	for j, c := range w.varied {
		row[j] = state[c]
	}
}

// errCrowded ends a search: it numbers the actions of a state with few bits.
var errCrowded = errors.New("a state has too many enabled actions")

// fill makes every action that is enabled in the states of a block. It leaves
// out what the worker has seen recently if it comes to blocks in their order.
// The successors are to be looked up in so many parts.
func (s *search) fill(w *worker, b *block, parts int, inOrder bool) error {
	b.clear()
	for i := b.first; i < b.end; i++ {
		if err := s.leave(w, b, i, inOrder && s.edges == nil); err != nil {
			return err
		}
	}
	b.parts = slices.Grow(b.parts[:0], parts)[:parts] // what they hold is used again
	for k := range b.parts {
		b.parts[k] = b.parts[k][:0]
	}
	for j, f := range b.prints {
		k := s.table.part(f, parts)
		b.parts[k] = append(b.parts[k], uint16(j))
	}
	if s.edges != nil {
		b.numbers = slices.Grow(b.numbers[:0], len(b.prints))[:len(b.prints)]
	}
	return nil
}

// leave makes every action that is enabled in state i.
func (s *search) leave(w *worker, b *block, i int, leaveOut bool) error {
	packed := s.queue.at(i)
	self := w.enter(packed)
	action := 0
	for p := range w.fan.places {
		found, err := w.fan.at(p, w.mixed)
		if action+len(found.deltas) > maxEnabled {
			return errCrowded
		}
		if err != nil {
			return s.broken(i, action+len(found.deltas), err)
		}
		for k := range found.deltas {
			d := &found.deltas[k]
			if f := self + d.print; !d.plain || !w.knows(f, self, leaveOut) {
				w.world.Take(&found.effects[k])
				if !d.plain {
					f = self + w.difference(d, packed)
				}
				if !w.knows(f, self, leaveOut) {
					w.recent[f>>(64-recentBits)] = f
					b.add(f, origin((i-b.first)<<actionBits|action), w)
				}
				w.leadBack(d, packed)
			}
			action++
		}
	}
	b.enabled = append(b.enabled, uint16(action))
	return nil
}

// knows reports whether nothing need be done for a fingerprint: it is that of
// the state itself or, where these are left out, among the recent ones.
func (w *worker) knows(f, self uint64, leaveOut bool) bool {
	return f == self || leaveOut && w.recent[f>>(64-recentBits)] == f
}

// enter takes the world to a state and returns its fingerprint.
func (w *worker) enter(packed []uint32) (self uint64) {
	state := w.world.State()
	for j, c := range w.varied {
		state[c] = packed[j]
		w.words[j] = w.mixed.word(j, packed[j])
		self += w.words[j]
	}
	return self
}

// difference returns by how much the fingerprint of the world differs from
// that of the state that it left by an action.
func (w *worker) difference(d *delta, packed []uint32) (sum uint64) {
	state := w.world.State()
	for _, j := range d.touched {
		if v := state[w.varied[j]]; v != packed[j] {
			sum += w.mixed.word(j, v) - w.words[j]
		}
	}
	return sum
}

// leadBack takes the world back to the state that it left by an action.
func (w *worker) leadBack(d *delta, packed []uint32) {
	state := w.world.State()
	for _, j := range d.touched {
		state[w.varied[j]] = packed[j]
	}
}

// broken returns the error of an action of state i.
func (s *search) broken(i, action int, err error) error {
	s.workers[0].enter(s.queue.at(i))
	m := s.world.Enabled(nil)[action]
	schedule := s.schedule(i)
	schedule.Actions = append(schedule.Actions, s.world.Action(m))
	return newBroken(s.sys.Link(), schedule, nil, err)
}
