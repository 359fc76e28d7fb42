package spec

import (
	"fmt"
	"strings"
)

// Process is the rank of a process: 0, 1, 2, …
type Process int

// Message is what the application sends: any bytes, immutable. Two messages
// with equal bytes are two messages.
type Message string

// Kind says what happened in an Event. Its zero value is no event.
type Kind uint8

// The kinds of events. In each, Event.Process is where it happened.
const (
	_        Kind = iota
	Send          // the application asks the link to send Message to Peer: S(i)
	Deliver       // the link delivers Message, sent by Peer, to the application: D(i)
	Confirm       // the link tells the sender that its oldest unconfirmed instance of Message was delivered at Peer
	Store         // the stable store that holds Message, sent by Peer, is complete: L(i)
	Transmit      // the link hands Packet, for Peer, to the network: s(m)
	Receive       // the network hands Packet, from Peer, to the link: d(m)
	Crash         // the process crashes
	Recover       // the process recovers
	Held          // the link now holds Count messages in its buffers
	Kept          // the state of the link at Process takes Count bytes, while all messages are delivered and confirmed and nothing is on its way
	Accept        // the Send returned: the link has the message (wall-clock histories, as call Op; worlds in which processes crash)
	Reject        // the Send call numbered Op failed: the link never saw the message (wall-clock histories)
	Cut           // from now on nothing gets through from Process to Peer
	Heal          // from now on packets get through again
	Corrupt       // the Packet from Peer that the network hands to the link next has changed on its way: here is what it was
	Forge         // the packet from Peer that the network hands to the link next is none that Peer sent there
	Forever       // the events after this one repeat for ever; where none follow, nothing more happens
	kinds
)

var kindNames = [kinds]string{
	Send: "send", Deliver: "deliver", Confirm: "confirm", Store: "store", Transmit: "transmit", Receive: "receive",
	Crash: "crash", Recover: "recover", Held: "held", Kept: "kept", Accept: "accept", Reject: "reject", Cut: "cut", Heal: "heal",
	Corrupt: "corrupt", Forge: "forge",
	Forever: "forever",
}

// String returns the lower-case name of the kind, as it stands in history files.
func (k Kind) String() string {
	if k == 0 || k >= kinds {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// ParseKind is the inverse of Kind.String.
func ParseKind(s string) (Kind, error) {
	for k := Kind(1); k < kinds; k++ {
		if kindNames[k] == s {
			return k, nil
		}
	}
	return 0, fmt.Errorf("unknown event %q", s)
}

// Kinds is a set of kinds.
type Kinds uint32

// KindsOf returns the set of the given kinds.
func KindsOf(kinds ...Kind) Kinds {
	var s Kinds
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s&(1<<k) != 0 }

// String returns the names of the kinds in the set, as "send, deliver".
func (s Kinds) String() string {
	var names []string
	for k := Kind(1); k < kinds; k++ {
		if s.Has(k) {
			names = append(names, k.String())
		}
	}
	return strings.Join(names, ", ")
}

// Event is one observable event. Fields that its kind does not name are zero.
//
// Peer is the other end: the receiver for Send, Confirm, Transmit, Accept,
// Reject, Cut and Heal, the sender for Deliver, Store, Receive, Corrupt and
// Forge.
//
// At and Since are times in nanoseconds on one clock of the whole history, but
// that a World counts steps in At. A history of points (of a World, or a timed
// world) leaves Since zero. In a wall-clock history a Send has its call in At,
// the Accept or Reject with the same Op the return; a Deliver has its return in
// At and the call in Since.
type Event struct {
	Kind    Kind
	Process Process
	Peer    Process
	Message Message
	Packet  string
	Count   int   // Held: messages in buffers; Kept: bytes
	Op      int   // Send, Accept, Reject: number of the call, from 1; 0 where calls are points
	At      int64 // when it happened
	Since   int64 // Deliver: when the call that returned it began; 0 where it is a point
}

// String returns the event in one readable line, without its times.
func (e Event) String() string {
	switch e.Kind {
	case Send, Accept, Reject:
		return fmt.Sprintf("%s %d>%d %q", e.Kind, e.Process, e.Peer, e.Message)
	case Confirm:
		return fmt.Sprintf("confirm %d>%d %q", e.Process, e.Peer, e.Message)
	case Deliver, Store:
		return fmt.Sprintf("%s %d>%d %q", e.Kind, e.Peer, e.Process, e.Message)
	case Transmit:
		return fmt.Sprintf("transmit %d>%d %q", e.Process, e.Peer, e.Packet)
	case Receive:
		return fmt.Sprintf("receive %d>%d %q", e.Peer, e.Process, e.Packet)
	case Corrupt:
		return fmt.Sprintf("corrupt %d>%d %q", e.Peer, e.Process, e.Packet)
	case Forge:
		return fmt.Sprintf("forge %d>%d", e.Peer, e.Process)
	case Cut, Heal:
		return fmt.Sprintf("%s %d>%d", e.Kind, e.Process, e.Peer)
	case Held, Kept:
		return fmt.Sprintf("%s %d %d", e.Kind, e.Process, e.Count)
	case Crash, Recover:
		return fmt.Sprintf("%s %d", e.Kind, e.Process)
	}
	return e.Kind.String()
}
