package world

import (
	"fmt"
	"slices"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// witness runs the real code of the link at every step of a World, twice and
// interleaved, beside the memo; it keeps the whole history.
type witness struct {
	number int // among those of the system, from 1

	transmitted map[push]string // the last packet of those alike; empty where the link has no Alike
	layers      []impl.Layer
	twins       []impl.Layer
	history     []spec.Event
	actions     []Action
}

// Witness returns a world that trusts no memo: each step runs the link's real
// code on two fresh instances, and a step at which they differ from each other
// or from what the system has learnt is a *Failure. Its History is complete.
func (sys *System) Witness(workload []Request) (*World, error) {
	w := sys.World(workload)
	sys.witnesses++
	w.witness = &witness{number: sys.witnesses, transmitted: map[push]string{}}
	for _, pr := range sys.procs {
		layer, err := pr.instance()
		if err != nil {
			return nil, err
		}
		twin, err := pr.instance()
		if err != nil {
			return nil, err
		}
		w.witness.layers = append(w.witness.layers, layer)
		w.witness.twins = append(w.witness.twins, twin)
		o, err := pr.twice(layer, twin, false, &local{}, pr.inputs[0], pr.inputs[0])
		if err != nil {
			return nil, err
		}
		w.witness.note(pr)
		events := pr.events(nil, pr.inputs[0], o, 0)
		known := sys.birth[len(w.witness.history):]
		if id, same := pr.ids[o.key]; !same || id != 0 || len(known) < len(events) || !slices.Equal(known[:len(events)], events) {
			return nil, &Failure{
				Process: pr.self, Event: pr.inputs[0].String(), Diverges: true,
				Text: "is not deterministic: it does not do what it did in the first instance",
			}
		}
		w.record(events)
	}
	return w, nil
}

// History returns all events so far; At counts actions. It is nil unless the
// world is a Witness.
func (w *World) History() []spec.Event {
	if w.witness == nil {
		return nil
	}
	return w.witness.history
}

// Actions returns all actions so far, those of a fair suffix too. It is nil
// unless the world is a Witness.
func (w *World) Actions() []Action {
	if w.witness == nil {
		return nil
	}
	return w.witness.actions
}

func (w *World) record(events []spec.Event) {
	for _, e := range events {
		e.At = int64(w.steps)
		w.witness.history = append(w.witness.history, e)
	}
}

// handle runs the real code and compares it with the memo.
func (wit *witness) handle(w *World, p int, in uint32) error {
	pr := w.sys.procs[p]
	id := w.locals[p]
	restored, err := wit.prepare(pr, id, in)
	if err != nil {
		return err
	}
	o, err := pr.twice(wit.layers[p], wit.twins[p], restored, &pr.locals[id], pr.inputs[in], wit.other(pr, pr.inputs[in]))
	if err != nil {
		return err
	}
	wit.note(pr)
	w.record(pr.events(nil, pr.inputs[in], o, pr.locals[id].held))
	row := pr.locals[id].row
	if int(in) >= len(row) || row[in] == 0 {
		wit.learn(pr, id, in, o)
		if pr.omitting(o) {
			return wit.omits(pr, id, in, o)
		}
		return nil
	}
	t := &pr.transitions[row[in]]
	next, known := pr.ids[o.key]
	events := pr.sys.observation(pr.events(nil, pr.inputs[in], o, pr.locals[id].held))
	if !known || next != t.next || t.observed != events || !slices.Equal(t.sends, pr.sends(o)) || pr.omitting(o) {
		return wit.omits(pr, id, in, o)
	}
	return nil
}

// answer is what a Witness saw: the effects of a transition, or the first visit
// of a state.
type answer struct {
	effects []impl.Effect
	witness int
}

// learn is remember, and keeps what a failure may have to show.
func (wit *witness) learn(pr *process, id, in uint32, o outcome) {
	states := len(pr.locals)
	pr.remember(id, in, o)
	pr.answers[pr.locals[id].row[in]] = answer{slices.Clone(o.effects), wit.number}
	if len(pr.locals) > states {
		pr.visits[uint32(states)] = wit.number
	}
}

// prepare makes the instances ready for an input: a process that recovers gets
// fresh ones. Where the link can restore the state, its twin is an instance that
// was just restored: a memo that was learnt from such instances is worth as much
// as they are.
func (wit *witness) prepare(pr *process, id, in uint32) (restored bool, err error) {
	if pr.inputs[in].kind == recovery {
		return false, wit.renew(pr)
	}
	if _, knows := impl.As[impl.Restorer](wit.twins[pr.self]); !knows {
		return false, nil
	}
	twin, err := pr.instance()
	if err != nil {
		return false, err
	}
	if restored, err = pr.restore(twin, &pr.locals[id]); restored {
		wit.twins[pr.self] = twin
	}
	return restored, err
}

// renew gives a process that recovers fresh instances.
func (wit *witness) renew(pr *process) (err error) {
	if wit.layers[pr.self], err = pr.instance(); err != nil {
		return err
	}
	wit.twins[pr.self], err = pr.instance()
	return err
}

// omitting reports whether the state that o leads to is known under the same
// key with another readiness or number of held messages.
func (pr *process) omitting(o outcome) bool {
	l := &pr.locals[pr.ids[o.key]]
	return l.ready != o.ready || l.held != o.held
}

// omits is the failure of a process that does not do in the state id what it did
// there before, or that comes to a state which was another one before.
func (wit *witness) omits(pr *process, id, in uint32, o outcome) error {
	f := &Failure{Process: pr.self, Event: pr.inputs[in].String(), Diverges: true}
	f.Text = "does not do what it did before from a state with the same key: AppendKey omits state (one promoted from an embedded layer counts too)"
	if _, keyed := impl.As[impl.Keyer](wit.layers[pr.self]); !keyed {
		f.Text = "does not do what it did before from the same state: it keeps state outside of its fields (in a global or a goroutine, or in memory that two instances, slices or pointers share)"
	}
	number := pr.locals[id].row[in]
	t, before := &pr.transitions[number], pr.answers[number]
	next := &pr.locals[t.next]
	f.Earlier = before.witness
	if next.key == o.key && (next.ready != o.ready || next.held != o.held) {
		f.Earlier = pr.visits[t.next]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the state, by its key: %s\n", brief(pr.locals[id].text()))
	fmt.Fprintf(&b, "before: %s; then key %s%s\n", effectsText(before.effects), brief(next.text()), pr.surroundings(next.ready, next.held))
	after := local{key: o.key, down: o.down, timers: make([]alarm, len(o.timers)), stable: o.stable}
	fmt.Fprintf(&b, "now:    %s; then key %s%s\n", effectsText(o.effects), brief(after.text()), pr.surroundings(o.ready, o.held))
	f.Details = b.String()
	return f
}

// text is the key of the layer; that of a process that is down is all there is.
func (l *local) text() string {
	if l.down {
		return l.key
	}
	return l.layerKey()
}

// maxBrief bounds the bytes of a key or text that a failure shows.
const maxBrief = 200

func brief(text string) string {
	if len(text) > maxBrief {
		return fmt.Sprintf("%q… (%d bytes)", text[:maxBrief], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// surroundings says what of a state is not in its key.
func (pr *process) surroundings(ready uint64, held int) string {
	text := ""
	for _, q := range impl.Peers(pr.self, pr.sys.n) {
		if ready>>q&1 == 0 {
			text += fmt.Sprintf(", not ready to send to %d", q)
		}
	}
	if held != 0 {
		text += fmt.Sprintf(", %d messages held", held)
	}
	return text
}

// maxEffectsShown bounds the effects that a failure lists.
const maxEffectsShown = 8

func effectsText(effects []impl.Effect) string {
	if len(effects) == 0 {
		return "no effects"
	}
	var list []string
	for i, e := range effects {
		if i == maxEffectsShown {
			list = append(list, fmt.Sprintf("and %d more", len(effects)-i))
			break
		}
		list = append(list, effectText(e))
	}
	return strings.Join(list, ", ")
}

// twice runs one handler call on two instances that have handled the same, or of
// which the twin was restored to what that led to. The twin's input differs
// where packets are alike.
func (pr *process) twice(layer, twin impl.Layer, restored bool, before *local, in, other input) (outcome, error) {
	second, err := pr.execute(twin, before, other)
	if err != nil {
		return second, err
	}
	effects := slices.Clone(second.effects)
	first, err := pr.execute(layer, before, in)
	if err != nil {
		return first, err
	}
	d := difference(first, second, effects)
	if d == "" {
		return first, nil
	}
	f := &Failure{Process: pr.self, Event: in.String(), Diverges: true, Details: differs(layer, twin)}
	f.Text = "is not deterministic: of two instances that handled the same events " + d
	switch {
	case in != other:
		f.Text = fmt.Sprintf("is not the same as handling %s, though Alike says so: of two instances %s", other, d)
	case restored:
		f.Text = "is not deterministic, or Restore brings back less than the state: of two instances, one of them restored, " + d
	}
	return first, f
}

// differs is a line that says in what two instances differ, "" where nothing
// shows.
func differs(layer, twin impl.Layer) string {
	if d := impl.Difference(layer, twin); d != "" {
		return "what differs: " + d + "\n"
	}
	return ""
}

// difference says how two outcomes differ, "" where they do not. The effects
// of the second are given apart.
func difference(first, second outcome, effects []impl.Effect) string {
	for i := range max(len(first.effects), len(effects)) {
		switch {
		case i >= len(first.effects):
			return fmt.Sprintf("one answers %s and the other nothing", effectText(effects[i]))
		case i >= len(effects):
			return fmt.Sprintf("one answers %s and the other nothing", effectText(first.effects[i]))
		case !sameEffect(first.effects[i], effects[i]):
			return fmt.Sprintf("one answers %s and the other %s", effectText(first.effects[i]), effectText(effects[i]))
		}
	}
	switch {
	case first.ready != second.ready:
		return "one is ready to send where the other is not"
	case first.held != second.held:
		return fmt.Sprintf("one holds %d messages and the other %d", first.held, second.held)
	case first.key != second.key:
		return "one has another key than the other"
	}
	return ""
}

// effectText spells an effect as the call that made it.
func effectText(e impl.Effect) string {
	switch e.Kind {
	case impl.Transmit:
		return fmt.Sprintf("Transmit(%d, %q)", e.Peer, string(e.Packet))
	case impl.Deliver:
		return fmt.Sprintf("Deliver(%d, %q)", e.Peer, string(e.Message))
	case impl.Confirm:
		return fmt.Sprintf("Confirm(%d, %q)", e.Peer, string(e.Message))
	case impl.SetTimer:
		return fmt.Sprintf("SetTimer(%d, %v, %v)", e.Timer, e.AtLeast, e.AtMost)
	case impl.CancelTimer:
		return fmt.Sprintf("CancelTimer(%d)", e.Timer)
	case impl.Store:
		return fmt.Sprintf("Store(%q)", e.Stable)
	}
	return fmt.Sprintf("Commit(%q, %v)", e.Stable, e.Deliveries)
}

func sameEffect(a, b impl.Effect) bool {
	return a.Kind == b.Kind && a.Peer == b.Peer && a.Packet == b.Packet && a.Message == b.Message && a.Timer == b.Timer &&
		a.AtLeast == b.AtLeast && a.AtMost == b.AtMost && string(a.Stable) == string(b.Stable) && slices.Equal(a.Deliveries, b.Deliveries)
}
