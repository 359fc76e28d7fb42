package world

import (
	"fmt"
	"slices"

	"fairloss/spec"
)

// Enabled appends the enabled actions to moves, in a fixed order that depends
// on the state only: benign first, then by process or channel, then by content.
func (w *World) Enabled(moves []Move) []Move {
	for p := range w.sys.procs {
		for _, r := range w.requestable(p) {
			if w.ready(p, r.to) && !w.waits(p) {
				moves = append(moves, Move{kind: Send, place: uint8(p), id: r.in})
			}
		}
	}
	moves = w.deliveries(moves)
	if w.sys.net.confirms {
		moves = w.confirmations(moves)
	}
	for p, pr := range w.sys.procs {
		if w.waits(p) {
			continue
		}
		for _, a := range pr.locals[w.locals[p]].timers {
			moves = append(moves, Move{kind: Timeout, place: uint8(p), id: a.in})
		}
	}
	if w.rest[recoveries] > 0 {
		moves = w.recoverMoves(moves)
	}
	handlers := len(moves)
	if w.rest[severed] != 0 {
		moves = w.channelMoves(moves, Heal)
	}
	if w.canCopy() {
		for c, content := range w.channels {
			if len(w.sys.net.contents[content].packets) < w.sys.net.assumes.Cap() {
				moves = each(moves, Duplicate, c, w.sys.net.contents[content].movable)
			}
		}
	}
	if w.canDrop() {
		for c, content := range w.channels {
			moves = each(moves, Drop, c, w.sys.net.contents[content].movable)
		}
	}
	if w.rest[corruptions] > 0 {
		moves = w.corruptMoves(moves)
	}
	if w.rest[forgeries] > 0 {
		moves = w.forgeMoves(moves)
	}
	if w.rest[cuts] > 0 {
		moves = w.channelMoves(moves, Cut)
	}
	if w.rest[crashes] > 0 {
		moves = w.crashMoves(moves, handlers)
	}
	return moves
}

// each appends a move of the kind for each of the packets of channel c; equal
// ones stand together and count once.
func each(moves []Move, kind ActionKind, c int, packets []uint32) []Move {
	for i, id := range packets {
		if i == 0 || id != packets[i-1] {
			moves = append(moves, Move{kind: kind, place: uint8(c), id: id})
		}
	}
	return moves
}

func (w *World) deliveries(moves []Move) []Move {
	for c, content := range w.channels {
		if content == 0 || w.closed(c) || w.sys.net.confirms && (w.waits(c%w.sys.n) || w.full(w.sys.net.contents[content].unconfirmed)) {
			continue
		}
		moves = each(moves, Deliver, c, w.sys.net.contents[content].movable)
	}
	return moves
}

func (w *World) confirmations(moves []Move) []Move {
	for c, content := range w.channels {
		if from := c / w.sys.n; !w.local(from).down && !w.waits(from) {
			moves = each(moves, Confirm, c, w.sys.net.contents[content].unconfirmed)
		}
	}
	return moves
}

// maxCuts is as many effects as a Move can count.
const maxCuts = 1<<16 - 1

func (w *World) recoverMoves(moves []Move) []Move {
	for p, pr := range w.sys.procs {
		if w.local(p).down {
			moves = append(moves, Move{kind: Recover, place: uint8(p), id: pr.recovering})
		}
	}
	return moves
}

// crashMoves appends the crash of each process that is up, and each of the
// first moves once more for every effect that a crash may come before. A crash
// after the last effect is one between two events.
func (w *World) crashMoves(moves []Move, handlers int) []Move {
	for p, pr := range w.sys.procs {
		if !w.local(p).down {
			moves = append(moves, Move{kind: Crash, place: uint8(p), id: pr.crashing})
		}
	}
	for _, m := range moves[:handlers] {
		for cut := range min(w.effects(m), maxCuts) {
			m.cut = uint16(cut + 1)
			moves = append(moves, m)
		}
	}
	return moves
}

