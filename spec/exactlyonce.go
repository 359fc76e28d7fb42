package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
)

// exactlyOnce is the monitor of XOP. A delivery of a request that was sent on
// the channel is its execution. Any other delivery is a reply, and there are
// at most as many as executions of requests in the other direction. A request
// whose call was rejected is executed never, neither before nor after that. A
// request whose client crashes need not be executed, but may be, once. A crash
// of the server excuses nothing, unless it stays down.
type exactlyOnce struct {
	requests   sent
	unexecuted tally
	excused    tally // no more than unexecuted
	unanswered map[Channel]int
	again      tally // at most 1 each: executed after Forever
	forever    bool
	faults     failures
}

func (x *exactlyOnce) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		x.requests.add(i)
		x.unexecuted.add(i, 1)
	case Reject:
		if !x.take(i) && x.requests.has(i) {
			return fmt.Sprintf("process %d is told that its request %q to process %d failed; it was executed", e.Process, e.Message, e.Peer)
		}
	case Deliver:
		if x.forever && x.again[i] == 0 {
			x.again.add(i, 1)
		}
		return x.deliver(e, i)
	case Crash:
		for i, n := range x.unexecuted {
			if i.From == e.Process {
				x.excused.add(i, n-x.excused[i])
			}
		}
	case Forever:
		x.forever = true
	}
	x.faults.observe(e)
	return ""
}

// take removes one unexecuted instance of i and reports whether there was one.
// One that is not excused goes first.
func (x *exactlyOnce) take(i instance) bool {
	taken := x.unexecuted.take(i)
	if x.excused[i] > x.unexecuted[i] {
		x.excused.add(i, -1)
	}
	return taken
}

func (x *exactlyOnce) deliver(e Event, i instance) string {
	back := Channel{i.To, i.From}
	switch {
	case x.take(i):
		if x.unanswered == nil {
			x.unanswered = map[Channel]int{}
		}
		x.unanswered[i.Channel]++
	case x.requests.has(i):
		return fmt.Sprintf("process %d executes the request %q of process %d once more than it was sent", e.Process, e.Message, e.Peer)
	case x.unanswered[back] > 0:
		if x.unanswered[back]--; x.unanswered[back] == 0 {
			delete(x.unanswered, back)
		}
	default:
		return fmt.Sprintf("process %d is answered %q by process %d, which had executed no unanswered request of it", e.Process, e.Message, e.Peer)
	}
	return ""
}

func (x *exactlyOnce) Owed() []Obligation {
	owed := tally{}
	for i, n := range x.unexecuted {
		if x.again[i] == 0 && !x.unreachable(i) {
			owed.add(i, n-x.excused[i])
		}
	}
	return owed.owed("was never executed")
}

// Voided returns how many requests need not be executed because of faults.
func (x *exactlyOnce) Voided() int {
	void := 0
	for i, n := range x.unexecuted {
		if x.unreachable(i) {
			void += n
		} else {
			void += x.excused[i]
		}
	}
	return void
}

// unreachable reports whether one end of i is down, or cut off from the other.
func (x *exactlyOnce) unreachable(i instance) bool {
	return x.faults.isDown(i.From) || x.faults.isDown(i.To) || x.faults.severed(i.Channel)
}

func (x *exactlyOnce) AppendKey(b []byte) []byte {
	b = x.again.appendKey(x.unexecuted.appendKey(x.requests.appendKey(appendBool(b, x.forever))))
	b = binary.AppendUvarint(b, uint64(len(x.unanswered)))
	for _, c := range sortedKeys(x.unanswered, Channel.Compare) {
		b = binary.AppendUvarint(appendChannel(b, c), uint64(x.unanswered[c]))
	}
	return x.faults.appendKey(x.excused.appendKey(b))
}

func (x *exactlyOnce) Clone() Monitor {
	return &exactlyOnce{
		x.requests.clone(), maps.Clone(x.unexecuted), maps.Clone(x.excused), maps.Clone(x.unanswered),
		maps.Clone(x.again), x.forever, x.faults.clone(),
	}
}
