package replicated

import (
	"math/bits"
	"strconv"

	"fairloss/impl"
	"fairloss/spec"
)

// CounterObject is a counter: "inc" adds one to it, "get" reads it.
func CounterObject() Object {
	return Object{
		Name: "counter", New: NewCounter, Calls: []spec.Message{"inc", "get"}, Start: "0",
		Step: func(state string, operation spec.Message) (next, result string) {
			if operation == "get" {
				return state, state
			}
			n, _ := strconv.Atoi(state) // a state is what Step made, or Start
			return strconv.Itoa(n + 1), ""
		},
	}
}

// Counter is a replica of a counter. An increment is over once every replica
// has added one; a get asks every replica and returns the largest answer. Only
// numbers are kept, and nothing tells one increment from another: to add one
// twice is to count twice, so that each must be delivered exactly once.
//
// All is needed for both: two increments may have reached one replica each, and
// a majority would still answer one.
type Counter struct {
	Self      spec.Process
	Peers     []spec.Process
	Count     uint64
	Operation spec.Message // under way; "" where there is none
	Round     round
	Largest   uint64 // get: of the answers
}

// NewCounter returns the replica of process self.
func NewCounter(self spec.Process, peers []spec.Process) impl.Layer {
	return &Counter{Self: self, Peers: peers}
}

// Init does nothing.
func (l *Counter) Init(*impl.Effects) {}

// Ready reports whether no operation is under way.
func (l *Counter) Ready(spec.Process) bool { return l.Operation == "" }

// Send calls an operation.
func (l *Counter) Send(_ spec.Process, operation spec.Message, out *impl.Effects) {
	l.Operation = operation
	n := l.Round.ask(l.Self)
	if operation == "get" {
		l.Largest = l.Count
		broadcast(l.Peers, impl.Pack(impl.Request, "", n), out)
		return
	}
	l.Count++
	broadcast(l.Peers, impl.Pack(impl.Data, "", n), out)
}

// Receive counts increments and answers questions.
func (l *Counter) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, count uint64
	if kind, _ := impl.Unpack(p, &n, &count); kind == impl.Reply {
		l.answered(from, n, count, out)
		return
	}
	switch kind, _ := impl.Unpack(p, &n); kind {
	case impl.Data:
		l.Count++
		out.Transmit(from, impl.Pack(impl.Ack, "", n))
	case impl.Request:
		out.Transmit(from, impl.Pack(impl.Reply, "", n, l.Count))
	case impl.Ack:
		l.answered(from, n, 0, out)
	}
}

// answered ends the operation once every replica has answered.
func (l *Counter) answered(from spec.Process, n, count uint64, out *impl.Effects) {
	if !l.Round.hear(n, from) {
		return
	}
	l.Largest = max(l.Largest, count)
	if bits.OnesCount64(l.Round.Heard) == len(l.Peers)+1 {
		l.finish(out)
	}
}

// finish returns from the operation.
func (l *Counter) finish(out *impl.Effects) {
	result := ""
	if l.Operation == "get" {
		result = strconv.FormatUint(l.Largest, 10)
	}
	out.Deliver(l.Peers[0], answer(l.Operation, result))
	l.Operation, l.Largest = "", 0
}

// Timeout does nothing: there is no timer.
func (l *Counter) Timeout(impl.TimerID, *impl.Effects) {}
