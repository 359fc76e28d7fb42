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
	Duplicate                     // the network makes one more copy of Packet (Bag; FIFO and FIFOPerfect: of the oldest, right behind it)
	Drop                          // the network loses Packet (LossySet, Bag, FIFO: the oldest)
	ActionKinds                   // how many kinds there are
)

var actionNames = [ActionKinds]string{"send", "deliver", "confirm", "timeout", "duplicate", "drop"}

// String returns the word that stands for the kind in schedules.
func (k ActionKind) String() string {
	if k >= ActionKinds {
		return fmt.Sprintf("action(%d)", uint8(k))
	}
	return actionNames[k]
}

// Action is one move of the application, the network or a clock. Fields that
// its kind does not name are zero.
type Action struct {
	Kind    ActionKind
	From    spec.Process
	To      spec.Process
	Message spec.Message
	Packet  impl.Packet
	Timer   impl.TimerID
}

// String returns the action as one line of a schedule: Parse reads it back.
func (a Action) String() string {
	switch a.Kind {
	case Send:
		return fmt.Sprintf("send %d>%d %q", a.From, a.To, string(a.Message))
	case Timeout:
		return fmt.Sprintf("timeout %d %d", a.From, a.Timer)
	}
	return fmt.Sprintf("%s %d>%d %q", a.Kind, a.From, a.To, string(a.Packet))
}

// Move is an enabled action of one World in compact form: it is meaningful
// only to the System that made it.
type Move struct {
	kind  ActionKind
	place uint8  // Send, Timeout: a process; else a channel
	id    uint32 // Send, Timeout: an input of the process; else a packet
}

// Kind returns the kind of the action.
func (m Move) Kind() ActionKind { return m.kind }
