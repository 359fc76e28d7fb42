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
				moves = append(moves, Move{Send, uint8(p), r.in})
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
			moves = append(moves, Move{Timeout, uint8(p), a.in})
		}
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
	return moves
}

// each appends a move of the kind for each of the packets of channel c; equal
// ones stand together and count once.
func each(moves []Move, kind ActionKind, c int, packets []uint32) []Move {
	for i, id := range packets {
		if i == 0 || id != packets[i-1] {
			moves = append(moves, Move{kind, uint8(c), id})
		}
	}
	return moves
}

func (w *World) deliveries(moves []Move) []Move {
	for c, content := range w.channels {
		if content == 0 || w.sys.net.confirms && (w.waits(c%w.sys.n) || w.full(w.sys.net.contents[content].unconfirmed)) {
			continue
		}
		moves = each(moves, Deliver, c, w.sys.net.contents[content].movable)
	}
	return moves
}

func (w *World) confirmations(moves []Move) []Move {
	for c, content := range w.channels {
		if !w.waits(c / w.sys.n) {
			moves = each(moves, Confirm, c, w.sys.net.contents[content].unconfirmed)
		}
	}
	return moves
}

// waits reports whether process p waits until more is delivered of what it has
// sent: a bound on the states, see spec.Assumptions.Cap. Apply, and a fair
// suffix, know no such bound.
func (w *World) waits(p int) bool {
	if !w.sys.net.confirms {
		return false
	}
	from := p * w.sys.n
	return slices.ContainsFunc(w.channels[from:from+w.sys.n], func(c uint32) bool { return w.full(w.sys.net.contents[c].owed) })
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
	if err != nil {
		return err
	}
	return w.Do(m)
}

func (w *World) move(a Action) (Move, error) {
	if a.Kind == Timeout {
		return w.timeout(a)
	}
	if !w.sys.isChannel(a.From, a.To) {
		return Move{}, fmt.Errorf("not enabled: there is no channel %d>%d among %d processes", a.From, a.To, w.sys.n)
	}
	if a.Kind == Send {
		if !w.ready(int(a.From), a.To) {
			return Move{}, fmt.Errorf("not enabled: the link of process %d is not ready to send to %d", a.From, a.To)
		}
		in := w.sys.procs[a.From].input(input{kind: request, peer: a.To, data: string(a.Message)})
		return Move{Send, uint8(a.From), in}, nil
	}
	c := w.sys.channel(a.From, a.To)
	content := w.sys.net.contents[w.channels[c]]
	id, known := w.sys.net.ids[string(a.Packet)]
	m := Move{a.Kind, c, id}
	if a.Kind == Confirm {
		if !known || !slices.Contains(content.unconfirmed, id) {
			return m, fmt.Errorf("not enabled: there is no unconfirmed delivery of the packet %q from %d to %d", string(a.Packet), a.From, a.To)
		}
		return m, nil
	}
	if !known || !slices.Contains(content.packets, id) && !slices.Contains(content.owed, id) {
		return m, fmt.Errorf("not enabled: the packet %q is not in flight from %d to %d", string(a.Packet), a.From, a.To)
	}
	return m, w.allowed(m, content)
}

func (w *World) timeout(a Action) (Move, error) {
	if a.From < 0 || int(a.From) >= w.sys.n {
		return Move{}, fmt.Errorf("not enabled: there is no process %d among %d", a.From, w.sys.n)
	}
	for _, armed := range w.sys.procs[a.From].locals[w.locals[a.From]].timers {
		if armed.timer == a.Timer {
			return Move{Timeout, uint8(a.From), armed.in}, nil
		}
	}
	return Move{}, fmt.Errorf("not enabled: timer %d of process %d is not armed", a.Timer, a.From)
}

// allowed says why the network model does not allow a move of a packet that is
// on its channel.
func (w *World) allowed(m Move, c content) error {
	model := w.sys.net.assumes.Network
	switch {
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
