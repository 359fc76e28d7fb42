package explore

import (
	"fmt"
	"slices"

	"fairloss/checker/world"
)

const (
	// blockStates is how many states a worker takes at a time.
	blockStates = 1 << 6
	recentBits  = 14
	// maxEnabled is the number of actions in a state that a byte can number.
	maxEnabled = 256
)

// worker expands states in a world of its own.
type worker struct {
	world   *world.World
	moves   []world.Move
	mixed   mixed
	recent  [1 << recentBits]uint64 // fingerprints seen last: most successors are among them
	mine    []uint16                // the successors in a block that this worker looks up
	touched uint64                  // keeps the reads of touch
}

func (s *search) newWorker(w *world.World) *worker {
	return &worker{world: w, mixed: make(mixed, len(s.varied))}
}

// block is consecutive states and their successors, without those that lead
// back to the same state. A search that keeps no edges leaves out what was
// seen recently, too.
type block struct {
	first, end int
	known      bool     // the states were expanded by what the system knew
	enabled    []uint16 // of each state, the number of its actions
	prints     []uint64 // of each successor
	origins    []origin // of each successor
	rows       []uint32 // of each successor, its state
	fresh      []bool   // of each successor, whether it was found first here
	numbers    []uint32 // of each successor, in a search that keeps edges
}

// origin is a state of a block and one of its actions.
type origin uint16

func (o origin) state() int  { return int(o >> 8) }
func (o origin) action() int { return int(o & 0xff) }

func (b *block) clear() {
	b.enabled, b.prints, b.origins, b.rows = b.enabled[:0], b.prints[:0], b.origins[:0], b.rows[:0]
}

// add adds a successor.
func (b *block) add(f uint64, o origin, varied []int, state []uint32) {
	b.prints = append(b.prints, f)
	b.origins = append(b.origins, o)
	n := len(b.rows)
	b.rows = slices.Grow(b.rows, len(varied))[:n+len(varied)]
	for j, c := range varied {
		b.rows[n+j] = state[c]
	}
}

// fill makes every action that is enabled in the states of a block. It leaves
// out what the worker has seen recently if it comes to blocks in their order.
func (s *search) fill(w *worker, b *block, inOrder bool) error {
	b.clear()
	for i := b.first; i < b.end; i++ {
		if err := s.leave(w, b, i, inOrder && s.edges == nil); err != nil {
			return err
		}
	}
	b.fresh = slices.Grow(b.fresh[:0], len(b.prints))[:len(b.prints)]
	if s.edges != nil {
		b.numbers = slices.Grow(b.numbers[:0], len(b.prints))[:len(b.prints)]
	}
	return nil
}

// leave makes every action that is enabled in state i.
func (s *search) leave(w *worker, b *block, i int, leaveOut bool) error {
	packed, state := s.queue.at(i), w.world.State()
	for j, c := range s.varied {
		state[c] = packed[j]
	}
	self := w.mixed.print(s.varied, state)
	w.moves = w.world.Enabled(w.moves[:0])
	if len(w.moves) > maxEnabled {
		return fmt.Errorf("a state has %d enabled actions, more than %d", len(w.moves), maxEnabled)
	}
	b.enabled = append(b.enabled, uint16(len(w.moves)))
	for a, m := range w.moves {
		if err := w.world.Do(m); err != nil {
			schedule := s.schedule(i)
			schedule.Actions = append(schedule.Actions, w.world.Action(m))
			return &Broken{schedule, err}
		}
		f := w.mixed.print(s.varied, state)
		if recent := &w.recent[f>>(64-recentBits)]; f != self && (*recent != f || !leaveOut) {
			*recent = f
			b.add(f, origin((i-b.first)<<8|a), s.varied, state)
		}
		for j, c := range s.varied {
			state[c] = packed[j]
		}
	}
	return nil
}
