package world

import (
	"fmt"
	"slices"

	"fairloss/spec"
)

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
		return Move{}, w.noChannel(a)
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
