package generals

import (
	"errors"
	"fmt"
	"strconv"

	"fairloss/spec"
)

// Side is one of the two generals.
type Side uint8

// The generals. A may have an order, B has none.
const (
	A Side = iota
	B
)

var sides = [...]Side{A, B}

// String returns "A" or "B".
func (x Side) String() string { return string('A' + rune(x)) }

// MarshalText spells the side as String does.
func (x Side) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// Other returns the other general.
func (x Side) Other() Side { return 1 - x }

// General is one end of a protocol: a deterministic automaton, which must
// return from every call. What it does may depend on nothing but how it was
// made and what it has received.
//
// In each round both generals send, then both receive what has arrived of
// that round. A general notices that nothing came.
type General interface {
	// Send returns what the general sends in a round; rounds count from 1.
	// After the last round it is asked once more, and must have nothing to send.
	Send(round int) []spec.Message
	// Receive takes a message that the other general has sent in this round.
	Receive(round int, m spec.Message)
	// Attack returns what the general decides, after the last round.
	Attack() bool
}

// Protocol is a protocol for two generals. All fields but Doc are required.
type Protocol struct {
	Name, Doc string
	Rounds    int                      // from 1 to 1024
	A         func(order bool) General // returns a fresh A, with or without an order
	B         func() General           // returns a fresh B
}

const (
	maxRounds   = 1024
	maxMessages = 1024 // of a run
)

var errMissing = errors.New("a general is missing")

func (p Protocol) check() error {
	switch {
	case p.Name == "":
		return errors.New("it has no name")
	case p.Rounds < 1 || p.Rounds > maxRounds:
		return fmt.Errorf("it has %d rounds, want 1 to %d", p.Rounds, maxRounds)
	case p.A == nil || p.B == nil:
		return errMissing
	}
	return nil
}

// Sent is a message of a run, and what became of it.
type Sent struct {
	Round   int
	From    Side
	Message spec.Message
	Arrived bool
}

// Run is what happened in one run.
type Run struct {
	Order    bool    // A was ordered to attack
	Messages []Sent  // in the order of rounds; A's come first in each
	Attacks  [2]bool // what the generals decided
}

// LossFree reports whether every message arrived.
func (r Run) LossFree() bool { return r.Arrivals() == len(r.Messages) }

// Arrivals returns how many messages arrived.
func (r Run) Arrivals() int {
	n := 0
	for _, m := range r.Messages {
		if m.Arrived {
			n++
		}
	}
	return n
}

// Same reports whether a general sees the same in both runs, and so cannot
// tell one from the other.
func (r Run) Same(x Side, other Run) bool { return r.view(x) == other.view(x) }

// view encodes what a general sees: its order and what arrived, when.
func (r Run) view(x Side) string {
	b := strconv.AppendBool(nil, x == A && r.Order)
	for _, m := range r.Messages {
		if m.From != x && m.Arrived {
			b = appendMessage(b, m)
		}
	}
	return string(b)
}

// conduct encodes what a general does: what it sends, when, and its decision.
func (r Run) conduct(x Side) string {
	b := strconv.AppendBool(nil, r.Attacks[x])
	for _, m := range r.Messages {
		if m.From == x {
			b = appendMessage(b, m)
		}
	}
	return string(b)
}

func appendMessage(b []byte, m Sent) []byte {
	b = strconv.AppendInt(append(b, ' '), int64(m.Round), 10)
	b = strconv.AppendInt(append(b, ' '), int64(len(m.Message)), 10)
	return append(append(b, ' '), m.Message...)
}
