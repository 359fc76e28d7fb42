package world_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// oracle is a world written straight from the definitions: it remembers
// nothing, numbers nothing, and keeps everything in plain lists.
type oracle struct {
	link       impl.Link
	n          int
	properties []spec.Property
	monitors   []spec.Monitor // nil once broken
	layers     []impl.Layer
	timers     [][]impl.TimerID // of each process, ascending
	stable     [][]byte
	held       []int
	workload   [][]world.Request // of each process, what is left
	channels   [][]string        // from*n+to: the packets that can be delivered
	owed       [][]string        // those that must be
	unreported [][]string        // those that were, and are to be confirmed
	drops      int
	copies     int
	crashes    int
	recoveries int
	budget     spec.Assumptions // what is left of cuts, corruptions and forgeries
	severed    []bool           // from*n+to
	past       [][]handler      // of each process, since its start or its last recovery
	steps      int
	history    []spec.Event
}

// handler is one call of a layer's handler.
type handler func(impl.Layer, *impl.Effects)

func newOracle(link impl.Link, properties []spec.Property, workload []world.Request) *oracle {
	n := link.Size()
	o := &oracle{
		link: link, n: n, properties: properties, timers: make([][]impl.TimerID, n), held: make([]int, n),
		stable: make([][]byte, n), workload: make([][]world.Request, n), channels: make([][]string, n*n),
		owed: make([][]string, n*n), unreported: make([][]string, n*n),
		drops: link.Assumes.Drops, copies: link.Assumes.Duplicates,
		crashes: link.Assumes.Crashes, recoveries: link.Assumes.Recoveries, budget: link.Assumes, severed: make([]bool, n*n), past: make([][]handler, n),
	}
	for _, r := range workload {
		o.workload[r.From] = append(o.workload[r.From], r)
	}
	for _, p := range properties {
		o.monitors = append(o.monitors, p.New())
	}
	for p := range spec.Process(n) {
		o.layers = append(o.layers, link.New(p, impl.Peers(p, n)))
		o.handle(p, world.Action{}, nil, func(l impl.Layer, out *impl.Effects) { l.Init(out) })
	}
	return o
}

// handle runs one handler of process p, whose call is itself the first event,
// as far as the action says.
func (o *oracle) handle(p spec.Process, a world.Action, call []spec.Event, run handler) {
	for _, e := range call {
		o.observe(e)
	}
	var out impl.Effects
	run(o.layers[p], &out)
	o.past[p] = append(o.past[p], run)
	effects := out.List()
	if a.Crashes {
		effects = effects[:a.After]
	}
	for _, e := range effects {
		o.effect(p, e)
	}
	switch {
	case a.Crashes:
		o.crash(p)
		return
	case o.link.Assumes.Crashes > 0 && len(call) > 0 && call[0].Kind == spec.Send:
		o.observe(spec.Event{Kind: spec.Accept, Process: p, Peer: call[0].Peer, Message: call[0].Message})
	}
	if h, ok := impl.As[impl.Holder](o.layers[p]); ok && h.Held() != o.held[p] {
		o.held[p] = h.Held()
		o.observe(spec.Event{Kind: spec.Held, Process: p, Count: o.held[p]})
	}
}

// crash takes everything from a process but its stable value.
func (o *oracle) crash(p spec.Process) {
	o.crashes--
	o.layers[p], o.timers[p], o.past[p] = nil, nil, nil
	o.held[p] = 0
	o.observe(spec.Event{Kind: spec.Crash, Process: p})
}

// instance makes an instance in the state of process p, by doing all again.
func (o *oracle) instance(p spec.Process) impl.Layer {
	l := o.link.New(p, impl.Peers(p, o.n))
	for _, run := range o.past[p] {
		run(l, &impl.Effects{})
	}
	return l
}

