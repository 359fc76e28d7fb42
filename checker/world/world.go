package world

import (
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// Request is one message that the application will send.
type Request struct {
	From, To spec.Process
	Message  spec.Message
}

// World is the whole system in one state: processes × network × judges. Make
// one with System.World or System.Witness.
type World struct {
	sys      *System
	state    []uint32 // all of the following
	locals   []uint32 // local state of each process
	channels []uint32 // content of each channel, by from*n+to
	next     []uint32 // of each process, the next request of its workload
	rest     []uint32 // the judges, and what is left of the budgets
	steps    int
	seen     [32]int // events that some monitor reads, by kind
	voided   [maxProperties]int

	workload [][]pending // of each process
	repeated bool        // a request may be made again and again, in any order
	fair     *fairRun    // within a fair suffix
	witness  *witness    // nil where the memo is trusted
	captured *Effect     // takes what a move leads to elsewhere; nil but within Effects
	moves    []Move      // scratch of Effects
	before   []uint32    // scratch of Effects
	forged   []uint32    // scratch of forgeMoves
	listed   numbers     // scratch of forgeMoves
}

// The components of World.rest.
const (
	judged      = iota // state of the judges
	drops              // Bag: left in the budget
	copies             // Bag: left in the budget
	crashes            // left in the budget
	recoveries         // left in the budget
	cuts               // left in the budget
	corruptions        // left in the budget
	forgeries          // left in the budget
	severed            // the channels that are cut, a bit for each
	rests
)

// pending is a request in compact form.
type pending struct {
	to spec.Process
	in uint32
}

// World returns a world in which the application will send the requests, each
// process its own in the given order.
func (sys *System) World(workload []Request) *World {
	n := sys.n
	state := make([]uint32, n+n*n+n+rests)
	w := &World{
		sys: sys, state: state, locals: state[:n], channels: state[n : n+n*n],
		next: state[n+n*n : 2*n+n*n], rest: state[2*n+n*n:], workload: make([][]pending, n),
	}
	w.Reset(workload)
	return w
}

// Repeating is World, but the application may send each of the requests at any
// time, again and again.
func (sys *System) Repeating(workload []Request) *World {
	w := sys.World(nil)
	w.repeated = true
	w.Reset(workload)
	return w
}

// Reset takes the world back to its beginning, with another workload. It
// panics where a request names no two processes of the system, and on a
// Witness, whose instances have no way back.
func (w *World) Reset(workload []Request) {
	if w.witness != nil {
		panic("world: Reset of a Witness")
	}
	clear(w.state)
	clear(w.seen[:])
	clear(w.voided[:])
	w.steps, w.fair = 0, nil
	assumes := w.sys.link.Assumes
	w.rest[drops], w.rest[copies] = uint32(assumes.Drops), uint32(assumes.Duplicates)
	w.rest[crashes], w.rest[recoveries] = uint32(assumes.Crashes), uint32(assumes.Recoveries)
	w.rest[cuts], w.rest[corruptions], w.rest[forgeries] = uint32(assumes.Cuts), uint32(assumes.Corruptions), uint32(assumes.Forgeries)
	for p := range w.workload {
		w.workload[p] = w.workload[p][:0]
	}
	for _, r := range workload {
		if !w.sys.isChannel(r.From, r.To) {
			panic(fmt.Sprintf("world: request %d>%d in a world of %d processes", r.From, r.To, w.sys.n))
		}
		in := w.sys.procs[r.From].input(input{kind: request, peer: r.To, data: string(r.Message)})
		if next := (pending{r.To, in}); !w.repeated || !slices.Contains(w.workload[r.From], next) {
			w.workload[r.From] = append(w.workload[r.From], next)
		}
	}
	w.push(w.sys.born)
	w.observe(w.sys.observation(w.sys.birth))
}

func (sys *System) isChannel(from, to spec.Process) bool {
	return from >= 0 && to >= 0 && int(from) < sys.n && int(to) < sys.n && from != to
}

// Steps is the number of actions since the beginning.
func (w *World) Steps() int { return w.steps }

// Seen is the number of events of a kind since the beginning, where some
// property of the system reads that kind.
func (w *World) Seen(k spec.Kind) int { return w.seen[k] }

// Voided is the number of obligations of a property, by its number, that
// faults have voided since the beginning.
func (w *World) Voided(property int) int { return w.voided[property] }

// Broken is the set of properties that are violated, a bit for each.
func (w *World) Broken() uint32 { return w.sys.judges.states[w.rest[judged]].broken }

// Owing is the set of properties with open obligations, a bit for each.
func (w *World) Owing() uint32 { return w.sys.judges.states[w.rest[judged]].owing }

// receipt returns the input that delivering a packet is to its receiver.
func (sys *System) receipt(channel uint8, packet uint32) uint32 {
	row := sys.receipts[channel]
	if int(packet) < len(row) && row[packet] != 0 {
		return row[packet] - 1
	}
	sys.memo.learn()
	from, to := sys.ends(channel)
	in := sys.procs[to].input(input{kind: receipt, peer: from, data: sys.net.names[packet]})
	sys.receipts[channel] = remember(row, packet, in)
	return in
}

// confirmation returns the input that confirming a packet is to its sender.
func (sys *System) confirmation(channel uint8, packet uint32) uint32 {
	row := sys.confirmations[channel]
	if int(packet) < len(row) && row[packet] != 0 {
		return row[packet] - 1
	}
	sys.memo.learn()
	from, to := sys.ends(channel)
	in := sys.procs[from].input(input{kind: confirmation, peer: to, data: sys.net.names[packet]})
	sys.confirmations[channel] = remember(row, packet, in)
	return in
}

// Do makes an enabled move. An error is a *Failure of the link, after which
// the world must be Reset.
func (w *World) Do(m Move) error {
	w.steps++
	if w.witness != nil {
		w.witness.actions = append(w.witness.actions, w.Action(m))
	}
	if m.Kind() == Crash {
		w.rest[crashes]--
	}
	switch m.kind {
	case Send:
		if !w.repeated {
			w.next[m.place]++
		}
		return w.handle(w.handled(m))
	case Timeout, Crash:
		return w.handle(w.handled(m))
	case Recover:
		w.rest[recoveries]--
		return w.handle(w.handled(m))
	case Deliver:
		if w.sys.net.moves {
			w.change(m.place, w.sys.arrival(m.place), m.id)
		}
		return w.handle(w.handled(m))
	case Confirm:
		w.change(m.place, confirmed, m.id)
		return w.handle(w.handled(m))
	case Duplicate:
		w.rest[copies]--
		w.change(m.place, copied, m.id)
	case Corrupt:
		w.rest[corruptions]--
		w.intruded(m)
		if w.sys.net.moves {
			w.change(m.place, left, m.id)
		}
		return w.handle(w.handled(m))
	case Forge:
		w.rest[forgeries]--
		w.intruded(m)
		return w.handle(w.handled(m))
	case Cut, Heal:
		w.partitioned(m)
	case Drop:
		if w.sys.net.assumes.Network == spec.BagNetwork {
			w.rest[drops]--
		}
		w.change(m.place, left, m.id)
	}
	return nil
}

// handled returns the process that a move lets handle an input, and the input.
func (w *World) handled(m Move) (p int, in uint32) {
	p, in = int(m.place), m.id
	switch m.kind {
	case Deliver, Forge:
		p, in = p%w.sys.n, w.sys.receipt(m.place, m.id)
	case Corrupt:
		p, in = p%w.sys.n, w.sys.receipt(m.place, m.as)
	case Confirm:
		p, in = p/w.sys.n, w.sys.confirmation(m.place, m.id)
	}
	if m.cut > 0 {
		in = w.sys.procs[p].cutting(in, m.cut)
	}
	return p, in
}

// change lets something happen to a packet on a channel.
func (w *World) change(channel uint8, what change, packet uint32) {
	w.channels[channel] = w.sys.net.after(w.channels[channel], what, packet)
}

// arrival is what delivering a packet is to its channel.
func (sys *System) arrival(channel uint8) change {
	if from, _ := sys.ends(channel); sys.procs[from].confirmer {
		return reported
	}
	return left
}

// handle lets process p handle an input.
func (w *World) handle(p int, in uint32) error {
	if w.witness != nil {
		if err := w.witness.handle(w, p, in); err != nil {
			return err
		}
	}
	t, err := w.sys.procs[p].transition(w.locals[p], in)
	if err != nil {
		return err
	}
	w.locals[p] = t.next
	if w.fair != nil && w.fair.repeating {
		w.seeReady(p)
	}
	if w.captured != nil {
		w.captured.sends, w.captured.observed = t.sends, t.observed
		return nil
	}
	w.push(t.sends)
	w.observe(t.observed)
	return nil
}

func (w *World) push(sends []push) {
	for _, s := range sends {
		w.change(s.channel, sent, s.packet)
	}
	if w.fair != nil {
		w.fair.transmitted = append(w.fair.transmitted, sends...)
	}
}

func (w *World) observe(observed uint32) {
	if observed == 0 {
		return
	}
	if w.sys.voiding {
		for i, n := range w.sys.judges.voids(w.rest[judged], observed) {
			w.voided[i] += n
		}
	}
	w.rest[judged] = w.sys.judges.observe(w.rest[judged], observed)
	for _, c := range w.sys.judges.counts[observed] {
		w.seen[c.kind] += c.n
	}
}

// Action returns a move in readable form.
func (w *World) Action(m Move) Action {
	a := Action{Kind: m.kind, Crashes: m.cut > 0, After: max(0, int(m.cut)-1)}
	switch m.kind {
	case Send, Timeout, Recover, Crash:
		in := w.sys.procs[m.place].inputs[m.id]
		a.From, a.To, a.Message, a.Timer = spec.Process(m.place), in.peer, spec.Message(in.data), in.timer
	default:
		a.From, a.To = w.sys.ends(m.place)
	}
	switch m.kind {
	case Deliver, Confirm, Duplicate, Drop, Forge:
		a.Packet = impl.Packet(w.sys.net.names[m.id])
	case Corrupt:
		a.Packet, a.As = impl.Packet(w.sys.net.names[m.id]), impl.Packet(w.sys.net.names[m.as])
	}
	return a
}
