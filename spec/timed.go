package spec

import (
	"fmt"
	"strings"
	"time"
)

// The words of the top layers whose answers are deliveries: what a layer tells
// its own application about another process is delivered as if that process
// had sent it.
const (
	Suspect Message = "suspect" // a failure detector at Process: Peer has crashed
	Restore Message = "restore" // and: it has not, after all
	Hold    Message = "hold"    // a lease at Process: you hold it, granted by Peer
	Yield   Message = "yield"   // and: you hold it no longer
	Grant   Message = "grant"   // a lease at the process that grants it: it is now Peer's
)

// committedPrefix stands before a message in the answer that it is committed.
const committedPrefix = "committed "

// Committed is the answer to whoever sent m that its place in the order of all
// messages is settled. It is delivered at the sender, from the receiver.
func Committed(m Message) Message { return committedPrefix + m }

const (
	detectors = book + "ch. 2.6 (failure detectors)"
	leases    = "Gray, Cheriton 1989, leases; "
)

// The properties that speak of time, or of what a link does with it. See
// Amplification and EventualAccuracy for those with parameters. They are tested
// in a timed world.
var (
	FD1 = Property{
		ID: "FD1", Name: "strong completeness", Class: Liveness, Source: detectors,
		Sentence: "Every process that crashes is in the end suspected for ever by every process that does not.",
		Reads:    KindsOf(Transmit, Deliver, Crash, Recover, Forever), Tested: Crash,
		New: func() Monitor { return &completeness{} },
	}
	FD2 = Property{
		ID: "FD2", Name: "strong accuracy", Class: Safety, Source: detectors,
		Sentence: "No process is suspected before it crashes.",
		Reads:    KindsOf(Deliver, Crash), Tested: Deliver,
		New: func() Monitor { return &accuracy{} },
	}
	Exclusion = Property{
		ID: "LEASE", Name: "mutual exclusion", Class: Safety, Source: leases + petrov + "clocks and time",
		Sentence: "No two processes hold the lease at the same time.",
		Reads:    KindsOf(Deliver, Crash), Tested: Deliver, About: func(m Message) bool { return m == Hold },
		New: func() Monitor { return &exclusion{} },
	}
	Fencing = Property{
		ID: "FENCE", Name: "fencing", Class: Safety, Source: leases + petrov + "clocks and time",
		Sentence: "What a process sends is executed only while no other process has been granted the lease since.",
		Reads:    KindsOf(Deliver), Tested: Deliver, About: func(m Message) bool { return m == Grant },
		New: func() Monitor { return &fencing{} },
	}
	ExternalConsistency = Property{
		ID: "EXT", Name: "external consistency", Class: Safety, Source: "Corbett et al. 2012, Spanner; " + petrov + "clocks and time",
		Sentence: "A message that is sent after another one was committed is not delivered before it.",
		Reads:    KindsOf(Send, Deliver), Tested: Deliver, About: func(m Message) bool { return strings.HasPrefix(string(m), committedPrefix) },
		New: func() Monitor { return &externalConsistency{} },
	}
)

// Amplification is the property AMP: in no window of that length do the links
// hand over more packets than spare, and factor more for each message sent in
// it. Only the channels on which messages are sent count, so that answers on the
// way back do not.
func Amplification(factor, spare int, window time.Duration) Property {
	return Property{
		ID: "AMP", Name: "bounded amplification", Class: Safety, Source: petrov + "cascading failures",
		Sentence: fmt.Sprintf("Within %v never more than %d packets are transmitted where messages are sent, and %d for each message sent in that time.", window, spare, factor),
		Reads:    KindsOf(Send, Transmit), Tested: Transmit, Clocked: true,
		Parameters: fmt.Sprintf("factor=%d,spare=%d,window=%v", factor, spare, window),
		New:        func() Monitor { return &amplification{factor: factor, spare: spare, window: int64(window)} },
	}
}

// EventualAccuracy is the property EFD2, with the time from which on it is
// claimed: by then the detector must have learnt how slow the others can be.
func EventualAccuracy(after time.Duration) Property {
	return Property{
		ID: "EFD2", Name: "eventual strong accuracy", Class: Both, Source: detectors,
		Sentence: fmt.Sprintf("From %v on no process that is up is suspected by one that is up.", after),
		Reads:    KindsOf(Deliver, Crash, Recover, Forever), Tested: Deliver, Clocked: true,
		Parameters: "after=" + after.String(),
		New:        func() Monitor { return &eventualAccuracy{after: int64(after)} },
	}
}

// TimedProperties returns the properties of a timed world without parameters,
// in a fixed order.
func TimedProperties() []Property {
	return []Property{FD1, FD2, Exclusion, Fencing, ExternalConsistency}
}

// The guarantees of a timed world. ParseTimedGuarantee knows their names.
var (
	PerfectDetector           = Guarantee{"perfect-detector", []Property{FD1, FD2}}
	Fenced                    = Guarantee{"fenced", []Property{Fencing}}
	FencedLease               = Guarantee{"fenced-lease", []Property{Exclusion, Fencing}}
	ExternallyConsistentOrder = Guarantee{"externally-consistent", []Property{PL1, PL2, FIFODelivery, ExternalConsistency}}
)

// EventuallyPerfectDetector is the guarantee of a detector that makes mistakes
// until it has learnt, as EventualAccuracy has it.
func EventuallyPerfectDetector(after time.Duration) Guarantee {
	return Guarantee{"eventually-perfect-detector", []Property{FD1, EventualAccuracy(after)}}
}

// ParseTimedGuarantee returns the guarantee of a timed world of that name, with
// the time of EventuallyPerfectDetector, which the others do without.
func ParseTimedGuarantee(name string, after time.Duration) (Guarantee, error) {
	for _, g := range []Guarantee{PerfectDetector, Fenced, FencedLease, ExternallyConsistentOrder, EventuallyPerfectDetector(after)} {
		if g.Name == name {
			return g, nil
		}
	}
	return Guarantee{}, fmt.Errorf("unknown guarantee %q", name)
}
