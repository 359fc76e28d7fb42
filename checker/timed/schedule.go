package timed

import (
	"fmt"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// inputKind says which handler an input calls.
type inputKind uint8

const (
	request inputKind = iota // Send
	receipt                  // Receive
	expiry                   // Timeout
)

// input is one event that waits for a process.
type input struct {
	kind  inputKind
	peer  spec.Process
	data  string
	timer impl.TimerID
	armed uint64        // expiry: which arming of the timer it is
	since time.Duration // when it reached the inbox
}

// call is a handler call of a process.
type call struct {
	process spec.Process
	start   bool // Init or Recover
	input   input
}

// String returns the call, as `Send(1, "a") at process 0`.
func (c call) String() string {
	name := "its start"
	switch {
	case c.start:
	case c.input.kind == request:
		name = fmt.Sprintf("Send(%d, %q)", c.input.peer, c.input.data)
	case c.input.kind == receipt:
		name = fmt.Sprintf("Receive(%d, %q)", c.input.peer, c.input.data)
	case c.input.kind == expiry:
		name = fmt.Sprintf("Timeout(%d)", c.input.timer)
	}
	return fmt.Sprintf("%s at process %d", name, c.process)
}

// due is something that happens to a process at a time. A due without an input
// is a change of state.
type due struct {
	at      time.Duration
	order   uint64 // of those at the same time: the order in which they were set
	process spec.Process
	what    change
	life    int // wake, expiry: of the process, which a crash ends
	input   input
}

type change uint8

const (
	arrive change = iota // an input reaches the process
	wake                 // it goes on after a pause, or has done the work for its next input
	crash                // it crashes
	revive               // it recovers
)

// agenda is what is to happen: a heap by time, then order. Set and next cost
// O(log n).
type agenda struct {
	heap  []due
	order uint64
}

func (a *agenda) set(d due) {
	a.order++
	d.order = a.order
	a.heap = append(a.heap, d)
	for i := len(a.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !a.before(i, parent) {
			break
		}
		a.heap[i], a.heap[parent] = a.heap[parent], a.heap[i]
		i = parent
	}
}

// next removes and returns what happens first.
func (a *agenda) next() due {
	first, last := a.heap[0], len(a.heap)-1
	a.heap[0] = a.heap[last]
	a.heap[last] = due{}
	a.heap = a.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && a.before(child+1, child) {
			child++
		}
		if !a.before(child, i) {
			break
		}
		a.heap[i], a.heap[child] = a.heap[child], a.heap[i]
		i = child
	}
	return first
}

func (a *agenda) before(i, j int) bool {
	x, y := &a.heap[i], &a.heap[j]
	return x.at < y.at || x.at == y.at && x.order < y.order
}
