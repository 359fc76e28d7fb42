package world

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// inputKind says which handler an input calls.
type inputKind uint8

const (
	initialise inputKind = iota
	request              // Send
	receipt              // Receive
	expiry               // Timeout
)

// input is one event that a process handles.
type input struct {
	kind  inputKind
	peer  spec.Process
	data  string
	timer impl.TimerID
}

func (in input) String() string {
	switch in.kind {
	case request:
		return fmt.Sprintf("Send(%d, %q)", in.peer, in.data)
	case receipt:
		return fmt.Sprintf("Receive(%d, %q)", in.peer, in.data)
	case expiry:
		return fmt.Sprintf("Timeout(%d)", in.timer)
	}
	return "Init()"
}

func (in input) feed(layer impl.Layer, out *impl.Effects) {
	switch in.kind {
	case initialise:
		layer.Init(out)
	case request:
		layer.Send(in.peer, spec.Message(in.data), out)
	case receipt:
		layer.Receive(in.peer, impl.Packet(in.data), out)
	case expiry:
		layer.Timeout(in.timer, out)
	}
}

// outcome is what one handler call led to.
type outcome struct {
	key     string // the local state after the call
	timers  []impl.TimerID
	stable  []byte
	ready   uint64 // a bit for each peer that the link is ready to send to
	held    int
	effects []impl.Effect // valid until the next call
}

// local is an interned local state. It is reached again by running the inputs
// that lead to it on a fresh instance: there is no copying of layers.
type local struct {
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
	transitions []transition
	live        impl.Layer // an instance in the local state at
	at          uint32
	out         impl.Effects
	key         []byte
}

func newProcess(sys *System, self spec.Process) *process {
	return &process{
		sys: sys, self: self,
		ids: map[string]uint32{}, inputIDs: map[input]uint32{},
		transitions: make([]transition, 1), // 0 is unknown
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

// execute runs one real handler call from the local state before on layer.
func (pr *process) execute(layer impl.Layer, before *local, in input) (o outcome, err error) {
	defer pr.caught(in, &err)
	pr.call(layer, in)
	return pr.outcome(layer, before, in)
}

// again runs a real handler call whose outcome is known.
func (pr *process) again(layer impl.Layer, in input) (err error) {
	defer pr.caught(in, &err)
	pr.call(layer, in)
	return nil
}

func (pr *process) call(layer impl.Layer, in input) {
	pr.sys.calls.enter(pr.self, in)
	pr.out.Reset()
	in.feed(layer, &pr.out)
}

// caught, deferred, makes an error of a panic in the link's code.
func (pr *process) caught(in input, err *error) {
	pr.sys.calls.leave()
	if r := recover(); r != nil {
		*err = &Failure{Process: pr.self, Event: in.String(), Text: fmt.Sprintf("panics: %v", r)}
	}
}

func (pr *process) outcome(layer impl.Layer, before *local, in input) (outcome, error) {
	o := outcome{effects: pr.out.List(), stable: before.stable}
	for _, a := range before.timers {
		if in.kind != expiry || a.timer != in.timer {
			o.timers = append(o.timers, a.timer)
		}
	}
	for _, e := range o.effects {
		switch e.Kind {
		case impl.SetTimer:
			if i, armed := slices.BinarySearch(o.timers, e.Timer); !armed {
				o.timers = slices.Insert(o.timers, i, e.Timer)
			}
		case impl.CancelTimer:
			if i, armed := slices.BinarySearch(o.timers, e.Timer); armed {
				o.timers = slices.Delete(o.timers, i, i+1)
			}
		case impl.Store, impl.Commit:
			o.stable = e.Stable
		}
		if err := pr.check(e, in); err != nil {
			return o, err
		}
	}
	o.ready = ^uint64(0)
	if r, ok := impl.As[impl.Readier](layer); ok {
		o.ready = 0
		for _, q := range impl.Peers(pr.self, pr.sys.n) {
			if r.Ready(q) {
				o.ready |= 1 << q
			}
		}
	}
	if h, ok := impl.As[impl.Holder](layer); ok {
		o.held = h.Held()
	}
	key, err := impl.AppendKey(pr.key[:0], layer)
	if err != nil {
		return o, &Failure{Process: pr.self, Event: in.String(), Text: fmt.Sprintf("leaves a state that has no key: %v", err)}
	}
	length := len(key)
	for _, t := range o.timers {
		key = binary.LittleEndian.AppendUint64(key, uint64(t))
	}
	key = append(key, o.stable...)
	// The lengths come last, so that the whole can be taken apart from the end.
	key = binary.LittleEndian.AppendUint32(key, uint32(length))
	key = binary.LittleEndian.AppendUint32(key, uint32(len(o.timers)))
	if o.stable != nil {
		key = append(key, 1)
	}
	pr.key = key
	o.key = string(key)
	return o, nil
}

// check refuses effects that name a process which does not exist.
func (pr *process) check(e impl.Effect, in input) error {
	var named []spec.Process
	switch e.Kind {
	case impl.Transmit, impl.Deliver, impl.Confirm:
		named = append(named, e.Peer)
	case impl.Commit:
		for _, d := range e.Deliveries {
			named = append(named, d.From)
		}
	}
	for _, q := range named {
		if q < 0 || int(q) >= pr.sys.n || q == pr.self {
			return &Failure{Process: pr.self, Event: in.String(), Text: fmt.Sprintf("names process %d, which is no peer", q)}
		}
	}
	return nil
}

// transition returns the memoised handler call of input in from the local
// state id, and runs the real code where it is new.
func (pr *process) transition(id, in uint32) (*transition, error) {
	if row := pr.locals[id].row; int(in) < len(row) && row[in] != 0 {
		return &pr.transitions[row[in]], nil
	}
	if pr.live == nil || pr.at != id {
		if err := pr.rebuild(id); err != nil {
			return nil, err
		}
	}
	o, err := pr.execute(pr.live, &pr.locals[id], pr.inputs[in])
	if err != nil {
		pr.live = nil
		return nil, err
	}
	t := pr.remember(id, in, o)
	pr.at = t.next
	return t, nil
}

// remember interns an outcome as the transition of in from id.
func (pr *process) remember(id, in uint32, o outcome) *transition {
	t := transition{next: pr.intern(o, id, in)}
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
	l := local{stable: slices.Clone(o.stable), ready: o.ready, held: o.held, parent: parent, in: in}
	for _, t := range o.timers {
		l.timers = append(l.timers, alarm{t, pr.input(input{kind: expiry, timer: t})})
	}
	pr.locals = append(pr.locals, l)
	pr.ids[strings.Clone(o.key)] = id
	return id
}

// instance makes a fresh end of the link.
func (pr *process) instance() (layer impl.Layer, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Failure{Process: pr.self, Event: "its Factory", Text: fmt.Sprintf("panics: %v", r)}
		}
	}()
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
	o, err := pr.execute(layer, &local{}, pr.inputs[in])
	if err != nil {
		return err
	}
	pr.intern(o, 0, in)
	pr.sys.born = append(pr.sys.born, pr.sends(o)...)
	pr.sys.birth = append(pr.sys.birth, pr.events(nil, pr.inputs[in], o, 0)...)
	pr.live, pr.at = layer, 0
	return nil
}

