package world

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"fairloss/spec"
)

// Bounds of a fair suffix. A link that meets its obligations needs a few
// rounds after the last loss.
const (
	maxRounds    = 1024
	maxFairSteps = 1 << 14
	maxFlight    = 1 << 9 // packets of a channel: one that answers each with two has no bound of its own
)

// Ending says how a fair suffix ended. Only on Met, Quiet and Cycle have
// properties of liveness been judged.
type Ending uint8

// The endings.
const (
	Bound Ending = iota // a bound on rounds or packets was reached, or the cycle was not fair: inconclusive
	Met                 // nothing is owed any more
	Quiet               // nothing more can happen: no timer armed, nothing left to send
	Cycle               // the world repeats itself, fairly, for ever
)

// Suffix is what stays free within a fair suffix; fairness forces the rest.
type Suffix struct {
	Rounds int                    // after so many rounds it ends undecided; 0 is 1,024
	Repeat []Request              // sent again in every round, for ever
	Lose   func(lost Action) bool // asked about each transmission; it must say no in the end; nil loses none
}

// fairRun is a fair suffix under way.
type fairRun struct {
	suffix      Suffix
	transmitted []push        // since the round began, to be delivered in the next
	losses      int           // of all rounds
	ends        []int         // of each round that is over, the steps up to there
	repeating   bool          // the world repeats itself: nothing is lost any more
	sent        map[push]bool // within the cycle; nil before it
	received    map[push]bool // within the cycle
	ready       []uint64      // of each process, whom it was ready to send to within the cycle
}

// RunFair lets the network be fair from now on: every cut is healed, processes
// that are down recover as far as the budget goes, then, in rounds, each packet
// transmitted in the round before is delivered, unless it is lost, and each
// armed timer expires. A network that confirms does so after its deliveries. Packets transmitted before may stay lost for ever where
// the model allows it. It ends when every link is ready and nothing is owed
// (unless a property speaks of what happens for ever), when nothing more can
// happen, or when the world repeats itself; in the last two cases a Forever
// event goes before what repeats. An error is a *Failure.
func (w *World) RunFair(s Suffix) (Ending, error) {
	w.fair = &fairRun{suffix: s}
	if err := w.repair(); err != nil {
		return Bound, err
	}
	limit := w.steps + maxFairSteps
	var states [][]byte
	var losses []int
	for round := 0; round < cmp.Or(s.Rounds, maxRounds) && w.steps < limit && !w.flooded(); round++ {
		if !w.sys.judges.recurrent && w.Owing() == 0 && w.allReady() {
			return Met, nil
		}
		if w.quiet() {
			w.markForever()
			return Quiet, w.blocked(w.readiness())
		}
		state := w.roundKey()
		for i, earlier := range states {
			if losses[i] == w.fair.losses && bytes.Equal(earlier, state) {
				return w.repeat(round - i)
			}
		}
		states, losses = append(states, state), append(losses, w.fair.losses)
		if err := w.round(); err != nil {
			return Bound, err
		}
		w.fair.ends = append(w.fair.ends, w.steps)
	}
	return Bound, nil
}

// Rounds returns, for each round of the fair suffix, how many actions there were
// when it was over.
func (w *World) Rounds() []int {
	if w.fair == nil {
		return nil
	}
	return w.fair.ends
}

// flooded reports whether more packets of a channel are on their way than a
// round can settle: each of them makes another content.
func (w *World) flooded() bool {
	return slices.ContainsFunc(w.channels, func(content uint32) bool { return len(w.sys.net.flight(content)) > maxFlight })
}

