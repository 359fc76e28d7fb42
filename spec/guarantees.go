package spec

import (
	"fmt"
	"strings"
)

const (
	book      = "Cachin, Guerraoui, Rodrigues 2011, "
	petrov    = "Petrov, Database Internals, ch. 8, "
	fairLoss  = book + "module 2.1 (fair-loss links)"
	stubborn  = book + "module 2.2 (stubborn links)"
	perfect   = book + "module 2.3 (perfect links)"
	fifoLinks = book + "ch. 3 (FIFO order)"
	logged    = book + "module 2.4 (logged perfect links)"
	authentic = book + "module 2.5 (authenticated perfect links)"
)

// voiding are the events that can void an obligation between two processes.
var voiding = KindsOf(Crash, Cut, Heal)

// The properties. See Bounded for one with parameters.
var (
	FLL1 = Property{
		ID: "FLL1", Name: "fair loss", Class: Liveness, Source: fairLoss,
		Sentence: "A message that is sent infinitely often is delivered infinitely often.",
		Entails:  []string{"SL1", "PL1", "XOP"},
		Reads:    KindsOf(Send, Deliver, Recover, Forever) | voiding, Tested: Send, Recurs: Repeated,
		New: func() Monitor { return &fairLossDelivery{} },
	}
	FLL2 = Property{
		ID: "FLL2", Name: "finite duplication", Class: Liveness, Source: fairLoss,
		Sentence: "A message that is sent finitely often is delivered finitely often.",
		Entails:  []string{"PL2", "XOP"},
		Reads:    KindsOf(Send, Deliver, Forever), Tested: Deliver, Recurs: Repeated,
		New: func() Monitor { return &finiteDuplication{} },
	}
	FLL3 = noCreation("FLL3", fairLoss, "SL2", "PL3", "AL3")
	SL1  = Property{
		ID: "SL1", Name: "stubborn delivery", Class: Liveness, Source: stubborn,
		Sentence: "A message that is sent once is delivered infinitely often, unless one of its ends crashes after that.",
		Entails:  []string{"LSL1"},
		Reads:    KindsOf(Send, Deliver, Reject, Recover, Forever) | voiding, Tested: Send, Recurs: Again,
		New: func() Monitor { return &stubbornDelivery{} },
	}
	LSL1 = Property{
		ID: "LSL1", Name: "logged stubborn delivery", Class: Liveness, Source: book + "section 2.4.4 (logged stubborn links), with a log at the sender",
		Sentence: "A message that the link has accepted is delivered infinitely often, whoever crashes, if both ends are up in the end.",
		Reads:    KindsOf(Send, Accept, Reject, Deliver, Recover, Forever) | voiding, Tested: Send, Recurs: Again,
		New: func() Monitor { return &loggedDelivery{by: Deliver} },
	}
	SL2 = noCreation("SL2", stubborn, "FLL3", "PL3", "AL3")
	PL1 = Property{
		ID: "PL1", Name: "reliable delivery", Class: Liveness, Source: perfect,
		Sentence: "A message that is sent is eventually delivered, unless one of its ends crashes before that.",
		Entails:  []string{"SL1", "XOP"},
		Reads:    KindsOf(Send, Deliver, Reject, Recover, Forever) | voiding, Tested: Send,
		New: func() Monitor { return &reliableDelivery{} },
	}
	PL2 = Property{
		ID: "PL2", Name: "no duplication", Class: Safety, Source: perfect,
		Sentence: "No message is delivered more often than it was sent.",
		Entails:  []string{"XOP"},
		Reads:    KindsOf(Send, Deliver), Tested: Deliver,
		New: func() Monitor { return &noDuplication{at: Deliver} },
	}
	PL3  = noCreation("PL3", perfect, "FLL3", "SL2", "AL3")
	AL3  = authenticity()
	LPL1 = Property{
		ID: "LPL1", Name: "logged delivery", Class: Liveness, Source: logged,
		Sentence: "A message that the link has accepted is eventually in stable storage at its receiver, whoever crashes, if both are up in the end.",
		Reads:    KindsOf(Send, Accept, Reject, Store, Recover, Forever) | voiding, Tested: Send,
		New: func() Monitor { return &loggedDelivery{by: Store} },
	}
	LPL2 = Property{
		ID: "LPL2", Name: "no duplication in the log", Class: Safety, Source: logged,
		Sentence: "No message is put into stable storage more often than it was sent.",
		Reads:    KindsOf(Send, Store), Tested: Store,
		New: func() Monitor { return &noDuplication{at: Store} },
	}
	LPL3 = Property{
		ID: "LPL3", Name: "no creation in the log", Class: Safety, Source: logged,
		Sentence: "A message is put into stable storage only if it was sent before, on the same channel.",
		Reads:    KindsOf(Send, Store), Tested: Store,
		New: func() Monitor { return &creation{at: Store} },
	}
	ACK = Property{
		ID: "ACK", Name: "confirmation", Class: Safety, Source: petrov + "message acknowledgement",
		Sentence: "The link confirms a message only after it was delivered.",
		Reads:    KindsOf(Send, Deliver, Confirm), Tested: Confirm,
		New: func() Monitor { return &confirmation{} },
	}
	FIFODelivery = Property{
		ID: "FIFO", Name: "FIFO delivery", Class: Safety, Source: fifoLinks,
		Sentence: "A message is delivered only after every message that was sent before it on its channel.",
		Reads:    KindsOf(Send, Deliver, Reject), Tested: Deliver,
		New: func() Monitor { return &fifoDelivery{} },
	}
	OrderOnly = Property{
		ID: "ORD", Name: "order only", Class: Safety, Source: fifoLinks + ", with gaps allowed",
		Sentence: "No message is delivered after one that was sent later on its channel; gaps are allowed.",
		Entails:  []string{"FIFO"},
		Reads:    KindsOf(Send, Deliver, Reject), Tested: Deliver,
		New: func() Monitor { return &orderOnly{} },
	}
	XOP = Property{
		ID: "XOP", Name: "exactly-once processing", Class: Both, Source: petrov + "exactly-once delivery",
		Sentence: "Every request is executed exactly once, and answered at most once and only after that.",
		Reads:    KindsOf(Send, Deliver, Reject, Recover, Forever) | voiding, Tested: Send,
		New: func() Monitor { return &exactlyOnce{} },
	}
)

