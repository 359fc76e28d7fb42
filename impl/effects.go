package impl

import (
	"fmt"
	"slices"
	"time"

	"fairloss/spec"
)

// maxEffects bounds the effects of one handler call: a handler that passes it
// is looping.
const maxEffects = 1 << 16

// EffectKind says what an Effect does.
type EffectKind uint8

// The kinds of effects.
const (
	_ EffectKind = iota
	Transmit
	Deliver
	Confirm
	SetTimer
	CancelTimer
	Store
	Commit
)

// Effect is one thing that a handler wants done. Fields that its kind does not
// name are zero.
type Effect struct {
	Kind       EffectKind
	Peer       spec.Process  // Transmit, Confirm: the receiver; Deliver: the sender
	Packet     Packet        // Transmit
	Message    spec.Message  // Deliver, Confirm
	Timer      TimerID       // SetTimer, CancelTimer
	AtLeast    time.Duration // SetTimer
	AtMost     time.Duration // SetTimer
	Stable     []byte        // Store, Commit
	Deliveries []Delivery    // Commit
}

// Stray returns the first process that the effect names and that is no peer of
// self among n processes.
func (e Effect) Stray(self spec.Process, n int) (q spec.Process, stray bool) {
	is := func(q spec.Process) bool { return q < 0 || int(q) >= n || q == self }
	switch e.Kind {
	case Transmit, Deliver, Confirm:
		return e.Peer, is(e.Peer)
	case Commit:
		for _, d := range e.Deliveries {
			if is(d.From) {
				return d.From, true
			}
		}
	}
	return 0, false
}

// Delivery is a message and its sender.
type Delivery struct {
	From    spec.Process
	Message spec.Message
}

// Effects is the ordered list of what one handler wants done. A crash may cut
// it anywhere. The zero value is empty and ready to use.
type Effects struct {
	list   []Effect
	clock  func() time.Duration
	closed bool // its handler has returned
}

// NewEffects returns an empty list whose Now reads clock.
func NewEffects(clock func() time.Duration) *Effects { return &Effects{clock: clock} }

// List returns the effects so far, in order. It is valid until the list that
// Next returned is used.
func (out *Effects) List() []Effect { return out.list }

// Next ends a handler call: it returns an empty list for the next one, which
// takes over the memory of out. From then on, whatever uses out panics: a
// handler must not keep it.
func (out *Effects) Next() *Effects {
	next := &Effects{list: out.list[:0], clock: out.clock}
	out.list, out.closed = nil, true
	return next
}

func (out *Effects) use() {
	if out.closed {
		panic("impl: Effects are used after the handler that got them has returned")
	}
}

func (out *Effects) add(e Effect) {
	out.use()
	if len(out.list) == maxEffects {
		panic(fmt.Sprintf("impl: one handler call made more than %d effects", maxEffects))
	}
	out.list = append(out.list, e)
}

// Transmit hands p to the layer below, for the process to.
func (out *Effects) Transmit(to spec.Process, p Packet) {
	out.add(Effect{Kind: Transmit, Peer: to, Packet: p})
}

// Deliver hands m, sent by from, to the layer above.
func (out *Effects) Deliver(from spec.Process, m spec.Message) {
	out.add(Effect{Kind: Deliver, Peer: from, Message: m})
}

// Confirm tells the layer above that its oldest unconfirmed instance of m was
// delivered at to.
func (out *Effects) Confirm(to spec.Process, m spec.Message) {
	out.add(Effect{Kind: Confirm, Peer: to, Message: m})
}

// SetTimer arms t, or arms it anew: it expires after at least atLeast and, on
// a process that is not slow, at most atMost. The world picks the moment, so
// a layer needs no randomness for jitter. It panics unless 0 < atLeast <= atMost.
func (out *Effects) SetTimer(t TimerID, atLeast, atMost time.Duration) {
	if atLeast <= 0 || atMost < atLeast {
		panic(fmt.Sprintf("impl: SetTimer(%d, %v, %v): want 0 < atLeast <= atMost", t, atLeast, atMost))
	}
	out.add(Effect{Kind: SetTimer, Timer: t, AtLeast: atLeast, AtMost: atMost})
}

// CancelTimer disarms t; it does nothing where t is not armed.
func (out *Effects) CancelTimer(t TimerID) {
	out.add(Effect{Kind: CancelTimer, Timer: t})
}

// Store replaces the layer's stable value, which is all that survives a crash.
func (out *Effects) Store(stable []byte) {
	out.add(Effect{Kind: Store, Stable: slices.Clone(stable)})
}

// Commit stores and delivers in one atomic step: a crash cuts before or after
// it, never within. Only the topmost layer of a stack can keep that promise;
// below another layer it is a Store and then the deliveries.
func (out *Effects) Commit(stable []byte, deliveries ...Delivery) {
	out.add(Effect{Kind: Commit, Stable: slices.Clone(stable), Deliveries: slices.Clone(deliveries)})
}

// Now is the local clock, which may drift and jump. It panics in a world
// without time: a link that reads the clock is checked in a timed world only.
func (out *Effects) Now() time.Duration {
	out.use()
	if out.clock == nil {
		panic("impl: Effects.Now called in a world without time: who reads a clock is checked by linktest.TestTimed, or names Conditions")
	}
	return out.clock()
}
