package impl

import (
	"slices"
	"time"

	"fairloss/spec"
)

// AcceptRecent delivers a message at most once with bounded memory, whatever
// clocks do: a packet has the time at which it was sent, and the receiver drops
// all that was sent more than Keep ago, and remembers the rest. What it has
// forgotten it would drop. (Liskov 1991, "Practical uses of synchronized clocks
// in distributed systems".)
//
// Clocks that are wrong cost messages, not the promise: that of the receiver
// may stand, run or jump, as the floor below which it drops never sinks.
type AcceptRecent struct {
	Keep time.Duration

	Last  PerPeer[uint64]
	Floor time.Duration    // nothing sent at this time or earlier is accepted any more
	Seen  PerPeer[[]Dated] // all that was delivered and sent after Floor
}

// Init does nothing.
func (l *AcceptRecent) Init(*Effects) {}

// Send transmits m under a new number, with the time.
func (l *AcceptRecent) Send(to spec.Process, m spec.Message, out *Effects) {
	last := l.Last.Of(to)
	*last++
	out.Transmit(to, Pack(Data, m, *last, uint64(max(1, out.Now()))))
}

// Receive delivers what is recent and was not delivered.
func (l *AcceptRecent) Receive(from spec.Process, p Packet, out *Effects) {
	var n, stamp uint64
	kind, m := Unpack(p, &n, &stamp)
	l.Floor = max(l.Floor, out.Now()-l.Keep)
	sent, seen := Dated{n, time.Duration(stamp)}, l.Seen.Of(from)
	*seen = slices.DeleteFunc(*seen, func(d Dated) bool { return d.At <= l.Floor })
	if kind == Data && sent.At > l.Floor && !slices.Contains(*seen, sent) {
		*seen = append(*seen, sent)
		out.Deliver(from, m)
	}
}

// Timeout does nothing: there is no timer.
func (l *AcceptRecent) Timeout(TimerID, *Effects) {}

// Describe names a packet, as "data 1 2000000 g": number 1, sent at 2ms.
func (l *AcceptRecent) Describe(p Packet) string { return describe(p, 2) }