// effects is the number of effects of the handler that a move calls, 0 where
// the link fails: that is seen when the move is made.
func (w *World) effects(m Move) int {
	p, in := w.handled(m)
	t, err := w.sys.procs[p].transition(w.locals[p], in)
	if err != nil {
		return 0
	}
	return t.effects
}

// waits reports whether process p waits until more is delivered of what it has
// sent: a bound on the states, see spec.Assumptions.Cap. Apply, and a fair
// suffix, know no such bound. Nobody waits for a process that is down.
func (w *World) waits(p int) bool {
	if !w.sys.net.confirms {
		return false
	}
	for q := range w.sys.n {
		if !w.local(q).down && w.full(w.sys.net.contents[w.channels[p*w.sys.n+q]].owed) {
			return true
		}
	}
	return false
}

func (w *World) full(packets []uint32) bool { return len(packets) >= w.sys.net.assumes.Cap() }

// canCopy reports whether the network may make one more copy of a packet,
// where there is room.
func (w *World) canCopy() bool {
	n := w.sys.net.assumes.Network
	return w.rest[copies] > 0 && (n == spec.BagNetwork || n.Queues())
}

// canDrop reports whether the network may drop one more packet.
func (w *World) canDrop() bool {
	switch w.sys.net.assumes.Network {
	case spec.LossySetNetwork, spec.FIFONetwork:
		return true
	case spec.BagNetwork:
		return w.rest[drops] > 0
	}
	return false
}

// closed reports whether nothing gets through channel c: it is cut, or the
// process at its end is down.
func (w *World) closed(c int) bool { return w.rest[severed]>>c&1 == 1 || w.local(c%w.sys.n).down }

// requestable returns the requests that the application at p can make now,
// where its link is ready.
func (w *World) requestable(p int) []pending {
	list := w.workload[p]
	if w.repeated {
		return list
	}
	n := int(w.next[p])
	return list[min(n, len(list)):min(n+1, len(list))]
}

// local is the state of process p. It is valid until the next move.
func (w *World) local(p int) *local { return &w.sys.procs[p].locals[w.locals[p]] }

func (w *World) ready(p int, to spec.Process) bool { return w.local(p).ready>>to&1 == 1 }

// Apply makes an action that may come from anywhere. A Send need not be the
// next of the workload. The error says why the action is not enabled, or is a
// *Failure of the link.
func (w *World) Apply(a Action) error {
	m, err := w.move(a)
	if err == nil && a.Crashes {
		m, err = w.cut(m, a)
	}
	if err != nil {
		return err
	}
	return w.Do(m)
}

func (w *World) move(a Action) (Move, error) {
	switch a.Kind {
	case Timeout:
		return w.timeout(a)
	case Recover, Crash:
		return w.crash(a)
	case Cut, Heal:
		return w.partition(a)
	case Corrupt, Forge:
		return w.intrusion(a)
	}
	if !w.sys.isChannel(a.From, a.To) {
		return Move{}, fmt.Errorf("not enabled: there is no channel %d>%d among %d processes", a.From, a.To, w.sys.n)
	}
	if a.Kind == Send {
		if w.local(int(a.From)).down {
			return Move{}, fmt.Errorf("not enabled: process %d is down", a.From)
		}
		if !w.ready(int(a.From), a.To) {
			return Move{}, fmt.Errorf("not enabled: the link of process %d is not ready to send to %d", a.From, a.To)
		}
		in := w.sys.procs[a.From].input(input{kind: request, peer: a.To, data: string(a.Message)})
		return Move{kind: Send, place: uint8(a.From), id: in}, nil
	}
	c := w.sys.channel(a.From, a.To)
	content := w.sys.net.contents[w.channels[c]]
	id, known := w.sys.net.ids[string(a.Packet)]
	m := Move{kind: a.Kind, place: c, id: id}
	if a.Kind == Confirm {
		switch {
		case w.local(int(a.From)).down:
			return m, fmt.Errorf("not enabled: process %d is down", a.From)
		case !known || !slices.Contains(content.unconfirmed, id):
			return m, fmt.Errorf("not enabled: there is no unconfirmed delivery of the packet %q from %d to %d", string(a.Packet), a.From, a.To)
		}
		return m, nil
	}
	if !known || !slices.Contains(content.packets, id) && !slices.Contains(content.owed, id) {
		return m, fmt.Errorf("not enabled: the packet %q is not in flight from %d to %d", string(a.Packet), a.From, a.To)
	}
	return m, w.allowed(m, content)
}