// authenticity is no creation where packets may be forged.
func authenticity() Property {
	p := noCreation("AL3", authentic, "FLL3", "SL2", "PL3")
	p.Name = "authenticity"
	p.Sentence = "A message is delivered from a correct process only if that process sent it to this one, whoever else sends packets."
	return p
}

func noCreation(id, source string, same ...string) Property {
	return Property{
		ID: id, Name: "no creation", Class: Safety, Source: source,
		Sentence: "A message is delivered only if it was sent before, on the same channel.",
		Entails:  same,
		Reads:    KindsOf(Send, Deliver), Tested: Deliver,
		New: func() Monitor { return &creation{at: Deliver} },
	}
}

// Bounded is the property BND: on each channel never more than w messages sent
// and not yet confirmed, in each process never more than b messages held.
func Bounded(w, b int) Property {
	return Property{
		ID: "BND", Name: "bounded buffers", Class: Safety, Source: petrov + "backpressure",
		Sentence: fmt.Sprintf("Never more than %d messages of a channel are unconfirmed, and never more than %d are held by a process.", w, b),
		Reads:    KindsOf(Send, Confirm, Reject, Held), Tested: Send,
		Parameters: fmt.Sprintf("window=%d,buffer=%d", w, b), Slack: w,
		New: func() Monitor { return &bounded{window: w, buffer: b} },
	}
}

// The guarantees, in the order of the ladder.
var (
	FairLoss       = Guarantee{"fair-loss", []Property{FLL1, FLL2, FLL3}}
	Stubborn       = Guarantee{"stubborn", []Property{SL1, SL2}}
	LoggedStubborn = Guarantee{"logged-stubborn", []Property{LSL1, SL2}}
	AtMostOnce     = Guarantee{"at-most-once", []Property{PL2, PL3}}
	AtLeastOnce    = Guarantee{"at-least-once", []Property{PL1, PL3}}
	Perfect        = Guarantee{"perfect", []Property{PL1, PL2, PL3}}
	Graceful       = Guarantee{"graceful", []Property{PL1, PL2, PL3, GracefulClose}}
	FIFO           = Guarantee{"fifo", []Property{PL1, PL2, PL3, FIFODelivery}}
	Authenticated  = Guarantee{"authenticated", []Property{PL1, PL2, AL3}}
	LoggedPerfect  = Guarantee{"logged-perfect", []Property{LPL1, LPL2, LPL3}}
	ExactlyOnce    = Guarantee{"exactly-once", []Property{XOP}}
)

// Guarantees returns all guarantees, in the order of the ladder.
func Guarantees() []Guarantee {
	return []Guarantee{FairLoss, Stubborn, AtMostOnce, AtLeastOnce, Perfect, Graceful, FIFO, Authenticated, LoggedStubborn, LoggedPerfect, ExactlyOnce}
}

// Properties returns the properties of an untimed world without parameters, in a
// fixed order, but for GracefulClose. AllProperties has every one.
func Properties() []Property {
	return []Property{FLL1, FLL2, FLL3, SL1, LSL1, SL2, PL1, PL2, PL3, AL3, LPL1, LPL2, LPL3, ACK, FIFODelivery, OrderOnly, XOP}
}

// ParseGuarantee returns the guarantee of that name.
func ParseGuarantee(name string) (Guarantee, error) {
	var names []string
	for _, g := range Guarantees() {
		if g.Name == name {
			return g, nil
		}
		names = append(names, g.Name)
	}
	return Guarantee{}, fmt.Errorf("unknown guarantee %q (want %s)", name, strings.Join(names, ", "))
}
