package checker

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	"fairloss/spec"
)

// Queue judges every channel of the history as a linearizable FIFO queue: a
// Send enqueues, a Deliver dequeues, and there may be any number of senders and
// receivers at either end. A message left in the queue at the end is allowed;
// one that is overtaken and never delivered is not. Where calls overlap and no
// Forever event closes the history, such a message may still be on its way to
// a receiver: then the gap is inconclusive.
//
// Equal messages are judged exactly unless one of two equal sends, or of two
// equal deliveries, lies strictly within the other: then Porcupine alone looks
// at the channel, and gives up beyond its memory. ctx bounds Porcupine; the
// monitor always finishes, in O(n log n).
//
// The error is about malformed events, or says that the judges disagree.
func Queue(ctx context.Context, events []spec.Event) (Result, error) {
	all, err := channels(events)
	if err != nil {
		return Result{}, err
	}
	objects := make([]object, len(all))
	for i, t := range all {
		instances, told := pair(t.sends, t.deliveries)
		objects[i] = object{
			name:       fmt.Sprintf("channel %v", t.Channel),
			operations: len(t.sends) + len(t.deliveries),
			answers:    len(t.deliveries),
			search: func(ctx context.Context) opinion {
				return t.closed(searchQueue(ctx, queueModel, t, instances, told), func() opinion { return searchOrder(ctx, t, instances, told) })
			},
			monitor: func() opinion {
				return t.closed(monitorQueue(t, instances, told), func() opinion { return monitorOrder(t, instances, told) })
			},
		}
	}
	return judge(ctx, objects)
}

// searchQueue asks Porcupine about a queue by its model. Where deliveries do not overlap and messages can
// be told apart, the order of the deliveries forces that of the sends.
func searchQueue(ctx context.Context, model porcupine.Model, t traffic, instances []instance, told bool) opinion {
	if told && !overlap(t.deliveries) {
		return searchForced(ctx, forceQueue(instances), segmentOperations)
	}
	if n := len(t.sends) + len(t.deliveries); n > plainOperations {
		return abstain("porcupine cannot search %d operations whose order is not forced", n)
	}
	said := search(ctx, model, plainQueue(t))
	if said.verdict == spec.Violated && !told {
		return narrow(ctx, model, t)
	}
	return said
}

// narrow explains a channel that only Porcupine can judge by leaving out
// messages as long as no order explains the rest. (What a queue does to some of
// its messages is what a queue of these alone would do.)
func narrow(ctx context.Context, model porcupine.Model, t traffic) opinion {
	messages := t.messages()
	searches := narrowSearches
	for size := len(messages) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(messages) && searches > 0; searches-- {
			fewer := slices.Concat(messages[:i], messages[i+size:])
			if search(ctx, model, plainQueue(t.only(fewer))).verdict == spec.Violated {
				messages = fewer
			} else {
				i += size
			}
		}
	}
	all := len(t.sends) + len(t.deliveries)
	t = t.only(messages)
	if n := len(t.sends) + len(t.deliveries); n > narrowOperations {
		return breach("no order of the %d operations explains them, nor of the %d on %d of its messages", all, n, len(messages))
	}
	return breach("no queue explains these operations: send %v; deliver %v", t.sends, t.deliveries)
}

// messages returns the different messages of the channel.
func (t traffic) messages() []spec.Message {
	var all []spec.Message
	for _, o := range slices.Concat(t.sends, t.deliveries) {
		all = append(all, o.message)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// only returns the traffic with some of its messages, which are sorted.
func (t traffic) only(messages []spec.Message) traffic {
	other := func(o operation) bool {
		_, found := slices.BinarySearch(messages, o.message)
		return !found
	}
	t.sends = slices.DeleteFunc(slices.Clone(t.sends), other)
	t.deliveries = slices.DeleteFunc(slices.Clone(t.deliveries), other)
	return t
}

// overlap reports whether any two of the operations do.
func overlap(operations []operation) bool {
	sorted := slices.Clone(operations)
	slices.SortFunc(sorted, func(a, b operation) int { return cmp.Compare(a.call, b.call) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].call <= sorted[i-1].ret {
			return true
		}
	}
	return false
}

// forceQueue gives each message its position: delivered ones as delivered, then
// what is left in the queue, by call, which costs no possibility because all of
// it only has to follow what was delivered.
func forceQueue(instances []instance) []forced {
	ordered := slices.Clone(instances)
	slices.SortFunc(ordered, func(a, b instance) int {
		return cmp.Or(cmp.Compare(a.begun(), b.begun()), cmp.Compare(a.send.call, b.send.call))
	})
	operations := make([]forced, 0, 2*len(ordered))
	for k, i := range ordered {
		position := int64(k + 1)
		if i.sent {
			operations = append(operations, forced{i.send, act{false, position}})
		}
		if i.delivered {
			operations = append(operations, forced{i.delivery, act{true, position}})
		}
	}
	return operations
}

// plainQueue leaves every choice to the search.
func plainQueue(t traffic) []porcupine.Operation {
	values := map[spec.Message]int64{}
	value := func(m spec.Message) int64 {
		v, known := values[m]
		if !known {
			v = int64(len(values))
			values[m] = v
		}
		return v
	}
	var history []porcupine.Operation
	for _, o := range t.sends {
		history = append(history, request(act{false, value(o.message)}, o))
	}
	for _, o := range t.deliveries {
		history = append(history, request(act{true, value(o.message)}, o))
	}
	return history
}

// monitorQueue decides exactly where messages can be told apart: a history is
// a queue's unless it breaks the bag, or some message was sent before another
// began to be sent, and the other delivered before the one began to be
// delivered. (No longer chain of such precedences is needed: Henzinger, Sezgin
// and Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR 2013.)
func monitorQueue(t traffic, instances []instance, told bool) opinion {
	if said := monitorBag(t, instances); said.verdict == spec.Violated {
		return said
	}
	if !told {
		return abstain("equal messages overlap")
	}
	byCall := slices.DeleteFunc(slices.Clone(instances), func(i instance) bool { return !i.delivered })
	slices.SortFunc(byCall, func(a, b instance) int { return cmp.Compare(a.send.call, b.send.call) })
	byReturn := slices.Clone(instances)
	slices.SortFunc(byReturn, func(a, b instance) int { return cmp.Compare(a.send.ret, b.send.ret) })

	var early, late *instance // early was sent before late, and late delivered before early; late's return is the first to show it
	var last *instance        // of those sent before i was, the one that began to be delivered last
	next := 0
	for k := range byCall {
		i := &byCall[k]
		for ; byReturn[next].send.ret < i.send.call; next++ {
			if last == nil || byReturn[next].begun() > last.begun() {
				last = &byReturn[next]
			}
		}
		if last != nil && i.delivery.ret < last.begun() && (late == nil || i.delivery.ret < late.delivery.ret) {
			early, late = last, i
		}
	}
	switch {
	case late == nil:
		return holds
	case !early.delivered:
		return breach("send %v returned before send %v began, but only the later one was delivered: deliver %v",
			early.send, late.send, late.delivery)
	}
	return breach("send %v returned before send %v began, but deliver %v returned before deliver %v began",
		early.send, late.send, late.delivery, early.delivery)
}
