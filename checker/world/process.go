package world

import (
	"fmt"
	"slices"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// local is an interned local state. It is reached again by running the inputs
// that lead to it on a fresh instance: there is no copying of layers.
type local struct {
	key    string // of the layer and its surroundings
	down   bool   // it has crashed: it handles nothing but its recovery
	timers []alarm
	stable []byte
	ready  uint64
	held   int
	parent uint32
	in     uint32
	row    []uint32 // input -> transition; 0 is unknown
}

// alarm is an armed timer and the input that its expiry is.
type alarm struct {
	timer impl.TimerID
	in    uint32
}

// transition is a memoised handler call. Its sends are in order.
type transition struct {
	effects  int // of the handler
	next     uint32
	observed uint32 // interned list of the events that the monitors read
	sends    []push
}

// push is a packet handed to a channel.
type push struct {
	channel uint8
	packet  uint32
}

// process memoises one process's end of the link.
type process struct {
	sys         *System
	self        spec.Process
	ids         map[string]uint32
	locals      []local
	inputs      []input
	inputIDs    map[input]uint32
	cuts        [][]uint32 // input, cut -> input that ends with a crash there, plus one; 0 is unknown
	transitions []transition
	recovering  uint32     // the input that its recovery is
	crashing    uint32     // the input that its crash is
	confirmer   bool       // it wants to know what was delivered
	live        impl.Layer // an instance in the local state at
	at          uint32
	out         *impl.Effects
	key         []byte
	path        []uint32          // scratch of rerun
	stamped     []stamped         // what the last handler call transmitted, where the link has Alike
	answers     map[uint32]answer // of the transitions that a Witness has learnt
	visits      map[uint32]int    // local state -> the Witness that came to it first
}

func newProcess(sys *System, self spec.Process) *process {
	return &process{
		sys: sys, self: self,
		out: &impl.Effects{}, ids: map[string]uint32{}, inputIDs: map[input]uint32{},
		transitions: make([]transition, 1), // 0 is unknown
		answers:     map[uint32]answer{}, visits: map[uint32]int{},
	}
}

func (pr *process) input(in input) uint32 {
	id, ok := pr.inputIDs[in]
	if !ok {
		id = uint32(len(pr.inputs))
		pr.inputs = append(pr.inputs, in)
		pr.inputIDs[in] = id
	}
	return id
}

// cutting returns the input that is in up to a crash after so many effects,
// minus one.
func (pr *process) cutting(in uint32, cut uint16) uint32 {
	for int(in) >= len(pr.cuts) {
		pr.sys.memo.learn()
		pr.cuts = append(pr.cuts, nil)
	}
	row := pr.cuts[in]
	if int(cut) < len(row) && row[cut] != 0 {
		return row[cut] - 1
	}
	pr.sys.memo.learn()
	whole := pr.inputs[in]
	whole.cut = cut
	id := pr.input(whole)
	pr.cuts[in] = remember(row, uint32(cut), id)
	return id
}

// transition returns the memoised handler call of input in from the local
// state id, and runs the real code where it is new.
func (pr *process) transition(id, in uint32) (*transition, error) {
	if row := pr.locals[id].row; int(in) < len(row) && row[in] != 0 {
		return &pr.transitions[row[in]], nil
	}
	pr.sys.memo.learn()
	if err := pr.prepare(id, pr.inputs[in].kind); err != nil {
		return nil, err
	}
	o, err := pr.execute(pr.live, &pr.locals[id], pr.inputs[in])
	if err != nil {
		pr.live = nil
		return nil, err
	}
	t := pr.remember(id, in, o)
	if pr.at = t.next; o.down {
		pr.live = nil
	}
	return t, nil
}

// prepare brings the live instance into the local state in which it is to
// handle an input. A process that crashes needs none, one that recovers a fresh
// one.
func (pr *process) prepare(id uint32, kind inputKind) (err error) {
	switch {
	case kind == crashing:
	case kind == recovery:
		pr.live, err = pr.instance()
	case pr.live == nil || pr.at != id:
		err = pr.rebuild(id)
	}
	return err
}

// remember interns an outcome as the transition of in from id.
func (pr *process) remember(id, in uint32, o outcome) *transition {
	t := transition{effects: o.all, next: pr.intern(o, id, in)}
	t.sends = pr.sends(o)
	t.observed = pr.sys.observation(pr.events(nil, pr.inputs[in], o, pr.locals[id].held))
	l := &pr.locals[id]
	for len(l.row) <= int(in) {
		l.row = append(l.row, 0)
	}
	l.row[in] = uint32(len(pr.transitions))
	pr.transitions = append(pr.transitions, t)
	return &pr.transitions[l.row[in]]
}

// sends returns the packets that an outcome hands to the network, in order.
func (pr *process) sends(o outcome) []push {
	var sends []push
	for _, e := range o.effects {
		if e.Kind == impl.Transmit {
			sends = append(sends, push{pr.sys.channel(pr.self, e.Peer), pr.sys.packet(string(e.Packet))})
		}
	}
	return sends
}

func (pr *process) intern(o outcome, parent, in uint32) uint32 {
	if id, ok := pr.ids[o.key]; ok {
		return id
	}
	id := uint32(len(pr.locals))
	key := strings.Clone(o.key)
	l := local{key: key, down: o.down, stable: slices.Clone(o.stable), ready: o.ready, held: o.held, parent: parent, in: in}
	for _, t := range o.timers {
		l.timers = append(l.timers, alarm{t, pr.input(input{kind: expiry, timer: t})})
	}
	pr.locals = append(pr.locals, l)
	pr.ids[key] = id
	return id
}

// instance makes a fresh end of the link.
func (pr *process) instance() (layer impl.Layer, err error) {
	defer pr.caught(input{kind: creation}, &err)
	pr.sys.calls.enter(pr.self, input{kind: creation})
	if layer = pr.sys.link.New(pr.self, impl.Peers(pr.self, pr.sys.n)); layer == nil {
		return nil, &Failure{Process: pr.self, Event: "its Factory", Text: "is nil"}
	}
	return layer, nil
}

// start interns the local state after Init, which is always number 0.
func (pr *process) start() error {
	in := pr.input(input{kind: initialise})
	layer, err := pr.instance()
	if err != nil {
		return err
	}
	_, pr.confirmer = impl.As[impl.Confirmer](layer)
	o, err := pr.execute(layer, &local{}, pr.inputs[in])
	if err != nil {
		return err
	}
	pr.intern(o, 0, in)
	pr.recovering, pr.crashing = pr.input(input{kind: recovery}), pr.input(input{kind: crashing})
	pr.sys.born = append(pr.sys.born, pr.sends(o)...)
	pr.sys.birth = append(pr.sys.birth, pr.events(nil, pr.inputs[in], o, 0)...)
	pr.live, pr.at = layer, 0
	return nil
}

// rebuild brings the live instance into the local state id: by the key of that
// state where the link knows the way, else by running the inputs that led there,
// since the start or the last recovery, on a fresh one.
func (pr *process) rebuild(id uint32) error {
	layer, err := pr.instance()
	if err != nil {
		return err
	}
	restored, err := pr.restore(layer, &pr.locals[id])
	if err == nil && !restored {
		err = pr.rerun(layer, id)
	}
	if err != nil {
		return err
	}
	pr.live, pr.at = layer, id
	return nil
}

// restore brings a fresh instance into a local state by the key of that, and
// reports whether the link knows the way.
func (pr *process) restore(layer impl.Layer, l *local) (restored bool, err error) {
	r, ok := impl.As[impl.Restorer](layer)
	if !ok {
		return false, nil
	}
	in := input{kind: restoration}
	defer pr.caught(in, &err)
	pr.sys.calls.enter(pr.self, in)
	if !r.Restore([]byte(l.layerKey())) {
		return false, nil
	}
	if key, err := impl.Key(layer); err != nil || string(key) != l.layerKey() {
		f := &Failure{Process: pr.self, Event: in.String(), Diverges: true, Text: "leads to a state with another key than the one that was to be restored"}
		f.Details = fmt.Sprintf("wanted: %s\ngot:    %s\n", brief(l.layerKey()), brief(string(key)))
		return false, f
	}
	return true, nil
}

// rerun runs the inputs that led to the local state id. They have all returned
// before: a panic, or a call that hangs, is put down to the last of them.
func (pr *process) rerun(layer impl.Layer, id uint32) (err error) {
	last := pr.inputs[pr.locals[id].in]
	defer pr.caught(last, &err)
	pr.sys.calls.enter(pr.self, last)
	path := append(pr.path[:0], id)
	for at := id; at != 0 && pr.inputs[pr.locals[at].in].kind != recovery; {
		at = pr.locals[at].parent
		path = append(path, at)
	}
	for _, next := range slices.Backward(path) {
		l := &pr.locals[next]
		pr.inputs[l.in].feed(layer, pr.locals[l.parent].stable, pr.out)
		pr.out = pr.out.Next()
	}
	pr.path = path
	return nil
}
