package histories

import (
	"fmt"
	"sync"
	"time"

	"fairloss/spec"
)

// Recorder records a run of real processes as a history with the clock Wall.
// It is safe for concurrent use. All its times come from one clock and are
// distinct; the events leave it in the order of their times.
//
// Call Send before the call of the link that it stands for, and Accept or
// Reject after it has returned. A call with neither is pending: the link may
// have the message or not. Call Now before a call that waits for a delivery,
// and hand it to Deliver.
type Recorder struct {
	mu     sync.Mutex
	record func(spec.Event) error
	start  time.Time
	last   int64
	op     int
	open   map[int]call
	err    error
}

// NewRecorder returns a Recorder whose clock starts now. It hands each event
// to record, one at a time: the method Write of a Writer, or any function.
// After an error of record it hands on nothing more; see Err.
func NewRecorder(record func(spec.Event) error) *Recorder {
	return &Recorder{record: record, start: time.Now(), open: map[int]call{}}
}

// Now returns the time in nanoseconds since the start: at least 1, and
// different from every other time of the history.
func (r *Recorder) Now() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now()
}

// now is Now for those who hold the lock. Where the clock has not moved since
// the last time, it moves on by a nanosecond.
func (r *Recorder) now() int64 {
	r.last = max(r.last+1, int64(time.Since(r.start)))
	return r.last
}

// Send records that a call begins which sends m, and returns its number.
func (r *Recorder) Send(process, peer spec.Process, m spec.Message) (op int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.op++
	r.open[r.op] = call{process, peer, m}
	r.add(spec.Event{Kind: spec.Send, Process: process, Peer: peer, Message: m, Op: r.op})
	return r.op
}

// Accept records that the call numbered op has returned: the link has the
// message. It panics where that call is not open.
func (r *Recorder) Accept(op int) { r.answer(spec.Accept, op) }

// Reject records that the call numbered op has failed: the link never saw the
// message. It panics where that call is not open. Of a call that failed and
// may have had an effect all the same, record nothing.
func (r *Recorder) Reject(op int) { r.answer(spec.Reject, op) }

func (r *Recorder) answer(k spec.Kind, op int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, open := r.open[op]
	if !open {
		panic(fmt.Sprintf("histories: %s of the call %d, which is not open", k, op))
	}
	delete(r.open, op)
	r.add(spec.Event{Kind: k, Process: c.process, Peer: c.peer, Message: c.message, Op: op})
}

// Deliver records that process has been given m, sent by from, by a call that
// began at since: a time of Now, or 0 where the delivery is a point.
func (r *Recorder) Deliver(process, from spec.Process, m spec.Message, since int64) {
	r.Record(spec.Event{Kind: spec.Deliver, Process: process, Peer: from, Message: m, Since: since})
}

// Confirm records that process has been told that m was delivered at peer.
func (r *Recorder) Confirm(process, peer spec.Process, m spec.Message) {
	r.Record(spec.Event{Kind: spec.Confirm, Process: process, Peer: peer, Message: m})
}

// Record records an event that is no call, such as Held, Crash or Forever, at
// the time of now; its At is not looked at.
func (r *Recorder) Record(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(e)
}

func (r *Recorder) add(e spec.Event) {
	e.At = r.now()
	if r.err == nil {
		r.err = r.record(e)
	}
}

// Err returns the first error of the function that takes the events.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
