package explore

import (
	"context"
	"fmt"
	"math/bits"
	"runtime/debug"
	"slices"
	"time"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Bounds are what an exhaustive search is confined to. A zero number is no
// bound.
type Bounds struct {
	Workload  []world.Request // what the application sends, each process in order
	MaxStates int             // distinct states
	MaxBytes  int             // memory of the search
	Progress  func(Coverage)  // called now and then; nil is never
}

// Workload is n messages of the link from process 0 to process 1, all of them
// the first one if equal is set.
func Workload(link impl.Link, n int, equal bool) []world.Request {
	list := make([]world.Request, n)
	for i := range list {
		list[i] = world.Request{From: 0, To: 1, Message: link.Message(i)}
		if equal {
			list[i].Message = link.Message(0)
		}
	}
	return list
}

// Coverage is what a search has covered.
type Coverage struct {
	Complete    bool // every reachable state within the bounds was visited
	States      int  // distinct
	Transitions int  // actions enabled in the states that were expanded
	Depth       int  // actions to the deepest state
	Frontier    int  // states found and not yet expanded
	Bytes       int  // memory of the search
	Elapsed     time.Duration
}

// search is one breadth-first search. States are numbered in the order of
// discovery, which is the order of their distance from the start.
type search struct {
	sys      *world.System
	world    *world.World
	bounds   Bounds
	repeated bool
	varied   []int // components of a state that vary
	judged   int   // which of them is the state of the judges
	table    table
	queue    rows
	parent   column[uint32]
	action   column[uint8] // which enabled action of the parent led here
	batch    batch
	recent   [1 << recentBits]uint64 // fingerprints seen last: most successors are among them
	cover    Coverage
	found    uint32 // properties known to be broken
	first    []int  // by property: the first state that breaks it; -1
	begun    time.Time
	moves    []world.Move
	edges    *edges // nil unless liveness is judged
	touched  uint64 // keeps the reads of touch
}

const (
	batchSize  = 64
	recentBits = 14
	// maxEnabled is the number of actions in a state that a byte can number.
	maxEnabled = 256
	// largeSearch is the number of states from which memory matters.
	largeSearch = 1 << 16
)

// batch is successors whose fingerprints are looked up together, so that the
// memory they stand in is read at once.
type batch struct {
	n       int
	prints  [batchSize]uint64
	parents [batchSize]uint32
	actions [batchSize]uint8
	edges   [batchSize]int // where the target goes, in a search that keeps edges
	states  []uint32
}

// newSearch returns a search that has not begun. If repeated is set, the
// application sends its workload again and again, and not in a burst.
func newSearch(link impl.Link, properties []spec.Property, b Bounds, repeated bool) (*search, error) {
	sys, err := world.New(link, properties)
	if err != nil {
		return nil, err
	}
	s := &search{sys: sys, bounds: b, repeated: repeated, begun: time.Now()}
	s.world = s.fresh()
	if _, err := s.burst(s.world); err != nil {
		return nil, err
	}
	s.varied = s.world.Varying()
	s.judged = slices.Index(s.varied, s.world.Judged())
	s.queue.width = len(s.varied)
	s.batch.states = make([]uint32, batchSize*len(s.varied))
	live := false
	for _, p := range properties {
		s.first = append(s.first, -1)
		live = live || p.Class&spec.Liveness != 0
	}
	if live {
		s.edges, s.queue.keep, s.table.numbered = &edges{}, true, true
	}
	return s, nil
}

// fresh returns a world at its beginning.
func (s *search) fresh() *world.World {
	if s.repeated {
		return s.sys.Repeating(s.bounds.Workload)
	}
	return s.sys.World(s.bounds.Workload)
}

// burst lets the application send its whole workload, where the link asks for
// that, and returns what was done.
func (s *search) burst(w *world.World) (actions []world.Action, err error) {
	for s.sys.Link().Burst && !s.repeated {
		moves := w.Enabled(nil)
		if len(moves) == 0 || moves[0].Kind() != world.Send {
			break
		}
		actions = append(actions, w.Action(moves[0]))
		if err := w.Do(moves[0]); err != nil {
			return actions, &Broken{world.Schedule{Actions: actions}, err}
		}
	}
	return actions, nil
}

// run visits every state that it can. Its error is a *Broken, or says that a
// state has too many actions.
func (s *search) run(ctx context.Context) error {
	state := s.world.State()
	first := make([]uint32, len(s.varied))
	var sum uint64
	for j, c := range s.varied {
		first[j] = state[c]
		sum += mix(j, state[c])
	}
	s.table.add(sum, 0)
	s.discover(first, 0, 0)
	levelEnd := 1
	for i := 0; i < s.queue.n; i++ {
		if i == largeSearch {
			// What the search keeps holds no pointers: collecting often costs
			// little, and keeps the garbage of tables that have grown small.
			defer debug.SetGCPercent(debug.SetGCPercent(10))
		}
		if i == levelEnd {
			s.flush()
			levelEnd = s.queue.n
			s.cover.Depth++
		}
		if i%4096 == 0 && s.stop(ctx, i) {
			s.flush()
			s.measure(i)
			return nil
		}
		if err := s.expand(i); err != nil {
			return err
		}
		s.queue.taken(i)
		if i == s.queue.n-1 {
			s.flush()
		}
	}
	s.measure(s.queue.n)
	s.cover.Complete = true
	return nil
}

// stop reports whether a bound is reached, and tells the progress.
func (s *search) stop(ctx context.Context, expanded int) bool {
	s.measure(expanded)
	if s.bounds.Progress != nil {
		s.bounds.Progress(s.cover)
	}
	return ctx.Err() != nil || bits.OnesCount32(s.found) == len(s.first) ||
		s.bounds.MaxStates > 0 && s.queue.n >= s.bounds.MaxStates ||
		s.bounds.MaxBytes > 0 && s.cover.Bytes >= s.bounds.MaxBytes
}

func (s *search) measure(expanded int) {
	s.cover.States, s.cover.Frontier = s.queue.n, s.queue.n-expanded
	bytes := s.table.bytes() + s.queue.bytes() + 5*chunkSize*len(s.parent.chunks)
	if s.edges != nil {
		bytes += chunkSize * (8*len(s.edges.offset.chunks) + 4*len(s.edges.to.chunks))
	}
	s.cover.Bytes = max(s.cover.Bytes, bytes)
	s.cover.Elapsed = time.Since(s.begun)
}

// expand makes every action that is enabled in state i.
func (s *search) expand(i int) error {
	w, packed := s.world, s.queue.at(i)
	state := w.State()
	var words [32]uint64
	var sum uint64
	for j, c := range s.varied {
		state[c] = packed[j]
		words[j] = mix(j, packed[j])
		sum += words[j]
	}
	moves := w.Enabled(s.moves[:0])
	if s.moves = moves; len(moves) > maxEnabled {
		return fmt.Errorf("a state has %d enabled actions, more than %d", len(moves), maxEnabled)
	}
	s.cover.Transitions += len(moves)
	if s.edges != nil {
		s.edges.begin(i, len(moves))
	}
	for a, m := range moves {
		if err := w.Do(m); err != nil {
			schedule := s.schedule(i)
			schedule.Actions = append(schedule.Actions, w.Action(m))
			return &Broken{schedule, err}
		}
		f := sum
		for j, c := range s.varied {
			if v := state[c]; v != packed[j] {
				f += mix(j, v) - words[j]
			}
		}
		if recent := &s.recent[f>>(64-recentBits)]; f != sum && (*recent != f || s.edges != nil) {
			*recent = f
			s.enqueue(f, i, a)
		}
		for j, c := range s.varied {
			state[c] = packed[j]
		}
	}
	return nil
}

func (s *search) enqueue(f uint64, parent, action int) {
	b, k := &s.batch, len(s.varied)
	to, state := b.states[b.n*k:b.n*k+k], s.world.State()
	for j, c := range s.varied {
		to[j] = state[c]
	}
	b.prints[b.n], b.parents[b.n], b.actions[b.n] = f, uint32(parent), uint8(action)
	if s.edges != nil {
		b.edges[b.n] = s.edges.last + action
	}
	if b.n++; b.n == batchSize {
		s.flush()
	}
}

// flush looks the batch up, and queues what is new.
func (s *search) flush() {
	b, k := &s.batch, len(s.varied)
	for _, f := range b.prints[:b.n] {
		s.touched ^= s.table.touch(f)
	}
	for i, f := range b.prints[:b.n] {
		number, isNew := s.table.add(f, uint32(s.queue.n))
		if isNew {
			s.discover(b.states[i*k:i*k+k], b.parents[i], b.actions[i])
		}
		if s.edges != nil {
			s.edges.to.set(b.edges[i], number)
		}
	}
	b.n = 0
}

// discover numbers a new state, and notes the properties that it breaks first.
func (s *search) discover(row []uint32, parent uint32, action uint8) {
	if broken := s.sys.BrokenIn(row[s.judged]) &^ s.found; broken != 0 {
		s.found |= broken
		for i := range s.first {
			if broken>>i&1 == 1 {
				s.first[i] = s.queue.n
			}
		}
	}
	s.queue.add(row)
	s.parent.add(parent)
	s.action.add(action)
}
