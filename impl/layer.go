// Package impl holds message links as deterministic automata: the contract
// that a link fulfils, the links of the ladder from fair-loss to exactly-once,
// and the registry in which each says what it claims.
//
// A layer is one process's end of a link. It handles one event at a time and
// answers with an ordered list of effects; it holds no goroutine, clock,
// randomness or global, and map order never reaches an effect. The same code
// runs in a simulated world (fairloss/checker/world) and over real UDP
// (fairloss/impl/netlink).
//
// Read the links here to learn what each step of the ladder adds, in the
// order fairloss, stubborn, atleastonce, perfect, fifo. They are written to be
// read and checked, not to be fast: a production transport wants congestion
// control, batching and path discovery, none of which is here.
//
// The package imports the standard library and fairloss/spec only.
package impl

import (
	"fmt"
	"strings"

	"fairloss/spec"
)

// Packet is what a layer hands to the layer below: bytes with a real
// encoding, immutable.
type Packet string

// TimerID names a timer of one layer. A link may pack a peer or a message
// number into it.
type TimerID uint64

// Layer is one process's end of a link: a deterministic event handler. Each
// handler appends its effects to out, which name peers only, and must not keep
// out: its use after the handler has returned panics.
type Layer interface {
	// Init is the first event of a process that starts without a past.
	Init(out *Effects)
	// Send is a request from the layer above; it is always accepted.
	Send(to spec.Process, m spec.Message, out *Effects)
	// Receive is a packet delivered by the layer below. On the networks of
	// this package it is one that the peer's layer transmitted; where packets
	// may be corrupted or forged it can be anything.
	Receive(from spec.Process, p Packet, out *Effects)
	// Timeout is the expiry of a timer that was armed and not cancelled. The
	// timer is disarmed when Timeout is called.
	Timeout(t TimerID, out *Effects)
}

// Factory makes a process's end of a link. Peers are the other processes in
// ascending order. It must return a fresh, independent instance every time.
type Factory func(self spec.Process, peers []spec.Process) Layer

// Confirmer is a layer that wants to know when the layer below confirms a
// packet it transmitted. Where a layer is none, confirmations from below end
// there.
type Confirmer interface {
	Confirmed(to spec.Process, p Packet, out *Effects)
}

// Recoverer is a layer that survives crashes: Recover replaces Init on a fresh
// instance after a crash, and stable is what the last completed Store or Commit
// wrote. A process that has stored nothing cannot tell that it has crashed: it
// handles Init, as at its first start. In a stack that has stored something,
// the part of a layer that has not is nil. Where a layer is none, Init is called
// and all is lost.
type Recoverer interface {
	Recover(stable []byte, out *Effects)
}

// Readier is a bounded link: the application may send to a peer only while
// Ready reports true (backpressure). Where a layer is none it is always ready.
// Once the network is fair and all that was sent is delivered, Ready must
// become true again, or the application would wait for ever.
type Readier interface {
	Ready(to spec.Process) bool
}

// Holder is a layer that says how many messages it buffers.
type Holder interface {
	Held() int
}

// Keyer is a layer that encodes its own state: equal keys must mean equal
// behaviour for ever. Where a layer is none, Key reads its fields.
type Keyer interface {
	AppendKey(b []byte) []byte
}

// Restorer is a Keyer that may know the way back: Restore replaces Init on a
// fresh instance and brings it into the state of a key, or reports false and
// leaves the instance as it was. Where a layer is none, a state is reached again
// by the events that led to it.
type Restorer interface {
	Restore(key []byte) bool
}

// Forger is a layer that says what an attacker who knows its code, but no
// secret, can make of a packet that it has seen: for example the packet with
// another content under a checksum that fits. Where a layer is none, attackers
// change packets without understanding them.
type Forger interface {
	Forge(p Packet) []Packet
}

// Describer is a layer that names its packets for charts, as "data 1 g".
type Describer interface {
	Describe(p Packet) string
}

// Fault is what a handler panics with where the reason lies outside of its own
// code, as in a program that it speaks to. It is reported in its own words.
type Fault struct{ Err error }

// Error is that of Err.
func (f Fault) Error() string { return f.Err.Error() }

// Unwrap returns Err.
func (f Fault) Unwrap() error { return f.Err }

// Blame says what became of a handler that panicked with v: "panics: …", or
// "fails: …" for a Fault.
// Its length is bounded, and a value that panics when it is printed does no harm.
func Blame(v any) string {
	text := ""
	if f, ok := v.(Fault); ok {
		text = fmt.Sprintf("fails: %v", f.Err)
	} else {
		text = fmt.Sprintf("panics: %v", v)
	}
	if len(text) > maxBlame {
		return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:maxBlame], ""), len(text))
	}
	return text
}

// maxBlame bounds the bytes of what Blame says.
const maxBlame = 2000
