package trial

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// quietFor is how long nothing may have changed in a run that has settled: the
// packets of before are then no longer on their way.
const quietFor = 50 * time.Millisecond

// watch finds out when a run has settled, as the package says.
type watch struct {
	calm   atomic.Bool // the network loses nothing, and nobody sends
	frozen atomic.Bool // the link handles no event any more

	// Of each process.
	delivered []atomic.Int64 // messages that the link has delivered
	recorded  []atomic.Int64 // of these, what the history has
	armed     []atomic.Int64 // timers
	unready   []atomic.Bool  // for the process that its senders send to

	mu      sync.Mutex
	ends    []endState
	since   time.Time // when a state changed last
	changes int
	flights map[flight]fate // transmitted since then
	before  []int64         // delivered by each process until then
}

// endState is what the watch knows of one process since the network is calm.
type endState struct {
	seen    bool // it has handled an event
	state   []byte
	armed   []impl.TimerID
	expired map[impl.TimerID]bool // since the last change
}

// flight is a packet on its channel.
type flight struct {
	from, to spec.Process
	packet   impl.Packet
}

// fate is what has become of a packet in the round that is watched.
type fate uint8

const (
	awaited fate = iota // transmitted, not arrived
	arrived
	earlier // transmitted in an earlier round only
)

// occurrence is the event that a handler has handled.
type occurrence struct {
	arrival bool
	arrived flight
	expiry  bool
	expired impl.TimerID
}

func newWatch(processes int) *watch {
	return &watch{
		delivered: make([]atomic.Int64, processes),
		recorded:  make([]atomic.Int64, processes),
		armed:     make([]atomic.Int64, processes),
		unready:   make([]atomic.Bool, processes),
		ends:      make([]endState, processes),
	}
}

// begin starts the watch, on a calm network.
func (w *watch) begin() {
	w.mu.Lock()
	w.forget()
	w.mu.Unlock()
	w.calm.Store(true)
}

// forget begins to watch anew, in a state that was just reached.
func (w *watch) forget() {
	w.flights = map[flight]fate{}
	w.since = time.Now()
	w.changes++
	w.beginRound()
}

// nextRound begins another round in the same state.
func (w *watch) nextRound() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for f := range w.flights {
		w.flights[f] = earlier
	}
	w.beginRound()
}

func (w *watch) beginRound() {
	w.before = w.before[:0]
	for p := range w.ends {
		w.ends[p].expired = map[impl.TimerID]bool{}
		w.before = append(w.before, w.delivered[p].Load())
	}
}

// see notes an event that a process has handled, the state it led to, and its
// effects, before they are carried out. A nil state counts as a new one, and
// so does the arrival of a packet from before.
func (w *watch) see(p spec.Process, o occurrence, state []byte, armed []impl.TimerID, effects []impl.Effect) {
	w.mu.Lock()
	defer w.mu.Unlock()
	end := &w.ends[p]
	was, known := w.flights[o.arrived]
	switch {
	case !end.seen || state == nil || !bytes.Equal(state, end.state):
		end.seen, end.state, end.armed = true, bytes.Clone(state), armed
		w.forget()
	case o.arrival && !known:
		w.forget()
	case o.arrival && was == awaited:
		w.flights[o.arrived] = arrived
	case o.expiry:
		end.expired[o.expired] = true
	}
	for _, e := range effects {
		if e.Kind != impl.Transmit {
			continue
		}
		f := flight{p, e.Peer, e.Packet}
		if was, known := w.flights[f]; !known || was == earlier {
			w.flights[f] = awaited
		}
	}
}

// repeats reports whether all that happens has happened in this round, and how
// many changes there were before.
func (w *watch) repeats() (repeats bool, changes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fate := range w.flights {
		if fate == awaited {
			return false, w.changes
		}
	}
	for p, end := range w.ends {
		if !end.seen && w.armed[p].Load() > 0 || w.recorded[p].Load() < w.before[p] {
			return false, w.changes
		}
		if slices.ContainsFunc(end.armed, func(t impl.TimerID) bool { return !end.expired[t] }) {
			return false, w.changes
		}
	}
	return true, w.changes
}

// still reports whether nothing has changed for a while.
func (w *watch) still() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Since(w.since) >= quietFor
}

// freeze lets the link handle nothing more, and returns when the history has
// all that it delivered. It gives up when a link has failed.
func (w *watch) freeze(failed func() bool) {
	w.frozen.Store(true)
	for !w.complete() && !failed() {
		time.Sleep(time.Millisecond)
	}
}

func (w *watch) complete() bool {
	for p := range w.delivered {
		if w.recorded[p].Load() < w.delivered[p].Load() {
			return false
		}
	}
	return true
}