// rebuild brings the live instance into the local state id by running the
// inputs that led there on a fresh one.
func (pr *process) rebuild(id uint32) error {
	var path []uint32
	for at := id; at != 0; at = pr.locals[at].parent {
		path = append(path, at)
	}
	layer, err := pr.instance()
	if err != nil {
		return err
	}
	if err := pr.again(layer, pr.inputs[0]); err != nil {
		return err
	}
	for _, next := range slices.Backward(path) {
		if err := pr.again(layer, pr.inputs[pr.locals[next].in]); err != nil {
			return err
		}
	}
	pr.live, pr.at = layer, id
	return nil
}

// events appends what is observable of one handler call, in order.
func (pr *process) events(list []spec.Event, in input, o outcome, held int) []spec.Event {
	switch in.kind {
	case request:
		list = append(list, spec.Event{Kind: spec.Send, Process: pr.self, Peer: in.peer, Message: spec.Message(in.data)})
	case receipt:
		list = append(list, spec.Event{Kind: spec.Receive, Process: pr.self, Peer: in.peer, Packet: in.data})
	}
	for _, e := range o.effects {
		switch e.Kind {
		case impl.Transmit:
			list = append(list, spec.Event{Kind: spec.Transmit, Process: pr.self, Peer: e.Peer, Packet: string(e.Packet)})
		case impl.Deliver:
			list = append(list, spec.Event{Kind: spec.Deliver, Process: pr.self, Peer: e.Peer, Message: e.Message})
		case impl.Confirm:
			list = append(list, spec.Event{Kind: spec.Confirm, Process: pr.self, Peer: e.Peer, Message: e.Message})
		case impl.Commit:
			for _, d := range e.Deliveries {
				list = append(list, spec.Event{Kind: spec.Deliver, Process: pr.self, Peer: d.From, Message: d.Message})
			}
		}
	}
	if o.held != held {
		list = append(list, spec.Event{Kind: spec.Held, Process: pr.self, Count: o.held})
	}
	return list
}
