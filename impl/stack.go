package impl

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"fairloss/spec"
)

// Stack composes layers, the bottom one first. A stack is a layer: what the
// upper layer transmits is sent by the lower one, what the lower layer
// delivers is received by the upper one. The stack of one factory is that
// factory. Stack panics without a factory, or with a nil one.
//
// Each handler's effects are expanded in place, depth first, under two rules.
// Timers come first: they would otherwise undo what a later handler of the
// same layer, reached through the other effects, has armed since. And a stable
// value gives way to one that a later handler of its layer has stored already.
// At the start all layers handle Init or Recover, the bottom one first, before
// the effects of any are expanded: no layer meets another that has not begun.
//
// Only the top layer commits. Where it transmits before it commits in one
// handler, and the layers below answer within that handler, the answer may be
// stored first: a link that commits does so before it transmits.
//
// The timer t of layer i of n is the stack's timer t*n+i; a handler panics if
// that overflows. The stack has one stable value, made of those of its layers;
// on recovery, one that no stack of n layers wrote (a damaged disk) counts as
// none. Ask As, not a type assertion, what a stack can do.
func Stack(bottomFirst ...Factory) Factory {
	for i, f := range bottomFirst {
		if f == nil {
			panic(fmt.Sprintf("impl: Stack: factory %d is nil", i))
		}
	}
	switch len(bottomFirst) {
	case 0:
		panic("impl: Stack of no layers")
	case 1:
		return bottomFirst[0]
	}
	factories := slices.Clone(bottomFirst)
	return func(self spec.Process, peers []spec.Process) Layer {
		s := &stack{
			layers: make([]Layer, len(factories)),
			stable: make([][]byte, len(factories)),
			stored: make([]int, len(factories)),
		}
		for i, f := range factories {
			s.layers[i] = f(self, peers)
		}
		return s
	}
}

// stack is two layers or more, the bottom one first.
type stack struct {
	layers []Layer
	stable [][]byte // what each layer stored last; nil where it stored nothing

	// Scratch for one event of the stack.
	calls  []*call
	depth  int   // of calls in use
	turns  int   // handlers run
	steps  int   // effects expanded
	stored []int // the turn in which each layer's stable value was made
}

// call is one handler call of one layer.
type call struct {
	out   *Effects
	layer int
	turn  int
}

// Init calls the Init of each layer.
func (s *stack) Init(out *Effects) {
	s.start(out, func(_ int, l Layer, out *Effects) { l.Init(out) })
}

// Recover gives each layer its own part of the stable value.
func (s *stack) Recover(stable []byte, out *Effects) {
	s.stable = splitStable(stable, len(s.layers))
	s.start(out, func(i int, l Layer, out *Effects) {
		if r, ok := As[Recoverer](l); ok {
			r.Recover(slices.Clone(s.stable[i]), out)
		} else {
			l.Init(out)
		}
	})
}

// Send sends through the top layer.
func (s *stack) Send(to spec.Process, m spec.Message, out *Effects) {
	s.begin()
	s.send(len(s.layers)-1, to, m, out)
}

// Receive receives at the bottom layer.
func (s *stack) Receive(from spec.Process, p Packet, out *Effects) {
	s.begin()
	s.receive(0, from, p, out)
}

// Confirmed confirms to the bottom layer.
func (s *stack) Confirmed(to spec.Process, p Packet, out *Effects) {
	s.begin()
	s.confirmed(0, to, p, out)
}

// Timeout hands the timer to its layer.
func (s *stack) Timeout(t TimerID, out *Effects) {
	s.begin()
	n := TimerID(len(s.layers))
	c := s.enter(int(t%n), out)
	s.layers[c.layer].Timeout(t/n, c.out)
	s.leave(c, out)
}

// appendKey appends the length and key of each layer, then the stable values:
// the next Store of any layer repeats them all.
func (s *stack) appendKey(b []byte) ([]byte, error) {
	var prefix [binary.MaxVarintLen64]byte
	key := b
	for i, l := range s.layers {
		start := len(key)
		var err error
		if key, err = AppendKey(key, l); err != nil {
			return b, fmt.Errorf("layer %d: %w", i, err)
		}
		n := binary.PutUvarint(prefix[:], uint64(len(key)-start))
		key = slices.Insert(key, start, prefix[:n]...)
	}
	return append(key, joinStable(s.stable)...), nil
}

func (s *stack) begin() {
	s.depth, s.turns, s.steps = 0, 0, 0
	clear(s.stored)
}

