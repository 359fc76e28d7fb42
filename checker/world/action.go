package world

import (
	"fmt"

	"fairloss/impl"
	"fairloss/spec"
)

// ActionKind says what an Action does. The order is benign first, so that a
// choice which shrinks towards the first enabled action becomes harmless.
type ActionKind uint8

// The kinds of actions.
const (
	Send        ActionKind = iota // the application at From asks its link to send Message to To
	Deliver                       // the network delivers Packet from From to To
	Confirm                       // the network tells From that Packet was delivered to To (networks that confirm)
	Timeout                       // Timer of From expires
	Recover                       // From, which is down, starts again with its stable value
	Heal                          // the direction from From to To, which is cut, is whole again
	Duplicate                     // the network makes one more copy of Packet (Bag; FIFO and FIFOPerfect: of the oldest, right behind it)
	Drop                          // the network loses Packet (LossySet, Bag, FIFO: the oldest)
	Corrupt                       // the network delivers As from From to To in place of Packet
	Forge                         // the network delivers Packet from From to To, though it was not sent there
	Cut                           // the network cuts off the direction from From to To
	Crash                         // From crashes between two events
	ActionKinds                   // how many kinds there are
)

var actionNames = [ActionKinds]string{"send", "deliver", "confirm", "timeout", "recover", "heal", "duplicate", "drop", "corrupt", "forge", "cut", "crash"}

// String returns the word that stands for the kind in schedules.
func (k ActionKind) String() string {
	if k >= ActionKinds {
		return fmt.Sprintf("action(%d)", uint8(k))
	}
	return actionNames[k]
}

// Action is one move of the application, the network, a clock or a crash.
// Fields that its kind does not name are zero.
type Action struct {
	Kind    ActionKind
	From    spec.Process
	To      spec.Process
	Message spec.Message
	Packet  impl.Packet
	As      impl.Packet
	Timer   impl.TimerID

	Crashes bool // Send, Deliver, Timeout, Recover: the process crashes within the handler
	After   int  // where Crashes: effects of the handler that were carried out before
}

// String returns the action as one line of a schedule: Parse reads it back.
func (a Action) String() string {
	if a.Crashes {
		whole := a
		whole.Crashes = false
		return fmt.Sprintf("%s crash %d", whole, a.After)
	}
	switch a.Kind {
	case Send:
		return fmt.Sprintf("send %d>%d %q", a.From, a.To, string(a.Message))
	case Timeout:
		return fmt.Sprintf("timeout %d %d", a.From, a.Timer)
	case Recover, Crash:
		return fmt.Sprintf("%s %d", a.Kind, a.From)
	case Cut, Heal:
		return fmt.Sprintf("%s %d>%d", a.Kind, a.From, a.To)
	case Corrupt:
		return fmt.Sprintf("corrupt %d>%d %q %q", a.From, a.To, string(a.Packet), string(a.As))
	}
	return fmt.Sprintf("%s %d>%d %q", a.Kind, a.From, a.To, string(a.Packet))
}

// Move is an enabled action of one World in compact form: it is meaningful
// only to the System that made it.
type Move struct {
	kind  ActionKind
	place uint8  // Send, Timeout, Recover, Crash: a process; else a channel
	cut   uint16 // the process crashes after so many effects of its handler, plus one; 0: it does not
	id    uint32 // Send, Timeout, Recover, Crash: an input of the process; Cut, Heal: 0; else a packet
	as    uint32 // Corrupt: the packet that arrives instead
}

// Kind returns the kind of the action; one within which a process crashes is a
// Crash.
func (m Move) Kind() ActionKind {
	if m.cut > 0 {
		return Crash
	}
	return m.kind
}
