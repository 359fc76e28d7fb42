package impl

import (
	"cmp"
	"slices"
	"time"

	"fairloss/spec"
)

// OrderByTimestamp delivers the messages of all senders in the order of the
// times at which they were sent, as the senders' clocks have it. The sender is
// told once the place of its message is settled: spec.Committed is delivered.
//
// No clock is taken at its word: real time is within Uncertainty of it. A
// message gets the latest time that it can be now as its stamp, and is
// committed when the earliest time that it can be now is later than that (the
// commit wait of Spanner; Corbett et al. 2012). So whatever is sent afterwards,
// by anyone, has a later stamp. The receiver holds a message until Hold after
// its stamp: Hold must be no less than the longest delay and Uncertainty. It is
// for a network that loses and repeats nothing.
type OrderByTimestamp struct {
	Uncertainty time.Duration
	Hold        time.Duration

	Stamp   time.Duration // the last one given; stamps of a process never go back
	Sent    []Stamped     // not acknowledged
	Settled []Stamped     // acknowledged, not committed
	Waiting []Stamped     // received, not delivered; in the order of stamps
}

// Stamped is a message to or from a peer, with its stamp.
type Stamped struct {
	At      time.Duration
	Peer    spec.Process
	Message spec.Message
}

func (s Stamped) compare(other Stamped) int {
	return cmp.Or(cmp.Compare(s.At, other.At), cmp.Compare(s.Peer, other.Peer))
}

// The timers of OrderByTimestamp.
const (
	holdTimer TimerID = iota
	commitTimer
)

// Init does nothing.
func (l *OrderByTimestamp) Init(*Effects) {}

// Send transmits m with its stamp.
func (l *OrderByTimestamp) Send(to spec.Process, m spec.Message, out *Effects) {
	l.Stamp = max(l.Stamp+1, out.Now()+l.Uncertainty)
	l.Sent = append(l.Sent, Stamped{l.Stamp, to, m})
	out.Transmit(to, Pack(Data, m, uint64(l.Stamp)))
}

// Receive puts data in its place and acknowledges it.
func (l *OrderByTimestamp) Receive(from spec.Process, p Packet, out *Effects) {
	var stamp uint64
	switch kind, m := Unpack(p, &stamp); kind {
	case Data:
		d := Stamped{time.Duration(stamp), from, m}
		i, _ := slices.BinarySearchFunc(l.Waiting, d, Stamped.compare)
		l.Waiting = slices.Insert(l.Waiting, i, d)
		out.Transmit(from, Pack(Ack, "", stamp))
		l.deliver(out)
	case Ack:
		isIt := func(s Stamped) bool { return s.Peer == from && s.At == time.Duration(stamp) }
		if i := slices.IndexFunc(l.Sent, isIt); i >= 0 {
			l.Settled = append(l.Settled, l.Sent[i])
			l.Sent = slices.Delete(l.Sent, i, i+1)
			l.commit(out)
		}
	}
}

// Timeout delivers or commits what is due.
func (l *OrderByTimestamp) Timeout(t TimerID, out *Effects) {
	if t == holdTimer {
		l.deliver(out)
	} else {
		l.commit(out)
	}
}

// deliver delivers what has been held long enough.
func (l *OrderByTimestamp) deliver(out *Effects) {
	for len(l.Waiting) > 0 {
		first := l.Waiting[0]
		if rest := first.At + l.Hold - out.Now(); rest > 0 {
			out.SetTimer(holdTimer, rest, rest)
			return
		}
		l.Waiting = l.Waiting[1:]
		out.Deliver(first.Peer, first.Message)
	}
}

// commit commits the messages whose stamp has passed on every clock.
func (l *OrderByTimestamp) commit(out *Effects) {
	earliest := out.Now() - l.Uncertainty
	rest := time.Duration(0)
	l.Settled = slices.DeleteFunc(l.Settled, func(s Stamped) bool {
		if s.At < earliest || l.Uncertainty == 0 {
			out.Deliver(s.Peer, spec.Committed(s.Message))
			return true
		}
		if left := s.At - earliest + 1; rest == 0 || left < rest {
			rest = left
		}
		return false
	})
	if rest > 0 {
		out.SetTimer(commitTimer, rest, rest)
	}
}

// Describe names a packet, as "data 2000000 g": stamped 2ms.
func (l *OrderByTimestamp) Describe(p Packet) string { return describe(p, 1) }
