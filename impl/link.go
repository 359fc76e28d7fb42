package impl

import (
	"fmt"
	"strconv"

	"fairloss/spec"
)

// LinkKind tells the links that are meant to be right from those that are not.
type LinkKind uint8

// The kinds of links.
const (
	Correct LinkKind = iota // keeps what it claims
	Mutant                  // broken on purpose: breaks one property that its parent claims
	Golden                  // a workload whose states other model checkers have counted
)

// String returns "link", "mutant" or "golden".
func (k LinkKind) String() string {
	switch k {
	case Correct:
		return "link"
	case Mutant:
		return "mutant"
	case Golden:
		return "golden"
	}
	return fmt.Sprintf("linkkind(%d)", uint8(k))
}

// Link is a link together with what it claims: all that a checker needs.
// New and Guarantee are required; the rest may be zero.
type Link struct {
	Name      string // unique in a registry, a word
	Doc       string // one sentence
	Kind      LinkKind
	New       Factory
	Guarantee spec.Guarantee
	Assumes   spec.Assumptions    // what it is claimed under; zero is the Set network
	Processes int                 // 0 means 2
	Channels  []spec.Channel      // who sends to whom; nil: every process to every other
	Messages  []spec.Message      // what exhaustive searches let the application send, in turn; nil is a, b, c, …
	Burst     bool                // the application sends its whole workload before anything else happens
	Alike     func(Packet) Packet // the packet that stands for all those alike; nil: each for itself. See Fairness
	Layers    Layering            // of what it is stacked, where New is its Stack

	// Conditions, where not "", says that the link leans on time: it is checked
	// in a timed world, and what it claims it claims under these conditions, in
	// the words of fairloss/checker/timed. Those of a mutant show its fault.
	Conditions string

	Parent string   // Mutant: the correct link it differs from
	Breaks string   // Mutant: the ID of the property it is there to break
	Also   []string // Mutant: IDs of the properties it cannot help breaking too
}

// Fairness says what a verdict assumes of the network's fairness beyond fair loss
// of each packet: " …" in brackets, or "" where there is no Alike.
//
// A link that stamps its retransmissions, with an attempt number say, never sends
// the same packet twice, so that fair loss promises it nothing. Where it declares
// them alike, of infinitely many that are alike infinitely many arrive. In a world
// without time they are one packet, and the link may leave the stamp out of
// its key. Alike must be idempotent, and receivers must do the same with packets
// that are alike: both are checked.
func (l Link) Fairness() string {
	if l.Alike == nil {
		return ""
	}
	return " (assumes fair loss for packets alike)"
}

// Message returns the i-th message, from 0, that the application sends in an
// exhaustive search: one of Messages, or a to z, a1 to z1, a2 and so on.
func (l Link) Message(i int) spec.Message {
	if len(l.Messages) > 0 {
		return l.Messages[i%len(l.Messages)]
	}
	m := spec.Message(rune('a' + i%26))
	if i >= 26 {
		m += spec.Message(strconv.Itoa(i / 26))
	}
	return m
}

// Size returns the number of processes: Processes, or 2 where that is 0.
func (l Link) Size() int {
	if l.Processes == 0 {
		return 2
	}
	return l.Processes
}

// Sends returns the channels on which the application may send: Channels, or
// all of them where that is nil.
func (l Link) Sends() []spec.Channel {
	if l.Channels == nil {
		return spec.Channels(l.Size())
	}
	return l.Channels
}

// Describer returns the link's own words for its packets, nil where its layer
// is no Describer. A Describe that panics says so in place of a word.
func (l Link) Describer() func(packet string) string {
	d, ok := As[Describer](l.New(0, Peers(0, l.Size())))
	if !ok {
		return nil
	}
	return func(packet string) (words string) {
		defer func() {
			if r := recover(); r != nil {
				words = fmt.Sprintf("%q (Describe panics: %v)", packet, r)
			}
		}()
		return d.Describe(Packet(packet))
	}
}

// Peers returns all processes of a link of n processes but self, ascending.
func Peers(self spec.Process, n int) []spec.Process {
	peers := make([]spec.Process, 0, n-1)
	for p := range spec.Process(n) {
		if p != self {
			peers = append(peers, p)
		}
	}
	return peers
}
