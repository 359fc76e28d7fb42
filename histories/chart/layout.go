package chart

import (
	"fmt"

	"fairloss/spec"
)

// diagram is a history laid out: what there is to draw, before it is known
// how. Time runs along the rows.
type diagram struct {
	processes int // at least 2
	rows      []row
}

// row is what happens at one process at one moment, or a line across all.
type row struct {
	step    int          // number of the step that begins here; noStep where it began above
	process spec.Process // where it happens; everywhere where rule is set
	label   label        // what the application, the clock or a crash does
	arrow   *arrow       // a packet that leaves or arrives
	rule    string       // a line across the diagram that says this
	mark    string       // points at the row above: this broke
}

const (
	noStep     = -1
	everywhere = spec.Process(-1)
)

// label is what stands beside a lifeline.
type label struct{ verb, payload string }

func (l label) String() string {
	if l.payload == "" {
		return l.verb
	}
	return l.verb + " " + l.payload
}

// arrow is a packet at one of its ends.
type arrow struct {
	from, to spec.Process
	arrives  bool // it is drawn across to the receiver; else it begins here
	number   int  // of the transmission; 0 where there was none
	step     int  // of the transmission
	packet   string
	fate     string // begins: "lost", "in flight" or ""
	note     string // arrives: "again", "late", "overtakes (1)", "corrupted" or ""
	forged   bool   // arrives: nobody sent it there
}

// layOut lays a history out. Events that name a process below 0 make it a
// diagram of more processes than can be drawn.
func layOut(events []spec.Event, opt Options) diagram {
	b := builder{opt: opt, quote: quoter(opt.width())}
	b.processes = max(2, opt.Processes)
	for _, e := range events {
		b.processes = max(b.processes, saturate(e.Process)+1, saturate(e.Peer)+1)
	}
	var fromAt bool
	b.steps, fromAt = number(events)
	b.traffic = follow(events, b.steps, opt.Live)
	b.timers = fromAt && b.traffic.out == spec.Transmit
	forever := false
	for i, e := range events {
		b.add(i, e, i == len(events)-1)
		forever = forever || e.Kind == spec.Forever
		if i == opt.Broken && e.Kind != spec.Forever {
			b.mark(e.Process)
		}
	}
	if forever && events[len(events)-1].Kind != spec.Forever {
		b.rows = append(b.rows, row{step: noStep, process: everywhere, rule: "and again, for ever"})
	}
	if b.brokenAtEnd(events) {
		b.mark(everywhere)
	}
	return b.diagram
}

// brokenAtEnd reports whether it is not one event that broke the property, but
// what repeats for ever, or that nothing more happens.
func (b *builder) brokenAtEnd(events []spec.Event) bool {
	i := b.opt.Broken
	switch {
	case i < 0:
		return b.opt.Live && b.opt.Note != ""
	case i < len(events):
		return events[i].Kind == spec.Forever
	}
	return true
}

// saturate maps processes that no diagram has to one that is too large.
func saturate(p spec.Process) int {
	if p < 0 || p > maxLanes {
		return maxLanes
	}
	return int(p)
}

// number gives each event the number of its step: its At, where these count
// steps, and else one for each thing that happens to a process.
func number(events []spec.Event) (steps []int, fromAt bool) {
	steps = make([]int, len(events))
	last := int64(0)
	fromAt = true
	for i, e := range events {
		fromAt = fromAt && e.At >= last && e.At < 10_000
		last, steps[i] = e.At, int(e.At)
	}
	if fromAt && last > 0 {
		return steps, true
	}
	step := 0
	for i, e := range events {
		effect := e.Kind == spec.Transmit || e.Kind == spec.Deliver || e.Kind == spec.Confirm || e.Kind == spec.Store || e.Kind == spec.Held
		intruded := i > 0 && intrudes(events[i-1].Kind)
		if i == 0 || !(effect || intruded) || e.Process != events[i-1].Process {
			step++
		}
		steps[i] = step
	}
	return steps, false
}

// intrudes reports whether an event says of the packet that is received next
// that it is not as it was sent.
func intrudes(k spec.Kind) bool { return k == spec.Corrupt || k == spec.Forge }

// builder lays out one event after the other.
type builder struct {
	diagram
	opt     Options
	quote   quoter
	steps   []int
	traffic traffic
	timers  bool // a transmission that begins a step is due to a timer
	last    int  // the step of the last event that was drawn
}

func (b *builder) mark(p spec.Process) {
	note := "broken here"
	if b.opt.Note != "" {
		note = b.quote.plain(b.opt.Note)
	}
	b.rows = append(b.rows, row{step: noStep, process: p, mark: note})
}

