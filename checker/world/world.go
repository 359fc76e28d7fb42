package world

import (
	"encoding/binary"
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
	locals   []uint32 // local state of each process
	channels []uint32 // content of each channel, by from*n+to
	judged   uint32
	next     []int // of each process, the next request of its workload
	drops    int   // Bag: left in the budget
	copies   int   // Bag: left in the budget
	steps    int
	seen     [32]int // events that some monitor reads, by kind

	workload [][]pending // of each process
	fair     *fairRun    // within a fair suffix
	witness  *witness    // nil where the memo is trusted
}

// pending is a request in compact form.
type pending struct {
	to spec.Process
	in uint32
}

// World returns a world in which the application will send the requests, each
// process its own in the given order.
func (sys *System) World(workload []Request) *World {
	w := &World{
		sys: sys, locals: make([]uint32, sys.n), channels: make([]uint32, sys.n*sys.n),
		next: make([]int, sys.n), workload: make([][]pending, sys.n),
	}
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
	clear(w.locals)
	clear(w.channels)
	clear(w.next)
	clear(w.seen[:])
	w.judged, w.steps, w.fair = 0, 0, nil
	w.drops, w.copies = w.sys.link.Assumes.Drops, w.sys.link.Assumes.Duplicates
	for p := range w.workload {
		w.workload[p] = w.workload[p][:0]
	}
	for _, r := range workload {
		if !w.sys.isChannel(r.From, r.To) {
			panic(fmt.Sprintf("world: request %d>%d in a world of %d processes", r.From, r.To, w.sys.n))
		}
		in := w.sys.procs[r.From].input(input{kind: request, peer: r.To, data: string(r.Message)})
		w.workload[r.From] = append(w.workload[r.From], pending{r.To, in})
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

// Broken is the set of properties that are violated, a bit for each.
func (w *World) Broken() uint32 { return w.sys.judges.states[w.judged].broken }

// Owing is the set of properties with open obligations, a bit for each.
func (w *World) Owing() uint32 { return w.sys.judges.states[w.judged].owing }

// Enabled appends the enabled actions to moves, in a fixed order that depends
// on the state only: benign first, then by process or channel, then by content.
func (w *World) Enabled(moves []Move) []Move {
	for p := range w.sys.procs {
		if n := w.next[p]; n < len(w.workload[p]) && w.ready(p, w.workload[p][n].to) {
			moves = append(moves, Move{Send, uint8(p), w.workload[p][n].in})
		}
	}
	fifo := w.sys.net.assumes.Network == spec.FIFONetwork
	for c, content := range w.channels {
		packets := w.sys.net.contents[content].packets
		for i, id := range packets {
			if i == 0 || !fifo && id != packets[i-1] {
				moves = append(moves, Move{Deliver, uint8(c), id})
			}
		}
	}
	for p := range w.sys.procs {
		for _, a := range w.local(p).timers {
			moves = append(moves, Move{Timeout, uint8(p), a.in})
		}
	}
	switch w.sys.net.assumes.Network {
	case spec.BagNetwork:
		if w.copies > 0 {
			moves = w.packetMoves(moves, Duplicate)
		}
		if w.drops > 0 {
			moves = w.packetMoves(moves, Drop)
		}
	case spec.LossySetNetwork, spec.FIFONetwork:
		moves = w.packetMoves(moves, Drop)
	}
	return moves
}

// packetMoves appends a move of the kind for each packet that can leave its
// channel: every one, or the oldest on FIFO.
func (w *World) packetMoves(moves []Move, kind ActionKind) []Move {
	for c, content := range w.channels {
		packets := w.sys.net.contents[content].packets
		if w.sys.net.assumes.Network == spec.FIFONetwork && len(packets) > 1 {
			packets = packets[:1]
		}
		for i, id := range packets {
			if kind == Duplicate && len(w.sys.net.contents[content].packets) == w.sys.net.assumes.Cap() {
				break
			}
			if i == 0 || id != packets[i-1] {
				moves = append(moves, Move{kind, uint8(c), id})
			}
		}
	}
	return moves
}

// local is the state of process p. It is valid until the next move.
func (w *World) local(p int) *local { return &w.sys.procs[p].locals[w.locals[p]] }

func (w *World) ready(p int, to spec.Process) bool { return w.local(p).ready>>to&1 == 1 }

// receipt returns the input that delivering a packet is.
func (sys *System) receipt(channel uint8, packet uint32) uint32 {
	for int(channel) >= len(sys.receipts) {
		sys.receipts = append(sys.receipts, nil)
	}
	row := sys.receipts[channel]
	if int(packet) < len(row) && row[packet] != 0 {
		return row[packet] - 1
	}
	from, to := sys.ends(channel)
	in := sys.procs[to].input(input{kind: receipt, peer: from, data: sys.net.names[packet]})
	sys.receipts[channel] = remember(row, packet, in)
	return in
}

// Do makes an enabled move. An error is a *Failure of the link, after which
// the world must be Reset.
func (w *World) Do(m Move) error {
	w.steps++
	if w.witness != nil {
		w.witness.actions = append(w.witness.actions, w.Action(m))
	}
	switch m.kind {
	case Send:
		w.next[m.place]++
		return w.handle(int(m.place), m.id)
	case Timeout:
		return w.handle(int(m.place), m.id)
	case Deliver:
		if w.sys.net.consumes() {
			w.channels[m.place] = w.sys.net.remove(w.channels[m.place], m.id)
		}
		return w.handle(int(m.place)%w.sys.n, w.sys.receipt(m.place, m.id))
	case Duplicate:
		w.copies--
		w.channels[m.place] = w.sys.net.add(w.channels[m.place], m.id)
	case Drop:
		if w.sys.net.assumes.Network == spec.BagNetwork {
			w.drops--
		}
		w.channels[m.place] = w.sys.net.remove(w.channels[m.place], m.id)
	}
	return nil
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
	w.push(t.sends)
	w.observe(t.observed)
	return nil
}

func (w *World) push(sends []push) {
	for _, s := range sends {
		w.channels[s.channel] = w.sys.net.add(w.channels[s.channel], s.packet)
	}
	if w.fair != nil {
		w.fair.transmitted = append(w.fair.transmitted, sends...)
	}
}

func (w *World) observe(observed uint32) {
	if observed == 0 {
		return
	}
	w.judged = w.sys.judges.observe(w.judged, observed)
	for _, c := range w.sys.judges.counts[observed] {
		w.seen[c.kind] += c.n
	}
}

// Action returns a move in readable form.
func (w *World) Action(m Move) Action {
	if m.kind == Send || m.kind == Timeout {
		in := w.sys.procs[m.place].inputs[m.id]
		return Action{Kind: m.kind, From: spec.Process(m.place), To: in.peer, Message: spec.Message(in.data), Timer: in.timer}
	}
	from, to := w.sys.ends(m.place)
	return Action{Kind: m.kind, From: from, To: to, Packet: impl.Packet(w.sys.net.names[m.id])}
}

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
	id, known := w.sys.net.ids[string(a.Packet)]
	packets := w.sys.net.contents[w.channels[c]].packets
	i := slices.Index(packets, id)
	if !known || i < 0 {
		return Move{}, fmt.Errorf("not enabled: the packet %q is not in flight from %d to %d", string(a.Packet), a.From, a.To)
	}
	m := Move{a.Kind, c, id}
	return m, w.allowed(m, i, len(packets))
}

func (w *World) timeout(a Action) (Move, error) {
	if a.From < 0 || int(a.From) >= w.sys.n {
		return Move{}, fmt.Errorf("not enabled: there is no process %d among %d", a.From, w.sys.n)
	}
	for _, armed := range w.local(int(a.From)).timers {
		if armed.timer == a.Timer {
			return Move{Timeout, uint8(a.From), armed.in}, nil
		}
	}
	return Move{}, fmt.Errorf("not enabled: timer %d of process %d is not armed", a.Timer, a.From)
}

// allowed says why the network model does not allow a move of the packet at
// position i of its channel.
func (w *World) allowed(m Move, i, length int) error {
	model := w.sys.net.assumes.Network
	switch {
	case model == spec.FIFONetwork && i > 0:
		return fmt.Errorf("not enabled: on a fifo network only the oldest packet can move")
	case m.kind == Drop && model == spec.SetNetwork:
		return fmt.Errorf("not enabled: on a set network a packet is lost by not delivering it")
	case m.kind == Drop && model == spec.BagNetwork && w.drops == 0:
		return fmt.Errorf("not enabled: the budget of drops is spent")
	case m.kind == Duplicate && model != spec.BagNetwork:
		return fmt.Errorf("not enabled: on a %s network there is no duplicate action", model)
	case m.kind == Duplicate && (w.copies == 0 || length == w.sys.net.assumes.Cap()):
		return fmt.Errorf("not enabled: the budget of duplicates is spent, or the channel is full")
	}
	return nil
}

// AppendKey appends the state to b. Worlds of one System in equal states have
// equal keys of equal length; the keys mean nothing to another System.
func (w *World) AppendKey(b []byte) []byte {
	b = w.appendPlaces(b)
	b = binary.LittleEndian.AppendUint32(b, w.judged)
	for p := range w.next {
		b = binary.LittleEndian.AppendUint16(b, uint16(w.next[p]))
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(w.drops))
	return binary.LittleEndian.AppendUint16(b, uint16(w.copies))
}

// appendPlaces appends the state of processes and network.
func (w *World) appendPlaces(b []byte) []byte {
	for _, id := range w.locals {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	for _, id := range w.channels {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return b
}
