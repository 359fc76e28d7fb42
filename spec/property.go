package spec

import (
	"fmt"
	"slices"
)

// Class says when a property can be broken.
type Class uint8

// The classes of properties.
const (
	Safety   Class               = 1 << iota // a finite history can break it
	Liveness                                 // only an infinite one can: judged after a Forever event
	Both     = Safety | Liveness             // a conjunction of the two
)

// String returns "safety", "liveness" or "safety and liveness".
func (c Class) String() string {
	switch c {
	case Safety:
		return "safety"
	case Liveness:
		return "liveness"
	case Both:
		return "safety and liveness"
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// Recurrence says how often what a property of liveness owes must be met.
type Recurrence uint8

// The recurrences.
const (
	Once     Recurrence = iota // once: what was met is not owed any more
	Again                      // infinitely often
	Ceases                     // never: what is owed is that something ends, which a cycle does for ever
	Repeated                   // infinitely often, but only while it is caused infinitely often: a workload must repeat its sends to test it
)

// Property is one promise about histories. Its identity is its ID and, where it
// has some, its parameters.
type Property struct {
	ID       string             // short and unique: "PL2"
	Name     string             // "no duplication"
	Sentence string             // the promise in one sentence
	Source   string             // where it is defined
	Class    Class              // safety, liveness or both
	Entails  []string           // IDs of other properties that a violation of this one violates too
	Reads    Kinds              // the events that its monitor reads; others may be left out
	Tested   Kind               // the event that puts it to the test; a campaign without one proves nothing
	About    func(Message) bool // of those events, which do, by their message; nil: all
	Recurs   Recurrence         // liveness: how often what is owed must be met
	New      func() Monitor

	// Parameters are the values of the property's parameters, as String and
	// ParseProperty spell them; "" where it has none.
	Parameters string
	// Slack is how many repetitions of a cycle, besides one for each message
	// sent, may pass before the property is broken; 0 of most properties.
	Slack int
	// Clocked says that the monitor reads when events happened. A cycle is read
	// once by it, since its repetitions have no times.
	Clocked bool
}

// TestedBy reports whether the event puts the property to the test.
func (p Property) TestedBy(e Event) bool {
	return e.Kind == p.Tested && (p.About == nil || p.About(e.Message))
}

// Monitor judges one history as it happens. It is a deterministic automaton:
// equal keys mean equal futures. A monitor must not be used after Observe has
// reported a breach.
type Monitor interface {
	// Observe reads the next event and returns what it breaks, in one
	// sentence, or "" if nothing. Amortised O(1).
	Observe(e Event) (breach string)
	// Owed returns what the history still owes. After a Forever event it is
	// what will never be met: a violation of liveness.
	Owed() []Obligation
	// AppendKey appends the canonical encoding of the monitor's state.
	AppendKey(b []byte) []byte
	// Clone returns an independent copy.
	Clone() Monitor
}

// Voider is a monitor that counts the obligations which faults have voided, so
// that a campaign in which all were void is not taken for a pass. The count is
// no part of the monitor's key.
type Voider interface {
	Voided() int
}

// Undecider is a monitor that some histories do not put to the test, although
// they have the events that it is tested by. Undecided says why, in half a
// sentence; "" where this one does.
type Undecider interface {
	Undecided() string
}

// Obligation is something that a history owes on the channel from From to To.
type Obligation struct {
	From, To Process
	Message  Message
	Packets  bool   // it is about all packets of the channel, and Message is ""
	What     string // "was never delivered"
}

// String returns the obligation as a sentence without a full stop.
func (o Obligation) String() string {
	if o.Packets {
		return fmt.Sprintf("the packets of process %d to process %d %s", o.From, o.To, o.What)
	}
	return fmt.Sprintf("%q, sent by process %d to process %d, %s", o.Message, o.From, o.To, o.What)
}

// Guarantee is a named set of properties.
type Guarantee struct {
	Name       string
	Properties []Property
}

// With returns the guarantee with further properties, under the same name.
func (g Guarantee) With(more ...Property) Guarantee {
	return Guarantee{Name: g.Name, Properties: append(slices.Clone(g.Properties), more...)}
}

// Implies reports whether a link that keeps g keeps h too: each property of h is
// one of g, or entails the violation of one of g.
func (g Guarantee) Implies(h Guarantee) bool {
	return !slices.ContainsFunc(h.Properties, func(p Property) bool {
		return !slices.ContainsFunc(entailed(p), func(id string) bool {
			_, kept := g.Property(id)
			return kept
		})
	})
}

// entailed returns the IDs of the property, of those that its violation
// violates too, of those that theirs violate, and so on.
func entailed(p Property) []string {
	ids := append([]string{p.ID}, p.Entails...)
	for i := 1; i < len(ids); i++ {
		for _, q := range AllProperties() {
			if q.ID != ids[i] {
				continue
			}
			for _, id := range q.Entails {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// Property returns the property of the guarantee with that ID.
func (g Guarantee) Property(id string) (Property, bool) {
	i := slices.IndexFunc(g.Properties, func(p Property) bool { return p.ID == id })
	if i < 0 {
		return Property{}, false
	}
	return g.Properties[i], true
}