func (o *oracle) effect(p spec.Process, e impl.Effect) {
	disarmed := slices.DeleteFunc(slices.Clone(o.timers[p]), func(t impl.TimerID) bool { return t == e.Timer })
	switch e.Kind {
	case impl.Transmit:
		c := int(p)*o.n + int(e.Peer)
		o.transmit(c, string(e.Packet))
		o.owed[c] = append(o.owed[c], string(e.Packet))
		o.observe(spec.Event{Kind: spec.Transmit, Process: p, Peer: e.Peer, Packet: string(e.Packet)})
	case impl.Deliver:
		o.observe(spec.Event{Kind: spec.Deliver, Process: p, Peer: e.Peer, Message: e.Message})
	case impl.Confirm:
		o.observe(spec.Event{Kind: spec.Confirm, Process: p, Peer: e.Peer, Message: e.Message})
	case impl.SetTimer:
		o.timers[p] = append(disarmed, e.Timer)
		slices.Sort(o.timers[p])
	case impl.CancelTimer:
		o.timers[p] = disarmed
	case impl.Store:
		o.stable[p] = e.Stable
	case impl.Commit:
		o.stable[p] = e.Stable
		for _, d := range e.Deliveries {
			o.observe(spec.Event{Kind: spec.Store, Process: p, Peer: d.From, Message: d.Message})
			o.observe(spec.Event{Kind: spec.Deliver, Process: p, Peer: d.From, Message: d.Message})
		}
	}
}

// transmit puts a packet into a channel. What is no queue is kept sorted.
func (o *oracle) transmit(channel int, packet string) {
	list := &o.channels[channel]
	switch o.link.Assumes.Network {
	case spec.FIFONetwork:
		if len(*list) < o.link.Assumes.Cap() {
			*list = append(*list, packet)
		}
		return
	case spec.FIFOPerfectNetwork:
		*list = append(*list, packet)
		return
	case spec.FIFOAtLeastOnceNetwork:
		return // what is owed is kept apart
	case spec.PerfectNetwork:
		*list = append(*list, packet)
	case spec.BagNetwork:
		if len(*list) < o.link.Assumes.Cap() {
			*list = append(*list, packet)
		}
	default:
		if !slices.Contains(*list, packet) {
			*list = append(*list, packet)
		}
	}
	slices.Sort(*list)
}

func (o *oracle) observe(e spec.Event) {
	for i, p := range o.properties {
		if o.monitors[i] != nil && p.Reads.Has(e.Kind) && o.monitors[i].Observe(e) != "" {
			o.monitors[i] = nil
		}
	}
	e.At = int64(o.steps)
	o.history = append(o.history, e)
}

// enabled returns what can happen, benign first.
func (o *oracle) enabled() []world.Action {
	var list []world.Action
	for p, left := range o.workload {
		if len(left) > 0 && o.ready(p, left[0].To) && !o.waits(spec.Process(p)) {
			list = append(list, world.Action{Kind: world.Send, From: left[0].From, To: left[0].To, Message: left[0].Message})
		}
	}
	for _, a := range o.packets(world.Deliver, o.deliverable()) {
		if !o.waits(a.To) && len(o.unreported[int(a.From)*o.n+int(a.To)]) < o.link.Assumes.Cap() {
			list = append(list, a)
		}
	}
	for _, a := range o.packets(world.Confirm, o.unreported) {
		if !o.waits(a.From) {
			list = append(list, a)
		}
	}
	for p, timers := range o.timers {
		for _, t := range timers {
			if o.waits(spec.Process(p)) {
				continue
			}
			list = append(list, world.Action{Kind: world.Timeout, From: spec.Process(p), Timer: t})
		}
	}
	for p, l := range o.layers {
		if l == nil && o.recoveries > 0 {
			list = append(list, world.Action{Kind: world.Recover, From: spec.Process(p)})
		}
	}
	handlers := slices.Clone(list)
	list = append(list, o.directions(world.Heal)...)
	network := o.link.Assumes.Network
	if (network == spec.BagNetwork || queue(network)) && o.copies > 0 {
		list = append(list, o.packets(world.Duplicate, o.channels)...)
	}
	if network == spec.LossySetNetwork || network == spec.FIFONetwork || network == spec.BagNetwork && o.drops > 0 {
		list = append(list, o.packets(world.Drop, o.channels)...)
	}
	if o.budget.Corruptions > 0 {
		for _, a := range o.packets(world.Deliver, o.deliverable()) {
			for _, as := range changed(string(a.Packet)) {
				list = append(list, world.Action{Kind: world.Corrupt, From: a.From, To: a.To, Packet: a.Packet, As: impl.Packet(as)})
			}
		}
	}
	if o.budget.Forgeries > 0 {
		list = append(list, o.forgeries()...)
	}
	if o.budget.Cuts > 0 {
		list = append(list, o.directions(world.Cut)...)
	}
	if o.crashes > 0 {
		list = append(list, o.crashing(handlers)...)
	}
	return list
}

