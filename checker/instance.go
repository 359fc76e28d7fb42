package checker

import (
	"cmp"
	"slices"
)

// instance is one message with what happened to it. A message that was never
// sent has no send, one that was not delivered no delivery.
type instance struct {
	send, delivery  operation
	sent, delivered bool
}

// begun is when the delivery began.
func (i instance) begun() int64 {
	if !i.delivered {
		return never
	}
	return i.delivery.call
}

// pair matches equal messages in order: the k-th send, by call, with the k-th
// delivery, by return. told says that a queue leaves no other choice: no send
// or delivery of a message lies strictly within another one of an equal
// message. (If both ends of one come no later than those of the other, the two
// can swap their places in any order, so the first may be taken for the first.)
func pair(sends, deliveries []operation) (instances []instance, told bool) {
	sends, deliveries = slices.Clone(sends), slices.Clone(deliveries)
	slices.SortFunc(sends, byMessage(callOf, returnOf))
	slices.SortFunc(deliveries, byMessage(returnOf, callOf))
	told = slices.IsSortedFunc(sends, byMessage(returnOf)) && slices.IsSortedFunc(deliveries, byMessage(callOf))
	for len(sends) > 0 || len(deliveries) > 0 {
		var i instance
		order := 0
		switch {
		case len(sends) == 0:
			order = 1
		case len(deliveries) == 0:
			order = -1
		default:
			order = cmp.Compare(sends[0].message, deliveries[0].message)
		}
		if order <= 0 {
			i.send, i.sent, sends = sends[0], true, sends[1:]
		}
		if order >= 0 {
			i.delivery, i.delivered, deliveries = deliveries[0], true, deliveries[1:]
		}
		instances = append(instances, i)
	}
	return instances, told
}

func callOf(o operation) int64   { return o.call }
func returnOf(o operation) int64 { return o.ret }

// byMessage orders operations by message, then by the given times.
func byMessage(times ...func(operation) int64) func(a, b operation) int {
	return func(a, b operation) int {
		order := cmp.Compare(a.message, b.message)
		for _, time := range times {
			if order == 0 {
				order = cmp.Compare(time(a), time(b))
			}
		}
		return order
	}
}
