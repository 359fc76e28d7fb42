package replicated

import (
	"fairloss/impl"
	"fairloss/spec"
)

// RingObject is a register that moves from one process to another: "r" reads
// it, "w" and a value writes it.
func RingObject() Object {
	return Object{Name: "ring", New: NewRing, Calls: []spec.Message{"wa", "wb", "r"}, Step: readOrWrite}
}

// The verbs of the Data packets of a Ring.
const (
	result  = iota // of request n
	handoff        // of the record, to its owner in epoch n
)

// Ring is a process of a cluster that keeps one record at its owner: process 1
// in the view of epoch 1, process 2 in that of epoch 2. Process 0 changes the
// view at some time, and the others learn of it sooner or later, so that views
// diverge. (Petrov, Database Internals, ch. 8, on state consistency.)
//
// Every request carries the epoch of the view that addressed it. A process with
// a newer view refuses it, and the client asks again with that; one with an
// older view takes the newer one over. So no owner serves a request after it
// has handed the record off, and none before it has got it.
type Ring struct {
	Self      spec.Process
	Peers     []spec.Process
	Epoch     uint64       // of the view that this process has
	Holds     bool         // the record is here
	Record    spec.Message // where Holds
	Waiting   []ask        // requests that came before the record
	Operation spec.Message // under way; "" where there is none
	N         uint64       // the number of the operation
}

// ask is a request of a client.
type ask struct {
	From      spec.Process
	N         uint64
	Operation spec.Message
}

// lastEpoch is that of the view after the change.
const lastEpoch = 2

// owner is the process that holds the record in a view.
func owner(epoch uint64) spec.Process { return spec.Process(epoch) }

// NewRing returns the process self.
func NewRing(self spec.Process, peers []spec.Process) impl.Layer {
	return &Ring{Self: self, Peers: peers, Epoch: 1, Holds: self == owner(1)}
}

// Init lets process 0 change the view at some time.
func (l *Ring) Init(out *impl.Effects) {
	if l.Self == 0 {
		out.SetTimer(0, impl.RetransmitAtLeast, impl.RetransmitAtMost)
	}
}

// Timeout changes the view.
func (l *Ring) Timeout(_ impl.TimerID, out *impl.Effects) {
	l.adopt(lastEpoch, out)
	broadcast(l.Peers, impl.Pack(impl.Change, "", lastEpoch), out)
}

// Ready reports whether no operation is under way.
func (l *Ring) Ready(spec.Process) bool { return l.Operation == "" }

// Send calls an operation.
func (l *Ring) Send(_ spec.Process, operation spec.Message, out *impl.Effects) {
	l.Operation = operation
	l.N++
	l.request(out)
}

// request asks the owner, as this process sees it, for the operation under way.
func (l *Ring) request(out *impl.Effects) {
	if to := owner(l.Epoch); to != l.Self {
		out.Transmit(to, impl.Pack(impl.Request, l.Operation, l.N, l.Epoch))
		return
	}
	l.serve(ask{l.Self, l.N, l.Operation}, out)
}

// Receive handles requests, refusals, results, the record and the new view.
func (l *Ring) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var a, b uint64
	switch kind, m := impl.Unpack(p, &a, &b); {
	case kind == impl.Request:
		l.requested(ask{from, a, m}, b, out)
	case kind == impl.Reply:
		l.refused(a, b, out)
	case kind == impl.Data && a == result:
		l.finish(b, string(m), out)
	case kind == impl.Data && a == handoff:
		l.adopt(b, out)
		l.take(m, out)
	default:
		if kind, _ := impl.Unpack(p, &a); kind == impl.Change {
			l.adopt(a, out)
		}
	}
}

// requested serves a request that was addressed by a view no older than this
// process's own, and refuses any other.
func (l *Ring) requested(a ask, epoch uint64, out *impl.Effects) {
	if epoch < l.Epoch {
		out.Transmit(a.From, impl.Pack(impl.Reply, "", a.N, l.Epoch))
		return
	}
	l.adopt(epoch, out)
	l.serve(a, out)
}

// refused asks again, by the view of the process that has refused.
func (l *Ring) refused(n, epoch uint64, out *impl.Effects) {
	l.adopt(epoch, out)
	if l.under(n) {
		l.request(out)
	}
}

// under reports whether operation n is under way.
func (l *Ring) under(n uint64) bool { return n == l.N && l.Operation != "" }

// adopt takes over a view that is newer, and hands the record off to its owner
// there.
func (l *Ring) adopt(epoch uint64, out *impl.Effects) {
	if epoch <= l.Epoch {
		return
	}
	l.Epoch = epoch
	if to := owner(epoch); l.Holds && to != l.Self {
		out.Transmit(to, impl.Pack(impl.Data, l.Record, handoff, epoch))
		l.Holds, l.Record = false, ""
	}
}

// take begins to serve.
func (l *Ring) take(record spec.Message, out *impl.Effects) {
	l.Holds, l.Record = true, record
	waiting := l.Waiting
	l.Waiting = nil
	for _, a := range waiting {
		l.serve(a, out)
	}
}

// serve executes an operation, once the record is here.
func (l *Ring) serve(a ask, out *impl.Effects) {
	if !l.Holds {
		l.Waiting = append(l.Waiting, a)
		return
	}
	l.execute(a, out)
}

func (l *Ring) execute(a ask, out *impl.Effects) {
	next, found := readOrWrite(string(l.Record), a.Operation)
	l.Record = spec.Message(next)
	if a.From == l.Self {
		l.finish(a.N, found, out)
		return
	}
	out.Transmit(a.From, impl.Pack(impl.Data, spec.Message(found), result, a.N))
}

// finish returns from operation n.
func (l *Ring) finish(n uint64, found string, out *impl.Effects) {
	if l.under(n) {
		out.Deliver(l.Peers[0], answer(l.Operation, found))
		l.Operation = ""
	}
}