// directions returns a Cut of each direction that is whole, or a Heal of each
// that is cut.
func (o *oracle) directions(kind world.ActionKind) []world.Action {
	var list []world.Action
	for c, cut := range o.severed {
		if from, to := spec.Process(c/o.n), spec.Process(c%o.n); from != to && cut == (kind == world.Heal) {
			list = append(list, world.Action{Kind: kind, From: from, To: to})
		}
	}
	return list
}

// forgeries returns, for each direction that is open, each packet that is not
// in flight there but in flight elsewhere, a change of one in flight, or what
// the link says that can be made of one.
func (o *oracle) forgeries() []world.Action {
	var list []world.Action
	for c := range o.channels {
		if c/o.n == c%o.n || o.severed[c] || o.layers[c%o.n] == nil {
			continue
		}
		done := slices.Clone(o.channels[c])
		for from, packets := range o.channels {
			for _, p := range packets {
				candidates := []string{p}
				if from == c {
					candidates = changed(p)
					if f, ok := impl.As[impl.Forger](o.link.New(0, impl.Peers(0, o.n))); ok {
						for _, q := range f.Forge(impl.Packet(p)) {
							candidates = append(candidates, string(q))
						}
					}
				}
				for _, q := range candidates {
					if !slices.Contains(done, q) {
						done = append(done, q)
						list = append(list, world.Action{Kind: world.Forge, From: spec.Process(c / o.n), To: spec.Process(c % o.n), Packet: impl.Packet(q)})
					}
				}
			}
		}
	}
	return list
}

// changed is what can become of a short packet: a bit flipped, the end cut off,
// two words swapped.
func changed(p string) []string {
	var list []string
	for i := range len(p) {
		for bit := range 8 {
			if len(p) <= 4 || bit == 0 {
				list = append(list, p[:i]+string([]byte{p[i] ^ 1<<bit})+p[i+1:])
			}
		}
	}
	for n := range len(p) {
		if len(p) <= 8 || n == 0 || n == len(p)/2 || n == len(p)-1 {
			list = append(list, p[:n])
		}
	}
	for i := 0; i+4 <= len(p); i += 2 {
		list = append(list, p[:i]+p[i+2:i+4]+p[i:i+2]+p[i+4:])
	}
	var once []string
	for _, v := range list {
		if v != p && !slices.Contains(once, v) {
			once = append(once, v)
		}
	}
	return once
}

// crashing returns the crashes between two events, then those within each of
// the handlers.
func (o *oracle) crashing(handlers []world.Action) []world.Action {
	var list []world.Action
	for p, l := range o.layers {
		if l != nil {
			list = append(list, world.Action{Kind: world.Crash, From: spec.Process(p)})
		}
	}
	for _, a := range handlers {
		p := a.From
		if a.Kind == world.Deliver {
			p = a.To
		}
		var out impl.Effects
		o.handler(a)(o.instance(p), &out)
		for after := range out.List() {
			a.Crashes, a.After = true, after
			list = append(list, a)
		}
	}
	return list
}

// handler is the handler that an action calls.
func (o *oracle) handler(a world.Action) handler {
	switch a.Kind {
	case world.Send:
		return func(l impl.Layer, out *impl.Effects) { l.Send(a.To, a.Message, out) }
	case world.Deliver:
		return func(l impl.Layer, out *impl.Effects) { l.Receive(a.From, a.Packet, out) }
	case world.Corrupt:
		return func(l impl.Layer, out *impl.Effects) { l.Receive(a.From, a.As, out) }
	case world.Forge:
		return func(l impl.Layer, out *impl.Effects) { l.Receive(a.From, a.Packet, out) }
	case world.Confirm:
		return func(l impl.Layer, out *impl.Effects) { l.(impl.Confirmer).Confirmed(a.To, a.Packet, out) }
	case world.Timeout:
		return func(l impl.Layer, out *impl.Effects) { l.Timeout(a.Timer, out) }
	}
	stable := o.stable[a.From]
	return func(l impl.Layer, out *impl.Effects) {
		if r, ok := impl.As[impl.Recoverer](l); ok && stable != nil {
			r.Recover(slices.Clone(stable), out)
			return
		}
		l.Init(out)
	}
}

// deliverable returns what each channel can deliver or, of a queue, begins with.
func (o *oracle) deliverable() [][]string {
	if o.link.Assumes.Network != spec.FIFOAtLeastOnceNetwork {
		return o.channels
	}
	lists := make([][]string, len(o.channels))
	for c, delivered := range o.channels {
		lists[c] = slices.Concat(delivered, o.owed[c][:min(1, len(o.owed[c]))])
		slices.Sort(lists[c])
	}
	return lists
}