func (s *stack) start(out *Effects, handle func(i int, l Layer, out *Effects)) {
	s.begin()
	for i, l := range s.layers {
		c := s.enter(i, out)
		handle(i, l, c.out)
		s.timers(c, out)
	}
	for i := range s.layers {
		s.expand(s.calls[i], out)
	}
}

func (s *stack) send(layer int, to spec.Process, m spec.Message, out *Effects) {
	c := s.enter(layer, out)
	s.layers[layer].Send(to, m, c.out)
	s.leave(c, out)
}

func (s *stack) receive(layer int, from spec.Process, p Packet, out *Effects) {
	c := s.enter(layer, out)
	s.layers[layer].Receive(from, p, c.out)
	s.leave(c, out)
}

func (s *stack) confirmed(layer int, to spec.Process, p Packet, out *Effects) {
	confirmer, ok := s.layers[layer].(Confirmer)
	if !ok {
		return
	}
	c := s.enter(layer, out)
	confirmer.Confirmed(to, p, c.out)
	s.leave(c, out)
}

// enter returns the record of a handler call that is about to be made. Calls
// nest, and the one at each depth keeps its memory from event to event.
func (s *stack) enter(layer int, out *Effects) *call {
	if s.depth == len(s.calls) {
		s.calls = append(s.calls, &call{out: new(Effects)})
	}
	c := s.calls[s.depth]
	s.depth++
	s.turns++
	c.out.clock, c.layer, c.turn = out.clock, layer, s.turns
	return c
}

func (s *stack) leave(c *call, out *Effects) {
	s.timers(c, out)
	s.expand(c, out)
	s.depth--
}

// timers passes on the timer effects of c.
func (s *stack) timers(c *call, out *Effects) {
	for i := range c.out.list {
		switch e := &c.out.list[i]; e.Kind {
		case SetTimer:
			out.SetTimer(s.timer(c.layer, e.Timer), e.AtLeast, e.AtMost)
		case CancelTimer:
			out.CancelTimer(s.timer(c.layer, e.Timer))
		}
	}
}

func (s *stack) timer(layer int, t TimerID) TimerID {
	n := TimerID(len(s.layers))
	if t > (math.MaxUint64-TimerID(layer))/n {
		panic(fmt.Sprintf("impl: timer %d of layer %d is too large for a stack of %d layers", t, layer, n))
	}
	return t*n + TimerID(layer)
}

// expand carries out the effects of c that are no timers, and ends the call.
func (s *stack) expand(c *call, out *Effects) {
	defer func() { c.out = c.out.Next() }()
	top := len(s.layers) - 1
	for i := range c.out.list {
		if s.steps++; s.steps > maxEffects {
			panic(fmt.Sprintf("impl: one event made more than %d effects in the layers of a stack", maxEffects))
		}
		e := &c.out.list[i]
		switch {
		case e.Kind == Transmit && c.layer == 0:
			out.Transmit(e.Peer, e.Packet)
		case e.Kind == Transmit:
			s.send(c.layer-1, e.Peer, spec.Message(e.Packet), out)
		case e.Kind == Deliver && c.layer == top:
			out.Deliver(e.Peer, e.Message)
		case e.Kind == Deliver:
			s.receive(c.layer+1, e.Peer, Packet(e.Message), out)
		case e.Kind == Confirm && c.layer == top:
			out.Confirm(e.Peer, e.Message)
		case e.Kind == Confirm:
			s.confirmed(c.layer+1, e.Peer, Packet(e.Message), out)
		case e.Kind == Store:
			s.store(c, e, out)
		case e.Kind == Commit && c.layer == top:
			s.keep(c, e)
			out.add(Effect{Kind: Commit, Stable: joinStable(s.stable), Deliveries: e.Deliveries})
		case e.Kind == Commit:
			s.store(c, e, out)
			for _, d := range e.Deliveries {
				s.receive(c.layer+1, d.From, Packet(d.Message), out)
			}
		}
	}
}

func (s *stack) store(c *call, e *Effect, out *Effects) {
	if s.keep(c, e) {
		out.add(Effect{Kind: Store, Stable: joinStable(s.stable)})
	}
}

// keep makes e's stable value that of its layer, unless a later handler of the
// layer was faster; it reports whether it did.
func (s *stack) keep(c *call, e *Effect) bool {
	if s.stored[c.layer] > c.turn {
		return false
	}
	s.stored[c.layer] = c.turn
	s.stable[c.layer] = e.Stable
	return true
}
