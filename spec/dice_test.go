package spec

import (
	"math/rand/v2"
	"slices"
)

// dice makes random histories.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0))} }

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

// history returns up to 10 events between 2 or 3 processes, of a shape drawn
// first: which payloads, whether calls return, whether and where Forever is.
// Calls do not return for ever, so none is numbered in the cycle.
func (d dice) history() []Event {
	s := d.shape()
	s.faulty = s.faulty || s.watched == Transmit && d.one(2)
	h := make([]Event, 0, 12)
	forever := -1
	if d.one(2) {
		forever = d.IntN(10)
	}
	for n := range 1 + d.IntN(10) {
		if n == forever {
			h = append(h, Event{Kind: Forever})
			s.calls, s.open, s.faulty, s.cyclic = false, nil, false, true
		}
		h = append(h, s.event(h))
	}
	if forever >= 0 && !slices.ContainsFunc(h, func(e Event) bool { return e.Kind == Forever }) {
		h = append(h, Event{Kind: Forever})
	}
	return h
}

// shape is what the events of one history have in common.
type shape struct {
	dice
	processes, payloads int
	dense               bool // payloads are numbered
	calls               bool // calls return
	tidy                bool // what is delivered or confirmed lacked it
	ordered             bool // and was the oldest
	single              bool // one channel only
	faulty              bool // processes crash and channels are cut
	cyclic              bool // in the cycle
	watched             Kind // what happens besides: Transmit, above all for ever; Kept; or Held, now and then
	logging             Kind // what settles most messages: Deliver or Store
	ops                 int
	open                []Event // calls that did not return
}

func (d dice) shape() *shape {
	return &shape{
		dice: d, processes: 2 + d.IntN(4)/3, payloads: 1 + d.IntN(3),
		dense: d.one(3), calls: d.one(4), tidy: !d.one(3), ordered: d.one(2), single: d.one(3),
		faulty: d.one(4), watched: [...]Kind{Held, Held, Held, Held, Transmit, Kept}[d.IntN(6)], logging: [...]Kind{Deliver, Deliver, Deliver, Store}[d.IntN(4)],
	}
}

func (s *shape) message() Message {
	if s.dense {
		return [...]Message{"m1", "m2", "m3", "m4"}[s.IntN(s.payloads+1)]
	}
	return [...]Message{"a", "aa", "0"}[s.IntN(s.payloads)]
}

func (s *shape) event(h []Event) Event {
	e := Event{Message: s.message()}
	if s.single || !s.one(4) {
		e.Peer = 1
	}
	if !s.single {
		e.Process = (e.Peer + 1 + Process(s.IntN(s.processes-1))) % Process(s.processes)
	}
	if s.faulty && s.one(4) {
		return s.fault(e)
	}
	switch {
	case s.watched == Kept && s.one(2):
		return Event{Kind: Kept, Count: s.IntN(4)}
	case s.watched == Transmit && s.cyclic != s.one(4):
		return Event{Kind: Transmit, Process: e.Process, Peer: e.Peer, Packet: [...]string{"D", "H1", "D", "H"}[s.IntN(4)]}
	}
	switch r := s.IntN(20); {
	case r < 8:
		return s.send(e)
	case r < 14:
		return s.answer(h, e, s.logging)
	case r < 15:
		return s.answer(h, e, Deliver+Store-s.logging)
	case r < 17:
		return s.answer(h, e, Confirm)
	case r < 18:
		return Event{Kind: Held, Process: e.Process, Count: s.IntN(testBuffer + 1 + s.IntN(2))}
	case len(s.open) > 0:
		return s.result()
	case s.faulty:
		e.Kind = Accept
		return e
	}
	return s.send(e)
}

func (s *shape) send(e Event) Event {
	e.Kind = Send
	if s.calls && !s.one(4) {
		s.ops++
		e.Op = s.ops
		s.open = append(s.open, e)
	}
	return e
}

// answer is mostly about something that was sent, in tidy histories always
// about a message that lacks it.
func (s *shape) answer(h []Event, e Event, kind Kind) Event {
	var sends []Event
	for _, l := range lives(h, kind, true) {
		if l.open(len(h)) || !s.tidy {
			sends = append(sends, h[l.sent])
		}
	}
	switch {
	case len(sends) == 0 && s.tidy:
		return s.send(e)
	case s.tidy && s.ordered:
		e = sends[0]
	case s.tidy:
		e = sends[s.IntN(len(sends))]
	case len(sends) > 0 && !s.one(8):
		e = sends[s.IntN(len(sends))]
	}
	e.Kind, e.Op = kind, 0
	if kind == Deliver || kind == Store {
		e.Process, e.Peer = e.Peer, e.Process
	}
	return e
}

func (s *shape) fault(e Event) Event {
	kinds := 6
	if s.watched == Transmit {
		kinds = 8 // so that what was cut heals
	}
	switch s.IntN(kinds) {
	case 0, 1:
		return Event{Kind: Crash, Process: e.Process}
	case 2, 3:
		return Event{Kind: Recover, Process: e.Process}
	case 4:
		return Event{Kind: Cut, Process: e.Process, Peer: e.Peer}
	}
	return Event{Kind: Heal, Process: e.Process, Peer: e.Peer}
}

func (s *shape) result() Event {
	n := s.IntN(len(s.open))
	e := s.open[n]
	s.open = slices.Delete(s.open, n, n+1)
	e.Kind = Reject
	if s.one(3) {
		e.Kind = Accept
	}
	return e
}
