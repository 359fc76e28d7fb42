package spec

import (
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
	q := f.awaited.of(i.Channel)
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
	q := o.ahead.of(i.Channel)
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
			o.overtaken.add(instance{i.Channel, m}, 1)
		}
	case o.overtaken[i] > 0:
		return fmt.Sprintf("process %d delivers %q from process %d after a message that was sent later", e.Process, e.Message, e.Peer)
	}
	return ""
}

func (o *orderOnly) Owed() []Obligation { return nil }

func (o *orderOnly) AppendKey(b []byte) []byte { return o.ahead.appendKey(o.overtaken.appendKey(b)) }

func (o *orderOnly) Clone() Monitor { return &orderOnly{o.ahead.clone(), maps.Clone(o.overtaken)} }
