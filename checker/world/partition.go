package world

import (
	"fmt"

	"fairloss/spec"
)

// channelMoves appends a Cut of each channel that is whole, or a Heal of each
// that is cut.
func (w *World) channelMoves(moves []Move, kind ActionKind) []Move {
	for c := range w.channels {
		from, to := w.sys.ends(uint8(c))
		if cut := w.rest[severed]>>c&1 == 1; from != to && cut == (kind == Heal) {
			moves = append(moves, Move{kind: kind, place: uint8(c)})
		}
	}
	return moves
}

// partition is the cut or the healing of a channel.
func (w *World) partition(a Action) (Move, error) {
	if !w.sys.isChannel(a.From, a.To) {
		return Move{}, w.noChannel(a)
	}
	m := Move{kind: a.Kind, place: w.sys.channel(a.From, a.To)}
	cut := w.rest[severed]>>m.place&1 == 1
	switch {
	case a.Kind == Heal && !cut:
		return m, fmt.Errorf("not enabled: the direction %d>%d is not cut", a.From, a.To)
	case a.Kind == Cut && cut:
		return m, fmt.Errorf("not enabled: the direction %d>%d is cut already", a.From, a.To)
	case a.Kind == Cut && w.rest[cuts] == 0:
		return m, fmt.Errorf("not enabled: the budget of cuts is spent")
	}
	return m, nil
}

// partitioned cuts or heals a channel.
func (w *World) partitioned(m Move) {
	from, to := w.sys.ends(m.place)
	e := spec.Event{Kind: spec.Heal, Process: from, Peer: to}
	if m.kind == Cut {
		e.Kind = spec.Cut
		w.rest[cuts]--
	}
	w.rest[severed] ^= 1 << m.place
	w.observe(w.sys.partitions[e.Kind == spec.Cut][m.place])
	if w.witness != nil {
		w.record([]spec.Event{e})
	}
}

// whyClosed says why nothing gets through channel c.
func (w *World) whyClosed(c int) error {
	from, to := w.sys.ends(uint8(c))
	if w.local(int(to)).down {
		return fmt.Errorf("not enabled: process %d is down", to)
	}
	return fmt.Errorf("not enabled: the direction %d>%d is cut", from, to)
}

func (w *World) noChannel(a Action) error {
	return fmt.Errorf("not enabled: there is no channel %d>%d among %d processes", a.From, a.To, w.sys.n)
}

// observePartitions interns what is observable of cuts and of healings, for
// each channel.
func (sys *System) observePartitions() {
	sys.partitions = map[bool][]uint32{}
	for cut, kind := range map[bool]spec.Kind{true: spec.Cut, false: spec.Heal} {
		for c := range uint8(sys.n * sys.n) {
			from, to := sys.ends(c)
			sys.partitions[cut] = append(sys.partitions[cut], sys.observation([]spec.Event{{Kind: kind, Process: from, Peer: to}}))
		}
	}
}
