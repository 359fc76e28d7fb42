package impl

import (
	"slices"
	"time"

	"fairloss/spec"
)

// DeduplicateByAge delivers each number once, as EliminateDuplicates does, but
// forgets a number once it has remembered it for longer than Keep by the local
// clock: its memory stays bounded.
//
// It leans on time. No copy of a packet may arrive later than Keep after the
// first one, as the receiver's clock measures it: a packet may live no longer,
// the clock run no faster, jump no further and the process pause no longer than
// the rest. AcceptRecent does without all of that.
type DeduplicateByAge struct {
	Keep time.Duration

	Last PerPeer[uint64]
	Seen PerPeer[[]Dated] // in the order of arrival
}

// Dated is a number with a time.
type Dated struct {
	N  uint64
	At time.Duration
}

// Init does nothing.
func (l *DeduplicateByAge) Init(*Effects) {}

// Send transmits m under a new number.
func (l *DeduplicateByAge) Send(to spec.Process, m spec.Message, out *Effects) {
	last := l.Last.Of(to)
	*last++
	out.Transmit(to, Pack(Data, m, *last))
}

// Receive delivers a number that is not remembered.
func (l *DeduplicateByAge) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	kind, m := Unpack(p, &n)
	if kind != Data {
		return
	}
	now, seen := out.Now(), l.Seen.Of(from)
	*seen = slices.DeleteFunc(*seen, func(d Dated) bool { return now-d.At > l.Keep })
	if !slices.ContainsFunc(*seen, func(d Dated) bool { return d.N == n }) {
		*seen = append(*seen, Dated{n, now})
		out.Deliver(from, m)
	}
}

// Timeout does nothing: there is no timer.
func (l *DeduplicateByAge) Timeout(TimerID, *Effects) {}

// Describe names a packet, as "data 1 g".
func (l *DeduplicateByAge) Describe(p Packet) string { return describe(p, 1) }
