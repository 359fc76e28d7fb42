package foreign

import (
	"crypto/sha256"
	"runtime"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// layer is an instance within a program.
type layer struct {
	program  *Program
	instance uint64
	self     spec.Process
	peers    []spec.Process

	// What its last answer said of it.
	key   text
	ready []spec.Process
	held  int

	// Without a key in the answers, the events so far are the state.
	past [sha256.Size]byte
}

// confirmer is an instance that wants to know what was delivered.
type confirmer struct{ *layer }

// Init is the first event.
func (l *layer) Init(out *impl.Effects) { l.handle(&event{kind: initialise}, out) }

// Recover is Init for a program that does not survive crashes.
func (l *layer) Recover(stable []byte, out *impl.Effects) {
	if !l.program.offers.recover {
		l.Init(out)
		return
	}
	l.handle(&event{kind: recovery, data: string(stable), nothing: stable == nil}, out)
}

// Send is a request.
func (l *layer) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.handle(&event{kind: request, peer: to, data: string(m)}, out)
}

// Receive is a packet.
func (l *layer) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.handle(&event{kind: receipt, peer: from, data: string(p)}, out)
}

// Timeout is the expiry of a timer.
func (l *layer) Timeout(t impl.TimerID, out *impl.Effects) {
	l.handle(&event{kind: expiry, timer: t}, out)
}

// Confirmed is a confirmation from below.
func (c confirmer) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	c.handle(&event{kind: confirmed, peer: to, data: string(p)}, out)
}

// Restore makes a new instance that is in the state of a key, where the program
// can do that.
func (l *layer) Restore(key []byte) bool {
	if !l.program.offers.restore {
		return false
	}
	var none impl.Effects
	l.handle(&event{kind: restore, data: string(key)}, &none)
	return true
}

// Ready reports whether the program is ready for a message to that peer.
func (l *layer) Ready(to spec.Process) bool {
	return !l.program.offers.ready || slices.Contains(l.ready, to)
}

// Held is the number of messages that the program says it buffers.
func (l *layer) Held() int { return l.held }

// AppendKey appends the key that the program gave last, or one of all events so
// far.
func (l *layer) AppendKey(b []byte) []byte {
	if l.program.offers.key {
		return append(b, l.key...)
	}
	return append(b, l.past[:]...)
}

// handle lets the program handle an event. It panics with an impl.Fault where
// the program does not answer as it must.
func (l *layer) handle(e *event, out *impl.Effects) {
	e.instance, e.self, e.peers = l.instance, l.self, l.peers
	if e.begins() {
		runtime.AddCleanup(l, l.program.forget, l.instance)
	}
	a, err := l.program.ask(e)
	if err != nil {
		panic(impl.Fault{Err: err})
	}
	l.remember(e, a)
	for _, effect := range *a.Effects {
		effect.apply(out)
	}
}

func (l *layer) remember(e *event, a answer) {
	if a.Key != nil {
		l.key = *a.Key
	} else {
		l.past = sha256.Sum256(e.appendBody(l.past[:]))
	}
	if a.Ready != nil {
		l.ready = *a.Ready
	}
	if a.Held != nil {
		l.held = *a.Held
	}
}
