package checker

import (
	"context"
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	"fairloss/spec"
)

// Bag judges every channel of the history as a linearizable bag: no message is
// delivered more often than it was sent, nor before the send began. It is what
// a perfect link without order promises, and it is exact for equal messages
// too. ctx bounds Porcupine; the monitor always finishes, in O(n log n).
//
// The error is about malformed events, or says that the judges disagree.
func Bag(ctx context.Context, events []spec.Event) (Result, error) {
	all, err := channels(events)
	if err != nil {
		return Result{}, err
	}
	objects := make([]object, len(all))
	for i, t := range all {
		objects[i] = object{
			name:       fmt.Sprintf("channel %v", t.Channel),
			operations: len(t.sends) + len(t.deliveries),
			answers:    len(t.deliveries),
			search:     func(ctx context.Context) opinion { return searchBag(ctx, t) },
			monitor: func() opinion {
				instances, _ := pair(t.sends, t.deliveries)
				return monitorBag(t, instances)
			},
		}
	}
	return judge(ctx, objects)
}

// searchBag asks Porcupine, message by message: a bag is the product of the
// bags of its values.
func searchBag(ctx context.Context, t traffic) opinion {
	copies := map[spec.Message][]porcupine.Operation{}
	for _, o := range t.sends {
		copies[o.message] = append(copies[o.message], request(act{delivery: false}, o))
	}
	for _, o := range t.deliveries {
		copies[o.message] = append(copies[o.message], request(act{delivery: true}, o))
	}
	said := holds
	for m, history := range copies {
		answer := abstain("porcupine cannot search %d operations of equal messages", len(history))
		if len(history) <= plainOperations {
			answer = search(ctx, copiesModel, history)
		}
		switch answer.verdict {
		case spec.Violated:
			return breach("%q: %s", m, answer.reason)
		case spec.Inconclusive:
			said = answer
		}
	}
	return said
}

// monitorBag decides exactly, given the k-th send of each message, by call,
// with its k-th delivery, by return: it is enough that each delivery has a
// send, and does not return before that send is called. It reports the first
// delivery to break this.
func monitorBag(t traffic, instances []instance) opinion {
	var worst *instance
	for k := range instances {
		i := &instances[k]
		broken := i.delivered && (!i.sent || i.delivery.ret < i.send.call)
		if broken && (worst == nil || i.delivery.ret < worst.delivery.ret) {
			worst = i
		}
	}
	switch {
	case worst == nil:
		return holds
	case worst.sent:
		return breach("deliver %v returned before send %v began", worst.delivery, worst.send)
	}
	return t.surplus(worst.delivery)
}

// surplus explains the first delivery of a message that has no send.
func (t traffic) surplus(first operation) opinion {
	same := func(o operation) bool { return o.message == first.message }
	sends := 0
	for _, o := range t.sends {
		if same(o) {
			sends++
		}
	}
	switch {
	case sends > 0:
		copies := slices.DeleteFunc(slices.Clone(t.deliveries), func(o operation) bool { return !same(o) })
		slices.SortFunc(copies, byMessage(returnOf))
		return breach("%q was sent %d× and delivered %d×: deliver %v was followed by deliver %v",
			first.message, sends, len(copies), copies[sends-1], first)
	case t.rejected[first.message]:
		return breach("deliver %v, but its send was rejected", first)
	}
	return breach("deliver %v, but it was never sent", first)
}