// repair heals every cut, and lets processes recover.
func (w *World) repair() error {
	for _, m := range w.channelMoves(nil, Heal) {
		if err := w.Do(m); err != nil {
			return err
		}
	}
	for _, m := range w.recoverMoves(nil) {
		if w.rest[recoveries] == 0 {
			break
		}
		if err := w.Do(m); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) markForever() {
	w.observe(w.sys.forever)
	if w.witness != nil {
		w.record([]spec.Event{{Kind: spec.Forever}})
	}
}

// unmarkForever takes the Forever event out of the history: what followed it
// does not go on for ever, and whoever judges the history must not believe so.
func (w *World) unmarkForever() {
	if w.witness != nil {
		w.witness.history = slices.DeleteFunc(w.witness.history, func(e spec.Event) bool { return e.Kind == spec.Forever })
	}
}

// repeat runs the last rounds once more, as the cycle of a lasso. It checks
// that the cycle is fair: what is transmitted in it is received in it. Where it
// is not, nothing is said to be for ever.
func (w *World) repeat(rounds int) (Ending, error) {
	w.markForever()
	w.fair.repeating = true
	w.fair.sent, w.fair.received = map[push]bool{}, map[push]bool{}
	w.fair.ready = w.readiness()
	if err := w.rounds(rounds); err != nil {
		return Bound, err
	}
	for p := range w.fair.sent {
		if !w.fair.received[p] && !w.closed(int(p.channel)) {
			w.unmarkForever()
			return Bound, nil
		}
	}
	return Cycle, w.blocked(w.fair.ready)
}

// seeReady notes whom the link of process p is ready to send to.
func (w *World) seeReady(p int) {
	w.fair.ready[p] |= w.local(p).ready
}

// readiness returns whom the link of each process is ready to send to.
func (w *World) readiness() []uint64 {
	ready := make([]uint64, w.sys.n)
	for p := range ready {
		ready[p] = w.local(p).ready
	}
	return ready
}

// allReady reports whether every link that is up is ready to send to every
// peer that is up, on the channels that it may send on.
func (w *World) allReady() bool { return !slices.ContainsFunc(w.sys.sends, w.Unready) }

// Unready reports whether the link at c.From is not ready to send on c, though
// both processes are up and nothing is cut.
func (w *World) Unready(c spec.Channel) bool {
	return w.rest[severed] == 0 && !w.local(int(c.From)).down && !w.local(int(c.To)).down && !w.ready(int(c.From), c.To)
}

// blocked returns a *Failure where a link will never be ready again, although
// it has done all that it owes: its application waits for ever. Ready is whom
// each was ready to send to meanwhile.
func (w *World) blocked(ready []uint64) error {
	if w.Owing() != 0 || w.Broken() != 0 {
		return nil
	}
	for _, c := range w.sys.sends {
		if w.Unready(c) && ready[c.From]>>c.To&1 == 0 {
			return &Failure{Process: c.From, Event: "what a fair network brings", Text: fmt.Sprintf("is never ready to send to process %d again", c.To)}
		}
	}
	return nil
}

func (w *World) rounds(n int) error {
	for range n {
		if err := w.round(); err != nil {
			return err
		}
	}
	return nil
}

// quiet reports that nothing can happen any more.
func (w *World) quiet() bool {
	for _, r := range w.fair.suffix.Repeat {
		if w.ready(int(r.From), r.To) {
			return false
		}
	}
	for p := range w.sys.procs {
		if len(w.local(p).timers) > 0 {
			return false
		}
	}
	for c, content := range w.channels {
		if len(w.sys.net.flight(content)) > 0 && !w.closed(c) || len(w.sys.net.contents[content].unconfirmed) > 0 && !w.local(c/w.sys.n).down {
			return false
		}
	}
	return !w.onSet() || len(w.fair.transmitted) == 0
}

// onSet reports whether packets are lost by never being delivered, though they
// stay where they are.
func (w *World) onSet() bool { return w.sys.net.assumes.Network <= spec.LossySetNetwork }

func (w *World) roundKey() []byte {
	var key []byte
	for _, id := range w.state[:len(w.locals)+len(w.channels)] {
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	for _, p := range w.fair.transmitted {
		key = append(key, p.channel, byte(p.packet), byte(p.packet>>8), byte(p.packet>>16), byte(p.packet>>24))
	}
	return key
}

// round repeats the sends, settles the packets in flight, then lets each armed
// timer expire.
func (w *World) round() error {
	for _, r := range w.fair.suffix.Repeat {
		if w.ready(int(r.From), r.To) {
			if err := w.Apply(Action{Kind: Send, From: r.From, To: r.To, Message: r.Message}); err != nil {
				return err
			}
		}
	}
	if err := w.settle(); err != nil {
		return err
	}
	for p := range w.sys.procs {
		for _, a := range w.local(p).timers {
			if !slices.Contains(w.local(p).timers, a) {
				continue // a handler before it has cancelled it
			}
			if err := w.Do(Move{kind: Timeout, place: uint8(p), id: a.in}); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle delivers or loses what is in flight now: on Set and LossySet what was
// transmitted since the last round, else what the channels hold or owe. Then it
// confirms what was delivered.
func (w *World) settle() error {
	var flight []push
	if w.onSet() {
		flight = w.fair.transmitted
	}
	for c, content := range w.channels {
		for _, id := range w.sys.net.flight(content) {
			flight = append(flight, push{uint8(c), id})
		}
	}
	if w.fair.sent != nil {
		for _, p := range w.fair.transmitted {
			w.fair.sent[p] = true
		}
	}
	w.fair.transmitted = nil
	for _, p := range flight {
		if err := w.settleOne(p); err != nil {
			return err
		}
	}
	return w.confirmAll()
}

// confirmAll confirms what was delivered.
func (w *World) confirmAll() error {
	for c := range w.channels {
		if w.local(c / w.sys.n).down {
			continue
		}
		for _, id := range w.sys.net.contents[w.channels[c]].unconfirmed {
			if err := w.Do(Move{kind: Confirm, place: uint8(c), id: id}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *World) settleOne(p push) error {
	if w.closed(int(p.channel)) {
		return nil
	}
	m := Move{kind: Deliver, place: p.channel, id: p.packet}
	if lose := w.fair.suffix.Lose; lose != nil && !w.fair.repeating {
		loss := Move{kind: Drop, place: p.channel, id: p.packet}
		if action := w.Action(loss); w.canLose() && lose(action) {
			w.fair.losses++
			if w.sys.net.consumes() {
				return w.Do(loss)
			}
			return nil
		}
	}
	if w.fair.received != nil {
		w.fair.received[p] = true
	}
	return w.Do(m)
}

// canLose reports whether the model allows one more loss.
func (w *World) canLose() bool {
	return w.sys.net.assumes.Network == spec.SetNetwork || w.canDrop()
}
