package timed

import (
	"io"
	"slices"
	"time"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/impl"
	"fairloss/spec"
)

// Stats counts what happened in a run. Every packet that did not arrive is in
// Lost, Overflowed or Refused, or still on its way.
type Stats struct {
	Steps      int // events that processes handled
	Packets    int // handed to the network
	Lost       int // by the network, or at a process that was down
	Duplicated int
	Overflowed int // found the queue of their channel full
	Refused    int // found the inbox of their process full
	Inbox      int // most packets that waited for one process
}

// Result is what a run showed.
type Result struct {
	Stats   Stats
	Events  []spec.Event // points; At is in nanoseconds of real time
	Elapsed time.Duration

	// Settled says that liveness was judged: nothing was left to happen, or the
	// second half of the run was calm. It is calm where no fault begins or ends
	// in it, the application sees nothing, and it is four times as long as
	// anything had to wait: a timer, a packet, an event in an inbox.
	Settled    bool
	ReadsClock bool // the link called Effects.Now: it works in a timed world only
	Judgements []checker.Judgement
}

// Verdict returns the verdict on all that was judged.
func (r *Result) Verdict() spec.Verdict {
	var verdicts []spec.Verdict
	for _, j := range r.Judgements {
		verdicts = append(verdicts, j.Verdict)
	}
	return spec.Worst(verdicts...)
}

// Of returns the verdict on the property with that ID, Inconclusive where it
// was not judged.
func (r *Result) Of(id string) spec.Verdict {
	for _, j := range r.Judgements {
		if j.Property.ID == id {
			return j.Verdict
		}
	}
	return spec.Inconclusive
}

// WriteHistory writes the history of a run of the link under conditions.
func WriteHistory(w io.Writer, link impl.Link, c Conditions, events []spec.Event) error {
	h := histories.Header{Link: link.Name, Processes: link.Size(), Seed: c.Seed, Clock: histories.Points}
	h.Claim(link.Guarantee)
	return histories.WriteAll(w, h, events)
}

// Rate returns how many packets were transmitted within each of so many equal
// parts of the time up to end. O(events).
func Rate(events []spec.Event, end time.Duration, parts int) []int {
	counts := make([]int, parts)
	for _, e := range events {
		if e.Kind == spec.Transmit && e.At <= int64(end) {
			counts[min(int(e.At*int64(parts)/max(int64(end), 1)), parts-1)]++
		}
	}
	return counts
}

// Delays returns, in ascending order, how long each message that was delivered
// took from its Send to its first Delivery. O(n log n).
func Delays(events []spec.Event) []time.Duration {
	type message struct {
		from, to spec.Process
		m        spec.Message
	}
	sent := map[message]int64{}
	var delays []time.Duration
	for _, e := range events {
		switch e.Kind {
		case spec.Send:
			sent[message{e.Process, e.Peer, e.Message}] = e.At
		case spec.Deliver:
			key := message{e.Peer, e.Process, e.Message}
			if at, ok := sent[key]; ok {
				delays = append(delays, time.Duration(e.At-at))
				delete(sent, key)
			}
		}
	}
	slices.Sort(delays)
	return delays
}

// Quantile returns the value below which a share q of the sorted list lies, 0
// where the list is empty.
func Quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(q * float64(len(sorted)))
	return sorted[max(0, min(i, len(sorted)-1))]
}

// FanOut returns, in ascending order, how long each request to several
// processes took: from the first Send of a message by a process to the first
// Delivery of it by the slowest receiver. Messages of one sender with equal
// bytes are one request; one that some receiver lacks is left out. O(n log n).
func FanOut(events []spec.Event) []time.Duration {
	type request struct {
		from spec.Process
		m    spec.Message
	}
	type progress struct {
		start, last int64
		missing     map[spec.Process]bool
	}
	requests := map[request]*progress{}
	for _, e := range events {
		switch e.Kind {
		case spec.Send:
			key := request{e.Process, e.Message}
			if requests[key] == nil {
				requests[key] = &progress{start: e.At, missing: map[spec.Process]bool{}}
			}
			requests[key].missing[e.Peer] = true
		case spec.Deliver:
			if r := requests[request{e.Peer, e.Message}]; r != nil && r.missing[e.Process] {
				delete(r.missing, e.Process)
				r.last = e.At
			}
		}
	}
	var took []time.Duration
	for _, r := range requests {
		if len(r.missing) == 0 {
			took = append(took, time.Duration(r.last-r.start))
		}
	}
	slices.Sort(took)
	return took
}
