package chaos

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is a kind of fault. Its zero value is none.
type Kind uint8

// The kinds of faults. Packets are those of the fault's direction, and the
// writes of streams there.
const (
	_         Kind = iota
	Drop           // packet Number is lost
	Delay          // packet Number arrives later by Time
	Duplicate      // packet Number arrives again, later by Time
	Flip           // bit Value of packet Number is flipped, counted from 0, modulo its bits
	Swap           // words Value and Other, of 16 bits, of packet Number change places, modulo its words
	Truncate       // packet Number is cut to Value bytes
	Inject         // after packet Number arrives another one, Bytes, where it was going to
	Reset          // write Number resets its stream and is lost; a datagram is left alone
	Cut            // packets transmitted from Time until Until are lost; where Until is 0, for ever
	Bandwidth      // Value bytes a second are transmitted
	Queue          // while Value packets wait for the bandwidth, more are lost
	kinds
)

var kindNames = [kinds]string{
	Drop: "drop", Delay: "delay", Duplicate: "duplicate", Flip: "flip", Swap: "swap", Truncate: "truncate",
	Inject: "inject", Reset: "reset", Cut: "cut", Bandwidth: "bandwidth", Queue: "queue",
}

// String returns the lower-case name of the kind, as it stands in plans.
func (k Kind) String() string {
	if k == 0 || k >= kinds {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// numbered reports whether faults of this kind happen to one packet.
func (k Kind) numbered() bool { return k < Cut }

// Fault is one fault of the packets from one host to another. Its kind says
// which fields count; the others are zero.
type Fault struct {
	Kind         Kind
	From, To     int           // hosts, from 0
	Number       int           // of the packet, from 1, among those of the direction
	Time         time.Duration // a delay, or the time since New
	Until        time.Duration // since New
	Value, Other int
	Bytes        string
}

// String returns the fault as Parse reads it.
func (f Fault) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d>%d", f.Kind, f.From, f.To)
	if f.Kind.numbered() {
		fmt.Fprintf(&b, " %d", f.Number)
	}
	switch f.Kind {
	case Delay, Duplicate:
		fmt.Fprintf(&b, " %v", f.Time)
	case Flip, Truncate, Bandwidth, Queue:
		fmt.Fprintf(&b, " %d", f.Value)
	case Swap:
		fmt.Fprintf(&b, " %d %d", f.Value, f.Other)
	case Inject:
		b.WriteString(" " + strconv.Quote(f.Bytes))
	case Cut:
		fmt.Fprintf(&b, " %v", f.Time)
		if f.Until != 0 {
			fmt.Fprintf(&b, "..%v", f.Until)
		}
	}
	return b.String()
}

const (
	maxHosts = 250         // their addresses are 10.0.0.1 to 10.0.0.250
	maxTime  = time.Hour   // of a fault
	maxValue = 1 << 30     // of a number in a fault
	minRate  = 1           // bytes a second
	maxBytes = maxDatagram // of an injected packet
)

// check returns what is wrong with the fault, or nil.
func (f Fault) check() error {
	switch {
	case f.Kind == 0 || f.Kind >= kinds:
		return fmt.Errorf("unknown fault %v", f.Kind)
	case f.From < 0 || f.From >= maxHosts || f.To < 0 || f.To >= maxHosts || f.From == f.To:
		return fmt.Errorf("from %d to %d: want two of the hosts 0 to %d", f.From, f.To, maxHosts-1)
	case f.Kind.numbered() && f.Number < 1:
		return fmt.Errorf("packet %d: they count from 1", f.Number)
	case f.Time < 0 || f.Time > maxTime || f.Until < 0 || f.Until > maxTime:
		return fmt.Errorf("time: want 0 to %v", maxTime)
	case f.Until != 0 && f.Until <= f.Time:
		return fmt.Errorf("from %v until %v: it ends before it begins", f.Time, f.Until)
	case f.Value < 0 || f.Value > maxValue || f.Other < 0 || f.Other > maxValue:
		return fmt.Errorf("number: want 0 to %d", maxValue)
	case f.Kind == Bandwidth && f.Value < minRate:
		return fmt.Errorf("bandwidth %d: want %d byte a second or more", f.Value, minRate)
	case len(f.Bytes) > maxBytes:
		return fmt.Errorf("a packet of %d bytes: want %d at most", len(f.Bytes), maxBytes)
	}
	return nil
}

// Plan is what goes wrong on a network: a sparse list of faults, over wires that
// are calm. Several faults may befall one packet; they do so in their order.
// Of several limits of one kind and direction the last counts.
type Plan []Fault

// Check returns what is wrong with the faults, or nil.
func (p Plan) Check() error {
	var errs []error
	for i, f := range p {
		if err := f.check(); err != nil {
			errs = append(errs, fmt.Errorf("fault %d, %v: %w", i+1, f, err))
		}
	}
	return errors.Join(errs...)
}

// String returns the plan as text, a fault a line. Parse reads it.
func (p Plan) String() string { return p.join("\n") + "\n"[:min(1, len(p))] }

// Inline returns the plan in one line, separated by "; ". Parse reads it.
func (p Plan) Inline() string { return p.join("; ") }

func (p Plan) join(separator string) string {
	lines := make([]string, len(p))
	for i, f := range p {
		lines[i] = f.String()
	}
	return strings.Join(lines, separator)
}
