package trial

import (
	"context"
	"fmt"
	"time"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/spec"
)

// Ending says how a trial ended.
type Ending uint8

// The endings. Liveness can be judged where the run Settled, or owed nothing.
const (
	TimedOut    Ending = iota // its time was over
	Settled                   // nothing new can happen: see the package
	Interrupted               // its context ended
	Full                      // its history grew too long
)

// String returns the ending in words: "the run settled".
func (e Ending) String() string {
	switch e {
	case TimedOut:
		return "the time was over"
	case Settled:
		return "the run settled"
	case Interrupted:
		return "it was interrupted"
	case Full:
		return "the history grew too long"
	}
	return fmt.Sprintf("ending(%d)", uint8(e))
}

// Packets counts what the faulty network did.
type Packets struct {
	Sent       int // handed to it by the links
	Lost       int
	Duplicated int
	Reordered  int
}

// Result is what a trial showed.
type Result struct {
	Ending    Ending
	Accepted  int           // messages that the link took
	Delivered int           // of these, delivered at least once
	Left      int           // messages that nobody sent: the trial ended before, or the link took no more
	Elapsed   time.Duration // from the first send to the last first delivery of a message
	CPU       time.Duration // user and system time of this program while the link ran; 0 where the system does not tell
	Packets   Packets

	Header     histories.Header
	Events     []spec.Event // the history, on one wall clock
	Judgements []checker.Judgement
	Check      time.Duration // what judging took

	stuck spec.Channel // that the link is not ready for, at rest
}

// Rate returns the messages delivered per second.
func (r *Result) Rate() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Delivered) / r.Elapsed.Seconds()
}

// Verdict returns the verdict on all that was judged. A trial that was
// interrupted holds nothing.
func (r *Result) Verdict() spec.Verdict { return verdict(r.Judgements, r.Ending) }

func verdict(judgements []checker.Judgement, ending Ending) spec.Verdict {
	var verdicts []spec.Verdict
	for _, j := range judgements {
		verdicts = append(verdicts, j.Verdict)
	}
	if ending == Interrupted {
		verdicts = append(verdicts, spec.Inconclusive)
	}
	return spec.Worst(verdicts...)
}

func (r *Result) judge(ctx context.Context, guarantee spec.Guarantee) (err error) {
	start := time.Now()
	r.Judgements, err = checker.Wall(ctx, guarantee, r.Events)
	if r.Left > 0 && err == nil {
		r.Judgements = append(r.Judgements, checker.JudgeReadiness(r.Accepted, r.Left, r.stuck))
	}
	r.Check = time.Since(start)
	return err
}

func (r *run) result(ending Ending) Result {
	link := r.cfg.Link
	h := histories.Header{
		Link: link.Name, Assumes: link.Assumes.String(),
		Processes: link.Size(), Seed: r.cfg.Seed, Clock: histories.Wall,
	}
	h.Claim(link.Guarantee)
	result := Result{
		Ending: ending, Accepted: int(r.accepted.Load()), Delivered: int(r.delivered.Load()),
		Left:    r.cfg.Messages - int(r.accepted.Load()),
		Elapsed: time.Duration(r.lastDelivery.Load()), CPU: r.cpu,
		Header: h, Events: r.events,
	}
	for p := range r.sockets {
		if from := spec.Process(p); ending == Settled && r.watch.unready[p].Load() {
			result.stuck = spec.Channel{From: from, To: receiver(from, link.Size())}
		}
	}
	for _, s := range r.sockets {
		result.Packets.Sent += s.packets.Sent
		result.Packets.Lost += s.packets.Lost
		result.Packets.Duplicated += s.packets.Duplicated
		result.Packets.Reordered += s.packets.Reordered
	}
	return result
}