func (b *builder) add(i int, e spec.Event, last bool) {
	if e.Kind == spec.Forever {
		rule := "for ever:"
		if last {
			rule = "for ever: nothing more happens"
		}
		b.rows = append(b.rows, row{step: noStep, process: everywhere, rule: rule})
		return
	}
	if intrudes(e.Kind) && b.traffic.in == spec.Receive {
		return // it is drawn with the packet
	}
	r := row{step: noStep, process: e.Process}
	if len(b.rows) == 0 || b.steps[i] != b.last {
		r.step = b.steps[i]
	}
	b.last = b.steps[i]
	if e.Kind != spec.Transmit && e.Kind != spec.Receive {
		r.label = b.label(e)
	} else if b.timers && e.Kind == spec.Transmit && r.step > 0 {
		r.label = label{verb: "timeout"}
	}
	switch e.Kind {
	case b.traffic.out:
		r.arrow = b.departure(i, e)
	case b.traffic.in:
		r.arrow = b.arrival(i, e)
	}
	if !b.merge(r) {
		b.rows = append(b.rows, r)
	}
}

// merge adds r to the row above where that leaves the order clear: a packet
// after the event that it is due to, an indication after its packet.
func (b *builder) merge(r row) bool {
	if len(b.rows) == 0 || r.step != noStep {
		return false
	}
	above := &b.rows[len(b.rows)-1]
	if above.process != r.process || above.mark != "" {
		return false
	}
	switch {
	case r.label == label{} && r.arrow != nil && !r.arrow.arrives && above.arrow == nil:
		above.arrow = r.arrow
	case r.arrow == nil && above.label == label{} && above.arrow != nil && above.arrow.arrives:
		above.label = r.label
	default:
		return false
	}
	return true
}

// label names an event. What the application sees is in capitals, with the
// other process where it is not the only one and no arrow shows it.
func (b *builder) label(e spec.Event) label {
	verb := capitals[e.Kind]
	switch e.Kind {
	case spec.Send, spec.Confirm, spec.Accept, spec.Reject:
		if b.processes > 2 {
			verb += fmt.Sprintf(">%d", e.Peer)
		}
		return label{verb, b.quote.bytes(string(e.Message))}
	case spec.Deliver, spec.Store:
		if b.processes > maxLanes {
			verb += fmt.Sprintf("<%d", e.Peer)
		}
		return label{verb, b.quote.bytes(string(e.Message))}
	case spec.Held:
		return label{"holds", fmt.Sprint(e.Count)}
	case spec.Crash, spec.Recover:
		return label{verb: verb}
	case spec.Cut, spec.Heal:
		return label{verb: fmt.Sprintf("%s>%d", e.Kind, e.Peer)}
	}
	return label{verb: b.quote.plain(e.Kind.String())}
}

var capitals = map[spec.Kind]string{
	spec.Send: "SEND", spec.Deliver: "DELIVER", spec.Confirm: "CONFIRM", spec.Store: "STORE",
	spec.Accept: "ACCEPT", spec.Reject: "REJECT", spec.Crash: "CRASH", spec.Recover: "RECOVER",
}

// packet names what is drawn as an arrow, "" where the label names it.
func (b *builder) packet(e spec.Event) string {
	switch {
	case b.traffic.out == spec.Send:
		return ""
	case b.opt.Describe != nil:
		return b.quote.plain(b.opt.Describe(e.Packet))
	}
	return b.quote.bytes(e.Packet)
}

func (b *builder) departure(i int, e spec.Event) *arrow {
	n := b.traffic.sent[i]
	a := &arrow{from: e.Process, to: e.Peer, number: n.number, step: n.step, packet: b.packet(e)}
	switch {
	case n.received != never || n.recurs:
	case b.opt.Live:
		a.fate = "lost"
	default:
		a.fate = "in flight"
	}
	return a
}

func (b *builder) arrival(i int, e spec.Event) *arrow {
	a := &arrow{from: e.Peer, to: e.Process, arrives: true, packet: b.packet(e)}
	r := b.traffic.receipts[i]
	a.forged = r.intrusion == spec.Forge
	if r.of == nil {
		return a
	}
	a.number, a.step = r.of.number, r.of.step
	switch {
	case r.intrusion == spec.Corrupt:
		a.note = corrupted
	case r.again:
		a.note = "again"
	case r.late:
		a.note = "late"
	case r.overtaken > 0:
		a.note = fmt.Sprintf("overtakes (%d)", r.overtaken)
	}
	return a
}
