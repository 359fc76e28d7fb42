package transport

import (
	"fmt"
	"io"
	"slices"
	"time"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/spec"
)

// packet records what the network does.
func (r *runner) packet(e spec.Event) {
	if r.packets || e.Kind == spec.Cut || e.Kind == spec.Heal {
		r.record(e)
	}
}

func (r *runner) record(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(e)
}

// add records an event unless the history is closed or full.
func (r *runner) add(e spec.Event) {
	if !r.over && len(r.result.Events) < maxEvents {
		e.At = int64(r.network.Now())
		r.result.Events = append(r.result.Events, e)
	}
}

// send sends all messages.
func (r *runner) send() {
	for i, s := range r.schedule.Sends {
		time.Sleep(s.After)
		e := spec.Event{Kind: spec.Send, Process: 0, Peer: 1, Message: s.Message, Op: i + 1}
		r.sending(e)
		r.sent(e, r.channel.Send(s.Message))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.finished = true
}

// sending records that a Send begins: from now on the message may arrive.
func (r *runner) sending(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(e)
	r.result.Sent++
	r.last = r.network.Now()
	r.owe(e.Message, 1)
}

// sent records how a Send ended. After an error the message is not owed.
func (r *runner) sent(e spec.Event, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Kind = spec.Accept
	if err != nil {
		e.Kind = spec.Reject
		if !r.over {
			r.result.Refused++
		}
		r.owe(e.Message, -1)
	}
	r.last = r.network.Now()
	r.add(e)
}

// owe counts what is owed of a message; deliveries beyond count for nothing.
func (r *runner) owe(m spec.Message, n int) {
	if n < 0 && r.owed[m] == 0 {
		return
	}
	r.owed[m] += n
	r.owing += n
}

// receive takes what is delivered, until there is no more.
func (r *runner) receive() {
	for {
		m, err := r.channel.Receive()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.add(spec.Event{Kind: spec.Deliver, Process: 1, Peer: 0, Message: m})
		r.owe(m, -1)
		r.last = r.network.Now()
		r.mu.Unlock()
	}
}

// wait waits until the run has come to its end.
func (r *runner) wait() {
	for !r.ended() {
		time.Sleep(r.pace.look)
	}
}

func (r *runner) ended() bool {
	disturbed, wait, now := r.network.Disturbed(), r.patience(), r.network.Now()
	packets := r.network.Stats().Packets
	r.mu.Lock()
	defer r.mu.Unlock()
	calm := now - max(disturbed, r.last)
	switch {
	case !r.conduct.clean() || len(r.result.Events) == maxEvents:
		return true
	case r.finished && r.owing == 0:
		r.result.Settled = calm >= r.pace.linger
	default:
		r.result.Settled = calm >= wait
	}
	r.result.Endless = packets > MaxPackets && calm >= r.pace.linger && !r.result.Settled
	return r.result.Settled || now >= r.pace.end || packets > MaxPackets
}

// judge closes the history and judges it.
func (r *runner) judge() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.opened && !r.finished && r.result.Settled && r.conduct.clean() {
		r.conduct.violate(Deadlock, "Send of message %d has not returned, %v after the last fault", r.result.Sent, r.pace.patience)
	}
	r.result.Elapsed, r.result.Stats = r.network.Now(), r.network.Stats()
	if r.result.Settled && r.finished {
		r.add(spec.Event{Kind: spec.Forever})
	}
	r.over = true
	judge := checker.NewJudge(r.tr.Guarantee.Properties...)
	for _, e := range r.result.Events {
		judge.Observe(e)
	}
	r.result.Judgements = judge.Judgements()
	for i := range r.result.Judgements {
		r.doubt(&r.result.Judgements[i])
	}
}

// doubt takes back a verdict of liveness that rests on messages which were all
// refused.
func (r *runner) doubt(j *checker.Judgement) {
	j.Voided += r.result.Refused
	if j.Verdict == spec.Holds && j.Property.Class&spec.Liveness != 0 && r.result.Refused == r.result.Sent {
		j.Verdict, j.Reason = spec.Inconclusive, fmt.Sprintf("vacuous: all %d sends were refused", r.result.Sent)
	}
}

// close closes the transport, and gives it time to come to its end.
func (r *runner) close() {
	done := r.start("Close", func() { _ = r.channel.Close() })
	if !r.await(done) {
		r.violate(Deadlock, "Close has not returned after %v", r.pace.patience)
		return
	}
	time.Sleep(r.pace.closing)
}

// Points returns the events as points, and where the one with that index is
// among them, -1 where it is not: calls that return say nothing in virtual time.
// It is what a chart shows.
func (r *Result) Points(index int) (events []spec.Event, at int) {
	at = -1
	for i, e := range r.Events {
		if i == index && e.Kind != spec.Accept {
			at = len(events)
		}
		if e.Kind != spec.Accept {
			e.Op = 0
			events = append(events, e)
		}
	}
	return events, at
}

// WriteHistory writes the history of a run of the transport. It is one of
// intervals, in virtual time: what a refused message is worth, neither sent nor
// not, points cannot say.
func (r *Result) WriteHistory(w io.Writer, tr Transport) error {
	h := histories.Header{Link: tr.Name, Guarantee: tr.Guarantee.Name, Processes: 2, Clock: histories.Wall}
	events := slices.DeleteFunc(slices.Clone(r.Events), func(e spec.Event) bool { return e.Kind == spec.Reject })
	return histories.WriteAll(w, h, events)
}
