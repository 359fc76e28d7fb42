package explore

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
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
	MaxBytes  int             // memory of the search, with what it has learnt of the link
	Workers   int             // how many states are expanded at the same time; 0 is 1. Nothing else depends on it
	Progress  func(Coverage)  // called now and then; nil is never
}

// Workload is n messages on the first channel that the link sends on, all of
// them the first message of the link if equal is set.
func Workload(link impl.Link, n int, equal bool) []world.Request {
	sends := link.Sends()
	return Spread(link, sends[:min(1, len(sends))], n, equal)
}

// Spread is Workload on several channels, in turn. On none nothing is sent.
func Spread(link impl.Link, channels []spec.Channel, n int, equal bool) []world.Request {
	if len(channels) == 0 {
		return nil
	}
	list := make([]world.Request, n)
	for i := range list {
		c := channels[i%len(channels)]
		list[i] = world.Request{From: c.From, To: c.To, Message: link.Message(i)}
		if equal {
			list[i].Message = link.Message(0)
		}
	}
	return list
}

// Workloads are those of n messages that small searches try: distinct and
// equal, on one channel and, where the link sends on more, on all of them in
// turn.
func Workloads(link impl.Link, n int) [][]world.Request {
	list := [][]world.Request{Workload(link, n, false), Workload(link, n, true)}
	if n < 2 || len(link.Sends()) < 2 {
		return list
	}
	ways := BothWays(link)
	return append(list, Spread(link, ways, n, false), Spread(link, ways, n, true))
}

// beside is how many channels are busy beside the first in BusyWorkload: each
// message more on another channel multiplies the states.
const beside = 2

// BusyWorkload is Workload and, on the way back and on one more channel of
// those that the link sends on, one message each.
func BusyWorkload(link impl.Link, n int, equal bool) []world.Request {
	ways := BothWays(link)
	list := Workload(link, n+max(0, min(beside, len(ways)-1)), equal)
	for i := range max(0, len(list)-n) {
		list[n+i].From, list[n+i].To = ways[i+1].From, ways[i+1].To
	}
	return list
}

// BothWays returns the channels that a link sends on, each before the one that
// leads back.
func BothWays(link impl.Link) []spec.Channel {
	var list []spec.Channel
	channels := link.Sends()
	for _, c := range channels {
		for _, d := range []spec.Channel{c, c.Reverse()} {
			if slices.Contains(channels, d) && !slices.Contains(list, d) {
				list = append(list, d)
			}
		}
	}
	return list
}

// spelt is how many messages on a channel Spell lists.
const spelt = 6

// Spell says what a workload is, in words: `"a" "b" on 0>1 and "a" on 1>0`, or
// how many messages where they are many.
func Spell(workload []world.Request) string {
	var channels []spec.Channel
	messages := map[spec.Channel][]string{}
	for _, r := range workload {
		c := spec.Channel{From: r.From, To: r.To}
		if messages[c] == nil {
			channels = append(channels, c)
		}
		messages[c] = append(messages[c], strconv.Quote(string(r.Message)))
	}
	var list []string
	for _, c := range channels {
		words := strings.Join(messages[c], " ")
		if n := len(messages[c]); n > spelt {
			words = fmt.Sprintf("%d messages", n)
		}
		list = append(list, words+" on "+c.String())
	}
	if list == nil {
		return "no messages"
	}
	return strings.Join(list, " and ")
}

// Coverage is what a search has covered.
type Coverage struct {
	Complete    bool // every reachable state within the bounds was visited
	States      int  // distinct
	Transitions int  // actions enabled in the states that were expanded
	Depth       int  // actions to the deepest state
	Frontier    int  // states found and not yet expanded
	Bytes       int  // memory of the search with what it has learnt of the link, as it counts itself
	Peak        int  // the most memory that the process has had until the search ended; 0 where that is not known
	Elapsed     time.Duration
}

// search is one breadth-first search. States are numbered in the order of
// discovery, which is the order of their distance from the start.
type search struct {
	sys      *world.System
	world    *world.World
	bounds   Bounds
	repeated bool
	places   []world.Place // as at the beginning: a worker may join when little is left to happen
	varied   []int         // components of a state that vary
	judged   int           // which of them is the state of the judges
	table    table
	queue    rows
	parent   column[uint32]
	action   column[uint16] // which enabled action of the parent led here
	workers  []*worker      // the first is in world
	share    int            // how many states at least are shared among the workers
	cover    Coverage
	learnt   learnt
	found    uint32 // properties known to be broken
	first    []int  // by property: the first state that breaks it; -1
	begun    time.Time
	moves    []world.Move
	crowded  bool   // it came to a state with more actions than it can number, and stopped
	edges    *edges // nil unless liveness is judged
}

