package world

import (
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// repetitions is how often a cycle is made before it is believed.
const repetitions = 3

// Flow is how often a packet of a channel was transmitted and received.
type Flow struct {
	From, To       spec.Process
	Packet         impl.Packet
	Sent, Received int
}

// String returns the flow as `0>1 "p": sent 2, delivered 1 in the cycle`.
func (f Flow) String() string {
	return fmt.Sprintf("%d>%d %q: sent %d, delivered %d in the cycle", f.From, f.To, string(f.Packet), f.Sent, f.Received)
}

// Traffic returns the flow of each packet after the Forever event of a
// history, in the order of their first events. On a fair network what is
// transmitted in a cycle is received in it and, unless it is Stubborn, the
// other way round.
func Traffic(events []spec.Event) []Flow {
	forever := slices.IndexFunc(events, func(e spec.Event) bool { return e.Kind == spec.Forever })
	if forever < 0 {
		return nil
	}
	var flows []Flow
	count := func(from, to spec.Process, packet string) *Flow {
		f := Flow{From: from, To: to, Packet: impl.Packet(packet)}
		i := slices.IndexFunc(flows, func(g Flow) bool { return g.From == from && g.To == to && g.Packet == f.Packet })
		if i < 0 {
			i = len(flows)
			flows = append(flows, f)
		}
		return &flows[i]
	}
	for _, e := range events[forever:] {
		switch e.Kind {
		case spec.Transmit:
			count(e.Process, e.Peer, e.Packet).Sent++
		case spec.Receive:
			count(e.Peer, e.Process, e.Packet).Received++
		}
	}
	return flows
}

// goRound makes the cycle of a lasso as often as repetitions says, and keeps
// the first time in the history. It returns an error unless the world is back
// where it was each time, and the cycle is fair; or a *Failure where the link
// is never ready to send again.
func (w *World) goRound(cycle []Action) (Ending, error) {
	if w.witness == nil {
		return Bound, fmt.Errorf("only a witness can follow a cycle")
	}
	start := w.withoutJudges()
	w.markForever()
	due, ready := w.due(), w.readiness()
	var history, actions, steps int
	for i := range repetitions {
		for k, a := range cycle {
			if err := w.applyAs(a, "action %d of the cycle", k+1); err != nil {
				return Bound, err
			}
			now := w.due()
			due = slices.DeleteFunc(due, func(a Action) bool { return !slices.Contains(now, a) })
			for p, now := range w.readiness() {
				ready[p] |= now
			}
		}
		if !slices.Equal(start, w.withoutJudges()) {
			return Bound, fmt.Errorf("the cycle does not lead back to where it begins")
		}
		if i == 0 {
			history, actions, steps = len(w.witness.history), len(w.witness.actions), w.steps
		}
	}
	w.witness.history, w.witness.actions, w.steps = w.witness.history[:history], w.witness.actions[:actions], steps
	flows := slices.DeleteFunc(Traffic(w.witness.history), func(f Flow) bool { return w.closed(int(w.sys.channel(f.From, f.To))) })
	if err := w.unfair(cycle, due, flows); err != nil {
		return Bound, err
	}
	if len(cycle) == 0 {
		return Quiet, w.blocked(ready)
	}
	return Cycle, w.blocked(ready)
}

// withoutJudges returns what a cycle must lead back to.
func (w *World) withoutJudges() []uint32 {
	state := slices.Clone(w.state[:len(w.locals)+len(w.channels)])
	return append(state, w.rest[judged+1:]...)
}

// due returns the actions that are not put off for ever, where nobody waits:
// expiries, confirmations and, unless the network loses what it does not drop,
// deliveries.
func (w *World) due() []Action {
	var moves []Move
	for p, pr := range w.sys.procs {
		for _, a := range pr.locals[w.locals[p]].timers {
			moves = append(moves, Move{kind: Timeout, place: uint8(p), id: a.in})
		}
	}
	for c, content := range w.channels {
		if !w.closed(c) {
			moves = each(moves, Deliver, c, w.sys.net.due(content))
		}
		if !w.local(c / w.sys.n).down {
			moves = each(moves, Confirm, c, w.sys.net.contents[content].unconfirmed)
		}
	}
	var list []Action
	for _, m := range moves {
		list = append(list, w.Action(m))
	}
	return list
}

// unfair says which fairness a cycle lacks: due is what could have happened
// throughout it. On a Stubborn network deliveries are due whatever is sent.
func (w *World) unfair(cycle, due []Action, flows []Flow) error {
	for _, a := range due {
		if !slices.Contains(cycle, a) {
			return fmt.Errorf("the cycle is not fair: %s is possible all the time, and never happens", a)
		}
	}
	for _, f := range flows {
		if f.Sent > 0 != (f.Received > 0) && w.sys.net.assumes.Network != spec.StubbornNetwork {
			return fmt.Errorf("the cycle is not fair: %s", f)
		}
	}
	return nil
}
