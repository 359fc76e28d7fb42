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

// seen are the kinds of events that a run records.
var seen = spec.KindsOf(spec.Send, spec.Accept, spec.Reject, spec.Deliver, spec.Cut, spec.Heal, spec.Forever) | carried

// carried are those of them that are about packets.
var carried = spec.KindsOf(spec.Transmit, spec.Receive, spec.Corrupt, spec.Forge)

// never are those that would be recorded, but never happen: both ends of a
// transport are in one process, which does not crash.
var never = spec.KindsOf(spec.Crash, spec.Recover)

// kept returns the kinds of events that a history of the transport has: of
// those about packets what the guarantee reads, or all.
func (tr Transport) kept(packets bool) spec.Kinds {
	if packets {
		return seen
	}
	kept := seen &^ carried
	for _, p := range tr.Guarantee.Properties {
		kept |= seen & (p.Reads | spec.KindsOf(p.Tested))
	}
	return kept
}

// record records what the network does.
func (r *runner) record(e spec.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(e)
}

// add records an event unless the history is closed or full. What is not kept
// counts too, so that a history is full at the same event whatever it keeps.
func (r *runner) add(e spec.Event) {
	switch {
	case r.over || r.events == maxEvents:
		return
	case r.keeps.Has(e.Kind):
		e.At = int64(r.network.Now())
		r.result.Events = append(r.result.Events, e)
	}
	r.events++
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
	case !r.conduct.clean() || r.events == maxEvents:
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

// doubt takes back a verdict that rests on what was not recorded: on events of
// a kind that a run does not see, on those after the last of a full history, or
// on messages which were all refused.
func (r *runner) doubt(j *checker.Judgement) {
	if unseen := j.Property.Reads &^ (seen | never); unseen != 0 {
		j.Verdict, j.Broken = spec.Inconclusive, -1
		j.Reason = fmt.Sprintf("not judged: it reads %v events, which a transport does not show", unseen)
		return
	}
	live := j.Property.Class&spec.Liveness != 0
	if live {
		j.Voided += r.result.Refused
	}
	if j.Verdict != spec.Holds {
		return
	}
	switch {
	case r.events == maxEvents:
		j.Verdict, j.Reason = spec.Inconclusive, fmt.Sprintf("the history is full: what followed its first %d events was not recorded", maxEvents)
	case live && r.result.Refused == r.result.Sent:
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
	h := histories.Header{Link: tr.Name, Processes: 2, Clock: histories.Wall}
	h.Claim(tr.Guarantee)
	events := slices.DeleteFunc(slices.Clone(r.Events), func(e spec.Event) bool { return e.Kind == spec.Reject })
	return histories.WriteAll(w, h, events)
}