func queue(n spec.Network) bool { return n == spec.FIFONetwork || n == spec.FIFOPerfectNetwork }

// confirming reports whether the network loses nothing and confirms.
func (o *oracle) confirming() bool {
	n := o.link.Assumes.Network
	return n == spec.AtLeastOnceNetwork || n == spec.FIFOAtLeastOnceNetwork || n == spec.PerfectNetwork || n == spec.FIFOPerfectNetwork
}

// waits reports whether too much of what p sent to those that are up is still
// to be delivered.
func (o *oracle) waits(p spec.Process) bool {
	for q := range o.n {
		if o.confirming() && o.layers[q] != nil && len(o.owed[int(p)*o.n+q]) >= o.link.Assumes.Cap() {
			return true
		}
	}
	return false
}

func (o *oracle) ready(p int, to spec.Process) bool {
	if o.layers[p] == nil {
		return false
	}
	r, ok := impl.As[impl.Readier](o.layers[p])
	return !ok || r.Ready(to)
}

// packets returns an action of the kind for each packet of the lists that it
// can befall: equal ones count once, of a queue only the oldest can move.
func (o *oracle) packets(kind world.ActionKind, lists [][]string) []world.Action {
	var list []world.Action
	for c, packets := range lists {
		if kind == world.Deliver && (o.severed[c] || o.layers[c%o.n] == nil) || kind == world.Confirm && o.layers[c/o.n] == nil {
			continue
		}
		if kind == world.Duplicate && len(packets) >= o.link.Assumes.Cap() {
			continue
		}
		if queue(o.link.Assumes.Network) && kind != world.Confirm {
			packets = packets[:min(1, len(packets))]
		}
		for _, p := range slices.Compact(slices.Clone(packets)) {
			list = append(list, world.Action{Kind: kind, From: spec.Process(c / o.n), To: spec.Process(c % o.n), Packet: impl.Packet(p)})
		}
	}
	return list
}

// do makes an enabled action.
func (o *oracle) do(a world.Action) {
	o.steps++
	c := int(a.From)*o.n + int(a.To)
	switch a.Kind {
	case world.Send:
		o.workload[a.From] = o.workload[a.From][1:]
		o.handle(a.From, a, []spec.Event{{Kind: spec.Send, Process: a.From, Peer: a.To, Message: a.Message}}, o.handler(a))
	case world.Deliver:
		switch o.link.Assumes.Network {
		case spec.BagNetwork, spec.FIFONetwork, spec.PerfectNetwork, spec.FIFOPerfectNetwork:
			remove(&o.channels[c], string(a.Packet))
		}
		if o.link.Assumes.Network == spec.FIFOAtLeastOnceNetwork && !slices.Contains(o.channels[c], string(a.Packet)) {
			o.channels[c] = append(o.channels[c], string(a.Packet))
			slices.Sort(o.channels[c])
		}
		_, confirmer := impl.As[impl.Confirmer](o.link.New(a.From, impl.Peers(a.From, o.n)))
		if o.owing(c, string(a.Packet)) && remove(&o.owed[c], string(a.Packet)) && confirmer && o.confirming() {
			o.unreported[c] = append(o.unreported[c], string(a.Packet))
			slices.Sort(o.unreported[c])
		}
		o.handle(a.To, a, []spec.Event{{Kind: spec.Receive, Process: a.To, Peer: a.From, Packet: string(a.Packet)}}, o.handler(a))
	case world.Confirm:
		remove(&o.unreported[c], string(a.Packet))
		o.handle(a.From, a, nil, o.handler(a))
	case world.Timeout:
		o.timers[a.From] = slices.DeleteFunc(o.timers[a.From], func(t impl.TimerID) bool { return t == a.Timer })
		o.handle(a.From, a, nil, o.handler(a))
	case world.Recover:
		o.recoveries--
		o.layers[a.From] = o.link.New(a.From, impl.Peers(a.From, o.n))
		o.handle(a.From, a, []spec.Event{{Kind: spec.Recover, Process: a.From}}, o.handler(a))
	case world.Crash:
		o.crash(a.From)
	case world.Cut, world.Heal:
		kind := spec.Heal
		if a.Kind == world.Cut {
			kind = spec.Cut
			o.budget.Cuts--
		}
		o.severed[c] = a.Kind == world.Cut
		o.observe(spec.Event{Kind: kind, Process: a.From, Peer: a.To})
	case world.Corrupt:
		o.budget.Corruptions--
		if n := o.link.Assumes.Network; n == spec.BagNetwork || n == spec.FIFONetwork {
			remove(&o.channels[c], string(a.Packet))
		}
		o.observe(spec.Event{Kind: spec.Corrupt, Process: a.To, Peer: a.From, Packet: string(a.Packet)})
		o.handle(a.To, a, []spec.Event{{Kind: spec.Receive, Process: a.To, Peer: a.From, Packet: string(a.As)}}, o.handler(a))
	case world.Forge:
		o.budget.Forgeries--
		o.observe(spec.Event{Kind: spec.Forge, Process: a.To, Peer: a.From})
		o.handle(a.To, a, []spec.Event{{Kind: spec.Receive, Process: a.To, Peer: a.From, Packet: string(a.Packet)}}, o.handler(a))
	case world.Duplicate:
		o.copies--
		if queue(o.link.Assumes.Network) {
			o.channels[c] = slices.Insert(o.channels[c], 1, string(a.Packet))
		} else {
			o.transmit(c, string(a.Packet))
		}
	case world.Drop:
		if o.link.Assumes.Network == spec.BagNetwork {
			o.drops--
		}
		remove(&o.channels[c], string(a.Packet))
	}
}