// largeSearch is the number of states from which memory matters.
const largeSearch = 1 << 16

// checkStates is how many states at least are expanded between two looks at
// the bounds.
const checkStates = 1 << 9

// newSearch returns a search that has not begun. If repeated is set, the
// application sends its workload again and again, and not in a burst.
func newSearch(link impl.Link, properties []spec.Property, b Bounds, repeated bool) (*search, error) {
	sys, err := world.New(link, properties)
	if err != nil {
		return nil, err
	}
	s := &search{sys: sys, bounds: b, repeated: repeated, share: fewStates, begun: time.Now()}
	s.world = s.fresh()
	if _, err := s.burst(s.world); err != nil {
		return nil, err
	}
	s.places, s.varied = s.world.Places(), s.world.Varying()
	s.judged = slices.Index(s.varied, s.world.Judged())
	s.queue.width = len(s.varied)
	s.workers = []*worker{s.newWorker(s.world)}
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
			return actions, newBroken(s.sys.Link(), world.Schedule{Actions: actions}, nil, err)
		}
	}
	return actions, nil
}

// run visits every state that it can. Its error is a *Broken.
func (s *search) run(ctx context.Context) error {
	first := make([]uint32, len(s.varied))
	for j, c := range s.varied {
		first[j] = s.world.State()[c]
	}
	s.table.add(s.workers[0].enter(first), 0)
	s.grow(1)
	s.set(0, first, 0, 0)
	s.note(breach{0, s.breaks(0)})
	c := chunk{search: s}
	levelEnd, check := 1, 0
	for i := 0; i < s.queue.n; {
		if i == levelEnd {
			levelEnd = s.queue.n
			s.cover.Depth++
		}
		if i >= check {
			if s.stop(ctx, i) {
				return nil
			}
			check = i + checkStates
		}
		next := min(i+s.stride(), levelEnd)
		if i < largeSearch && next >= largeSearch {
			// What the search keeps holds no pointers: collecting often costs
			// little, and keeps the garbage of tables that have grown small.
			defer debug.SetGCPercent(debug.SetGCPercent(10))
		}
		if err := c.advance(i, next); errors.Is(err, errCrowded) {
			s.crowded = true
			s.measure(i)
			return nil
		} else if err != nil {
			return err
		}
		s.queue.taken(i, next)
		i = next
	}
	s.measure(s.queue.n)
	s.cover.Complete = true
	return nil
}

// stride is how many states at most are expanded together: fewer where the
// bound of states is near.
func (s *search) stride() int {
	if s.bounds.MaxStates == 0 {
		return chunkStates
	}
	return min(chunkStates, max(checkStates, (s.bounds.MaxStates-s.queue.n)/8))
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
	bytes := s.learnt.bytes(s.sys) + s.table.bytes() + s.queue.bytes() + 6*chunkSize*len(s.parent.chunks)
	if s.edges != nil {
		bytes += chunkSize * (8*len(s.edges.offset.chunks) + 4*len(s.edges.to.chunks))
	}
	s.cover.Bytes = max(s.cover.Bytes, bytes)
	s.cover.Elapsed = time.Since(s.begun)
}

// grow makes room for n more states, which are to be set.
func (s *search) grow(n int) {
	s.queue.grow(n)
	s.parent.grow(n)
	s.action.grow(n)
}

// set sets a new state and what led to it.
func (s *search) set(i int, row []uint32, parent uint32, action uint16) {
	copy(s.queue.at(i), row)
	s.parent.set(i, parent)
	s.action.set(i, action)
}

// breaks returns the properties that are broken in state i.
func (s *search) breaks(i int) uint32 { return s.sys.BrokenIn(s.queue.at(i)[s.judged]) }

// note notes that a state is the first that breaks properties, unless one
// before it does.
func (s *search) note(b breach) {
	for i := range s.first {
		if b.properties&^s.found>>i&1 == 1 {
			s.first[i] = b.state
		}
	}
	s.found |= b.properties
}
