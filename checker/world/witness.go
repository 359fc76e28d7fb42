package world

import (
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// witness runs the real code of the link at every step of a World, twice and
// interleaved, beside the memo; it keeps the whole history.
type witness struct {
	layers  []impl.Layer
	twins   []impl.Layer
	history []spec.Event
	actions []Action
}

// Witness returns a world that trusts no memo: each step runs the link's real
// code on two fresh instances, and a step at which they differ from each other
// or from what the system has learnt is a *Failure. Its History is complete.
func (sys *System) Witness(workload []Request) (*World, error) {
	w := sys.World(workload)
	w.witness = &witness{}
	for p, pr := range sys.procs {
		self := spec.Process(p)
		peers := impl.Peers(self, sys.n)
		layer, twin := sys.link.New(self, slices.Clone(peers)), sys.link.New(self, slices.Clone(peers))
		w.witness.layers = append(w.witness.layers, layer)
		w.witness.twins = append(w.witness.twins, twin)
		o, err := pr.twice(layer, twin, &local{}, pr.inputs[0])
		if err != nil {
			return nil, err
		}
		if pr.ids[o.key] != 0 {
			return nil, pr.omits(pr.inputs[0])
		}
		w.record(pr.events(nil, pr.inputs[0], o, 0))
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
	o, err := pr.twice(wit.layers[p], wit.twins[p], &pr.locals[id], pr.inputs[in])
	if err != nil {
		return err
	}
	w.record(pr.events(nil, pr.inputs[in], o, pr.locals[id].held))
	row := pr.locals[id].row
	if int(in) >= len(row) || row[in] == 0 {
		pr.remember(id, in, o)
		if pr.omitting(o) {
			return pr.omits(pr.inputs[in])
		}
		return nil
	}
	t := &pr.transitions[row[in]]
	next, known := pr.ids[o.key]
	events := pr.sys.observation(pr.events(nil, pr.inputs[in], o, pr.locals[id].held))
	if !known || next != t.next || t.observed != events || !slices.Equal(t.sends, pr.sends(o)) || pr.omitting(o) {
		return pr.omits(pr.inputs[in])
	}
	return nil
}

// omitting reports whether the state that o leads to is known under the same
// key with another readiness or number of held messages.
func (pr *process) omitting(o outcome) bool {
	l := &pr.locals[pr.ids[o.key]]
	return l.ready != o.ready || l.held != o.held
}

func (pr *process) omits(in input) error {
	return &Failure{pr.self, in.String(), "does not do what it did before from a state with the same key: AppendKey omits state"}
}

// twice runs one handler call on two instances that have handled the same.
func (pr *process) twice(layer, twin impl.Layer, before *local, in input) (outcome, error) {
	second, err := pr.execute(twin, before, in)
	if err != nil {
		return second, err
	}
	effects := slices.Clone(second.effects)
	first, err := pr.execute(layer, before, in)
	if err != nil {
		return first, err
	}
	same := first.key == second.key && first.ready == second.ready && first.held == second.held &&
		slices.EqualFunc(first.effects, effects, sameEffect)
	if !same {
		return first, &Failure{pr.self, in.String(), fmt.Sprintf(
			"is not deterministic: two instances that handled the same events answer %v and %v", first.effects, effects)}
	}
	return first, nil
}

func sameEffect(a, b impl.Effect) bool {
	return a.Kind == b.Kind && a.Peer == b.Peer && a.Packet == b.Packet && a.Message == b.Message && a.Timer == b.Timer &&
		a.AtLeast == b.AtLeast && a.AtMost == b.AtMost && string(a.Stable) == string(b.Stable) && slices.Equal(a.Deliveries, b.Deliveries)
}