// owing reports whether to deliver the packet now is what was owed.
func (o *oracle) owing(c int, packet string) bool {
	return o.link.Assumes.Network != spec.FIFOAtLeastOnceNetwork || len(o.owed[c]) > 0 && o.owed[c][0] == packet
}

// remove takes the first such packet out of a list, if there is one.
func remove(list *[]string, packet string) bool {
	i := slices.Index(*list, packet)
	if i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	return i >= 0
}

// masks returns the broken and the owing properties, a bit for each.
func (o *oracle) masks() (broken, owing uint32) {
	for i, m := range o.monitors {
		switch {
		case m == nil:
			broken |= 1 << i
		case len(m.Owed()) > 0:
			owing |= 1 << i
		}
	}
	return broken, owing
}

// state is the whole state, spelled out. What is left of the workload is in it
// by length: it is only compared between worlds with the same workload.
func (o *oracle) state(t *testing.T) string {
	var b []byte
	part := func(p []byte) { b = append(binary.AppendUvarint(b, uint64(len(p))), p...) }
	for p, l := range o.layers {
		if l == nil {
			part([]byte("down"))
		} else if key, err := impl.Key(l); err != nil {
			t.Fatal(err)
		} else {
			part(append([]byte("up "), key...))
		}
		part(fmt.Appendf(nil, "%v %q %v %d", o.timers[p], o.stable[p], o.stable[p] == nil, len(o.workload[p])))
	}
	for c := range o.channels {
		part(fmt.Appendf(nil, "%q", o.channels[c]))
		if o.confirming() {
			owed := slices.Clone(o.owed[c])
			if !o.link.Assumes.Network.Orders() {
				slices.Sort(owed)
			}
			part(fmt.Appendf(nil, "%q %q", owed, o.unreported[c]))
		}
	}
	for _, m := range o.monitors {
		if m == nil {
			part([]byte("broken"))
		} else {
			part(m.AppendKey([]byte{0}))
		}
	}
	part(fmt.Append(nil, o.drops, o.copies, o.crashes, o.recoveries, o.budget, o.severed))
	return string(b)
}

// difference says at which step a world shows something else than the oracle,
// "" where it does not.
func (o *oracle) difference(w *world.World) string {
	var want, got []string
	for _, a := range o.enabled() {
		want = append(want, a.String())
	}
	for _, m := range w.Enabled(nil) {
		got = append(got, w.Action(m).String())
	}
	if !slices.Equal(want, got) {
		return fmt.Sprintf("after step %d the oracle enables\n\t%s\nthe world\n\t%s", o.steps, strings.Join(want, "\n\t"), strings.Join(got, "\n\t"))
	}
	if broken, owing := o.masks(); broken != w.Broken() || owing != w.Owing() {
		return fmt.Sprintf("after step %d the oracle has %b broken, %b owing, the world %b, %b", o.steps, broken, owing, w.Broken(), w.Owing())
	}
	if history := w.History(); history != nil && !slices.Equal(o.history, history) {
		return fmt.Sprintf("after step %d the history of the oracle is\n\t%v\nof the world\n\t%v", o.steps, o.history, history)
	}
	if o.steps != w.Steps() {
		return fmt.Sprintf("the oracle has made %d steps, the world %d", o.steps, w.Steps())
	}
	return ""
}
