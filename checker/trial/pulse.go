package trial

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"sync"

	"fairloss/impl"
	"fairloss/spec"
)

// pulse is a link under a watch that sees one process only. It tells how often
// the state of the process (key, armed timers, stable value) has changed, and
// what has happened since.
type pulse struct {
	layer impl.Layer

	mu      sync.Mutex
	watched bool
	armed   map[impl.TimerID]int // expiries since the last change
	stable  []byte
	state   []byte
	changes int
	handled int // packets, ever
}

func newPulse(layer impl.Layer) *pulse { return &pulse{layer: layer, armed: map[impl.TimerID]int{}} }

// watch begins to compare states: that costs more than the link itself.
func (p *pulse) watch() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watched = true
	p.changed(nil)
}

// restRounds is how often each armed timer must have expired since the last
// change for a process to be at rest.
const restRounds = 3

// read returns the number of changes, and 1 where the process is at rest: it is
// not saving, has handled every packet that it was given, and each armed timer
// has expired a few times since the last change and changed nothing.
func (p *pulse) read(saving bool, received int) []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest := !saving && p.handled == received
	for _, expiries := range p.armed {
		rest = rest && expiries >= restRounds
	}
	return []int{p.changes, btoi(rest)}
}

// Init is the layer's.
func (p *pulse) Init(out *impl.Effects) {
	p.handle(out, func() { p.layer.Init(out) })
}

// Recover is the layer's.
func (p *pulse) Recover(stable []byte, out *impl.Effects) {
	p.stable = stable
	p.handle(out, func() {
		if r, ok := impl.As[impl.Recoverer](p.layer); ok {
			r.Recover(slices.Clone(stable), out)
		} else {
			p.layer.Init(out)
		}
	})
}

// Send is the layer's.
func (p *pulse) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	p.handle(out, func() { p.layer.Send(to, m, out) })
}

// Receive is the layer's.
func (p *pulse) Receive(from spec.Process, packet impl.Packet, out *impl.Effects) {
	p.handle(out, func() { p.layer.Receive(from, packet, out) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handled++
}

// Timeout is the layer's.
func (p *pulse) Timeout(t impl.TimerID, out *impl.Effects) {
	p.mu.Lock()
	expiries, changes := p.armed[t]+1, p.changes
	delete(p.armed, t)
	p.mu.Unlock()
	p.handle(out, func() { p.layer.Timeout(t, out) })
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, again := p.armed[t]; again && p.changes == changes {
		p.armed[t] = expiries
	}
}

// Ready is the layer's.
func (p *pulse) Ready(to spec.Process) bool {
	r, ok := impl.As[impl.Readier](p.layer)
	return !ok || r.Ready(to)
}

// handle runs a handler and looks at what it has changed.
func (p *pulse) handle(out *impl.Effects, handler func()) {
	handler()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range out.List() {
		switch e.Kind {
		case impl.SetTimer:
			p.armed[e.Timer] += 0
		case impl.CancelTimer:
			delete(p.armed, e.Timer)
		case impl.Store, impl.Commit:
			p.stable = e.Stable
		}
	}
	if !p.watched {
		return
	}
	state, err := impl.AppendKey(nil, p.layer)
	state = append(state, p.stable...)
	for _, t := range slices.Sorted(maps.Keys(p.armed)) {
		state = binary.AppendUvarint(state, uint64(t))
	}
	if err != nil || !bytes.Equal(state, p.state) {
		p.changed(state)
	}
}

func (p *pulse) changed(state []byte) {
	p.state = state
	p.changes++
	for t := range p.armed {
		p.armed[t] = 0
	}
}
