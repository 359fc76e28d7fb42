package world

import (
	"encoding/binary"
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// inputKind says which handler an input calls.
type inputKind uint8

const (
	initialise   inputKind = iota
	request                // Send
	receipt                // Receive
	confirmation           // Confirmed
	expiry                 // Timeout
	recovery               // Recover, on a fresh instance
	crashing               // no handler: the process crashes
	creation               // the Factory
	forging                // Forge
	restoration            // Restore
)

// input is one event that a process handles.
type input struct {
	kind  inputKind
	peer  spec.Process
	data  string
	timer impl.TimerID
	cut   uint16 // the process crashes after so many effects, plus one; 0: it does not
}

func (in input) String() string {
	if in.cut > 0 {
		whole := in
		whole.cut = 0
		return fmt.Sprintf("%s up to a crash after %d effects", whole, in.cut-1)
	}
	switch in.kind {
	case request:
		return fmt.Sprintf("Send(%d, %q)", in.peer, in.data)
	case receipt:
		return fmt.Sprintf("Receive(%d, %q)", in.peer, in.data)
	case confirmation:
		return fmt.Sprintf("Confirmed(%d, %q)", in.peer, in.data)
	case expiry:
		return fmt.Sprintf("Timeout(%d)", in.timer)
	case recovery:
		return "Recover"
	case crashing:
		return "a crash"
	case creation:
		return "its Factory"
	case restoration:
		return "Restore"
	case forging:
		return fmt.Sprintf("Forge(%q)", in.data)
	}
	return "Init()"
}

// feed calls the handler. Stable is all that a recovering process has left.
func (in input) feed(layer impl.Layer, stable []byte, out *impl.Effects) {
	switch in.kind {
	case initialise:
		layer.Init(out)
	case request:
		layer.Send(in.peer, spec.Message(in.data), out)
	case receipt:
		layer.Receive(in.peer, impl.Packet(in.data), out)
	case confirmation:
		if c, ok := impl.As[impl.Confirmer](layer); ok {
			c.Confirmed(in.peer, impl.Packet(in.data), out)
		}
	case expiry:
		layer.Timeout(in.timer, out)
	case recovery:
		if r, ok := impl.As[impl.Recoverer](layer); ok && stable != nil {
			r.Recover(slices.Clone(stable), out)
		} else {
			layer.Init(out)
		}
	}
}

// outcome is what one handler call led to.
type outcome struct {
	key     string // the local state after the call
	timers  []impl.TimerID
	stable  []byte
	ready   uint64 // a bit for each peer that the link is ready to send to
	held    int
	down    bool          // the process has crashed
	effects []impl.Effect // those carried out; valid until the next call
	all     int           // how many there would have been without a crash
}

// execute runs one real handler call from the local state before on layer.
func (pr *process) execute(layer impl.Layer, before *local, in input) (o outcome, err error) {
	if in.kind == crashing {
		return crashed(before.stable, nil), nil
	}
	defer pr.caught(in, &err)
	pr.sys.calls.enter(pr.self, in)
	in.feed(layer, before.stable, pr.out)
	effects := pr.out.List()
	pr.out = pr.out.Next()
	if err := pr.represent(effects, in); err != nil {
		return o, err
	}
	if in.cut > 0 {
		return pr.interrupted(effects, before, in)
	}
	return pr.outcome(layer, effects, before, in)
}

// caught, deferred, makes an error of a panic in the link's code.
func (pr *process) caught(in input, err *error) {
	pr.sys.calls.leave()
	if r := recover(); r != nil {
		pr.out = pr.out.Next()
		*err = &Failure{Process: pr.self, Event: in.String(), Text: impl.Blame(r), Details: Panicked()}
	}
}

func (pr *process) outcome(layer impl.Layer, effects []impl.Effect, before *local, in input) (outcome, error) {
	o := outcome{effects: effects, all: len(effects), stable: before.stable}
	for _, a := range before.timers {
		if in.kind != expiry || a.timer != in.timer {
			o.timers = append(o.timers, a.timer)
		}
	}
	for _, e := range o.effects {
		o.apply(e)
		if err := pr.check(e, in); err != nil {
			return o, err
		}
	}
	o.ready = pr.readiness(layer)
	if h, ok := impl.As[impl.Holder](layer); ok {
		o.held = h.Held()
	}
	key, err := impl.AppendKey(pr.key[:0], layer)
	if err != nil {
		return o, &Failure{Process: pr.self, Event: in.String(), Text: fmt.Sprintf("leaves a state that has no key: %v", err)}
	}
	pr.key = o.appendSurroundings(key)
	o.key = string(pr.key)
	return o, nil
}

// interrupted is the outcome of a call within which the process crashes.
func (pr *process) interrupted(effects []impl.Effect, before *local, in input) (outcome, error) {
	stable := before.stable
	for _, e := range effects[:in.cut-1] {
		if err := pr.check(e, in); err != nil {
			return outcome{}, err
		}
		if e.Kind == impl.Store || e.Kind == impl.Commit {
			stable = e.Stable
		}
	}
	return crashed(stable, effects[:in.cut-1]), nil
}

// crashed is a process that is down: its stable value is all that is left. The
// last byte of its key is one that no other key ends with.
func crashed(stable []byte, effects []impl.Effect) outcome {
	mark := byte(2)
	if stable != nil {
		mark = 3
	}
	return outcome{key: string(append(slices.Clone(stable), mark)), stable: stable, down: true, effects: effects}
}

// apply does what an effect does to the process itself.
func (o *outcome) apply(e impl.Effect) {
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
}

// appendSurroundings completes the key of a layer to that of a local state, by
// armed timers and stable value. The lengths come last, so that the whole can
// be taken apart from the end.
func (o *outcome) appendSurroundings(key []byte) []byte {
	length := len(key)
	for _, t := range o.timers {
		key = binary.LittleEndian.AppendUint64(key, uint64(t))
	}
	key = append(key, o.stable...)
	key = binary.LittleEndian.AppendUint32(key, uint32(length))
	key = binary.LittleEndian.AppendUint32(key, uint32(len(o.timers)))
	if o.stable != nil {
		key = append(key, 1)
	}
	return key
}

// layerKey is what appendSurroundings has completed.
func (l *local) layerKey() string {
	length := len(l.key) - 8*len(l.timers) - len(l.stable) - 8
	if l.stable != nil {
		length--
	}
	return l.key[:length]
}

// readiness returns whom the layer is ready to send to, a bit for each peer.
func (pr *process) readiness(layer impl.Layer) uint64 {
	r, ok := impl.As[impl.Readier](layer)
	if !ok {
		return ^uint64(0)
	}
	ready := uint64(0)
	for _, q := range impl.Peers(pr.self, pr.sys.n) {
		if r.Ready(q) {
			ready |= 1 << q
		}
	}
	return ready
}

// check refuses effects that name a process which does not exist, and packets
// that make the link's Forge fail.
func (pr *process) check(e impl.Effect, in input) error {
	if q, stray := e.Stray(pr.self, pr.sys.n); stray {
		return &Failure{Process: pr.self, Event: in.String(), Text: fmt.Sprintf("names process %d, which is no peer", q)}
	}
	if e.Kind == impl.Transmit && pr.sys.forger != nil {
		return pr.sys.foresee(pr.sys.packet(string(e.Packet)))
	}
	return nil
}

// events appends what is observable of one handler call, in order. That a Send
// returned is told where processes may crash: it is then that a link answers
// for the message.
func (pr *process) events(list []spec.Event, in input, o outcome, held int) []spec.Event {
	switch in.kind {
	case request:
		list = append(list, spec.Event{Kind: spec.Send, Process: pr.self, Peer: in.peer, Message: spec.Message(in.data)})
	case receipt:
		list = append(list, spec.Event{Kind: spec.Receive, Process: pr.self, Peer: in.peer, Packet: in.data})
	case recovery:
		list = append(list, spec.Event{Kind: spec.Recover, Process: pr.self})
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
				list = append(list,
					spec.Event{Kind: spec.Store, Process: pr.self, Peer: d.From, Message: d.Message},
					spec.Event{Kind: spec.Deliver, Process: pr.self, Peer: d.From, Message: d.Message})
			}
		}
	}
	switch {
	case o.down:
		return append(list, spec.Event{Kind: spec.Crash, Process: pr.self})
	case in.kind == request && pr.sys.link.Assumes.Crashes > 0:
		list = append(list, spec.Event{Kind: spec.Accept, Process: pr.self, Peer: in.peer, Message: spec.Message(in.data)})
	}
	if o.held != held {
		list = append(list, spec.Event{Kind: spec.Held, Process: pr.self, Count: o.held})
	}
	return list
}