func (w *World) isProcess(p spec.Process) error {
	if p < 0 || int(p) >= w.sys.n {
		return fmt.Errorf("not enabled: there is no process %d among %d", p, w.sys.n)
	}
	return nil
}

// crash is the crash or the recovery of a process.
func (w *World) crash(a Action) (Move, error) {
	if err := w.isProcess(a.From); err != nil {
		return Move{}, err
	}
	pr, down := w.sys.procs[a.From], w.local(int(a.From)).down
	m := Move{kind: a.Kind, place: uint8(a.From), id: pr.recovering}
	if a.Kind == Crash {
		m.id = pr.crashing
	}
	switch {
	case a.Kind == Crash && down:
		return m, fmt.Errorf("not enabled: process %d is down", a.From)
	case a.Kind == Crash && w.rest[crashes] == 0:
		return m, fmt.Errorf("not enabled: the budget of crashes is spent")
	case a.Kind == Recover && !down:
		return m, fmt.Errorf("not enabled: process %d is up", a.From)
	case a.Kind == Recover && w.rest[recoveries] == 0:
		return m, fmt.Errorf("not enabled: the budget of recoveries is spent")
	}
	return m, nil
}

// cut is the move with a crash within it.
func (w *World) cut(m Move, a Action) (Move, error) {
	if w.rest[crashes] == 0 {
		return m, fmt.Errorf("not enabled: the budget of crashes is spent")
	}
	p, in := w.handled(m)
	t, err := w.sys.procs[p].transition(w.locals[p], in)
	if err != nil {
		return m, err
	}
	if a.After < 0 || a.After >= t.effects {
		return m, fmt.Errorf("not enabled: the handler has %d effects, so that none of them follows %d", t.effects, a.After)
	}
	m.cut = uint16(a.After + 1)
	return m, nil
}

func (w *World) timeout(a Action) (Move, error) {
	if err := w.isProcess(a.From); err != nil {
		return Move{}, err
	}
	for _, armed := range w.sys.procs[a.From].locals[w.locals[a.From]].timers {
		if armed.timer == a.Timer {
			return Move{kind: Timeout, place: uint8(a.From), id: armed.in}, nil
		}
	}
	return Move{}, fmt.Errorf("not enabled: timer %d of process %d is not armed", a.Timer, a.From)
}

// allowed says why the network model does not allow a move of a packet that is
// on its channel.
func (w *World) allowed(m Move, c content) error {
	model := w.sys.net.assumes.Network
	switch {
	case m.kind == Deliver && w.closed(int(m.place)):
		return w.whyClosed(int(m.place))
	case !slices.Contains(c.movable, m.id):
		return fmt.Errorf("not enabled: on a %s network only the oldest packet can move", model)
	case m.kind == Drop && model == spec.SetNetwork:
		return fmt.Errorf("not enabled: on a set network a packet is lost by not delivering it")
	case m.kind == Drop && model == spec.BagNetwork && !w.canDrop():
		return fmt.Errorf("not enabled: the budget of drops is spent")
	case m.kind == Drop && !w.canDrop():
		return fmt.Errorf("not enabled: a %s network loses nothing", model)
	case m.kind == Duplicate && model != spec.BagNetwork && !model.Queues():
		return fmt.Errorf("not enabled: on a %s network there is no duplicate action", model)
	case m.kind == Duplicate && (!w.canCopy() || len(c.packets) >= w.sys.net.assumes.Cap()):
		return fmt.Errorf("not enabled: the budget of duplicates is spent, or the channel is full")
	}
	return nil
}
