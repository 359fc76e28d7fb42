package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// fifoDelivery is the monitor of FIFO: the messages of each channel that are
// not delivered yet, in the order of sending. A message whose call was rejected
// has no place in it. Duplicates and creations are for PL2 and PL3 to judge.
type fifoDelivery struct{ awaited queues }

func (f *fifoDelivery) Observe(e Event) string {
	i := subject(e)
	q := f.awaited.of(i.channel)
	switch e.Kind {
	case Send:
		q.push(i.message, e.Op)
	case Reject:
		q.cancel(i.message, e.Op)
	case Deliver:
		if q.count[i.message] == 0 {
			return ""
		}
		if first := q.order[0].message; first != i.message {
			return fmt.Sprintf("process %d delivers %q from process %d before %q, which was sent earlier", e.Process, e.Message, e.Peer, first)
		}
		q.pop()
	}
	return ""
}

func (f *fifoDelivery) Owed() []Obligation        { return nil }
func (f *fifoDelivery) AppendKey(b []byte) []byte { return f.awaited.appendKey(b) }
func (f *fifoDelivery) Clone() Monitor            { return &fifoDelivery{f.awaited.clone()} }

// orderOnly is the monitor of ORD: of each channel the messages sent after the
// newest one delivered, and those that were overtaken. A delivery goes to the
// oldest instance that was not overtaken, which is the reading in favour of
// the link. A message whose call was rejected is neither ahead nor overtaken.
type orderOnly struct {
	ahead     queues
	overtaken tally
}

func (o *orderOnly) Observe(e Event) string {
	i := subject(e)
	q := o.ahead.of(i.channel)
	switch {
	case e.Kind == Send:
		q.push(i.message, e.Op)
	case e.Kind == Reject:
		if slices.Contains(q.order, call{i.message, e.Op}) || !o.overtaken.take(i) {
			q.cancel(i.message, e.Op)
		}
	case e.Kind != Deliver:
	case q.count[i.message] > 0:
		for m := q.pop(); m != i.message; m = q.pop() {
			o.overtaken.add(instance{i.channel, m}, 1)
		}
	case o.overtaken[i] > 0:
		return fmt.Sprintf("process %d delivers %q from process %d after a message that was sent later", e.Process, e.Message, e.Peer)
	}
	return ""
}

func (o *orderOnly) Owed() []Obligation { return nil }

func (o *orderOnly) AppendKey(b []byte) []byte { return o.ahead.appendKey(o.overtaken.appendKey(b)) }

func (o *orderOnly) Clone() Monitor { return &orderOnly{o.ahead.clone(), maps.Clone(o.overtaken)} }

// exactlyOnce is the monitor of XOP. A delivery of a request that was sent on
// the channel is its execution. Any other delivery is a reply, and there are
// at most as many as executions of requests in the other direction. A request
// whose call was rejected is executed never, neither before nor after that.
type exactlyOnce struct {
	requests   sent
	unexecuted tally
	unanswered map[channel]int
	again      tally // at most 1 each: executed after Forever
	forever    bool
}

func (x *exactlyOnce) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		x.requests.add(i)
		x.unexecuted.add(i, 1)
	case Reject:
		if !x.unexecuted.take(i) && x.requests.has(i) {
			return fmt.Sprintf("process %d is told that its request %q to process %d failed; it was executed", e.Process, e.Message, e.Peer)
		}
	case Deliver:
		if x.forever && x.again[i] == 0 {
			x.again.add(i, 1)
		}
		return x.deliver(e, i)
	case Forever:
		x.forever = true
	}
	return ""
}

func (x *exactlyOnce) deliver(e Event, i instance) string {
	back := channel{i.to, i.from}
	switch {
	case x.unexecuted.take(i):
		if x.unanswered == nil {
			x.unanswered = map[channel]int{}
		}
		x.unanswered[i.channel]++
	case x.requests.has(i):
		return fmt.Sprintf("process %d executes the request %q of process %d once more than it was sent", e.Process, e.Message, e.Peer)
	case x.unanswered[back] > 0:
		x.unanswered[back]--
	default:
		return fmt.Sprintf("process %d is answered %q by process %d, which had executed no unanswered request of it", e.Process, e.Message, e.Peer)
	}
	return ""
}

func (x *exactlyOnce) Owed() []Obligation {
	owed := maps.Clone(x.unexecuted)
	for i := range x.again {
		delete(owed, i)
	}
	return owed.owed("was never executed")
}

func (x *exactlyOnce) AppendKey(b []byte) []byte {
	b = x.again.appendKey(x.unexecuted.appendKey(x.requests.appendKey(appendBool(b, x.forever))))
	for _, c := range sortedKeys(x.unanswered, channel.compare) {
		if x.unanswered[c] > 0 {
			b = binary.AppendUvarint(appendChannel(b, c), uint64(x.unanswered[c]))
		}
	}
	return b
}

func (x *exactlyOnce) Clone() Monitor {
	return &exactlyOnce{x.requests.clone(), maps.Clone(x.unexecuted), maps.Clone(x.unanswered), maps.Clone(x.again), x.forever}
}
