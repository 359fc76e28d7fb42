package world

import "fairloss/spec"

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
