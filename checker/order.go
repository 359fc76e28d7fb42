package checker

import (
	"context"
	"fmt"
	"slices"

	"fairloss/spec"
)

// Order judges every channel of the history as a linearizable FIFO queue that
// may lose messages: what is delivered is delivered in the order of sending,
// with gaps. It is what order only promises where calls overlap. Equal messages
// are judged as Queue judges them, except that Porcupine alone looks at a
// channel on which some of them are delivered and some are not. ctx bounds
// Porcupine; the monitor always finishes, in O(n log n).
//
// The error is about malformed events, or says that the judges disagree.
func Order(ctx context.Context, events []spec.Event) (Result, error) {
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
			search:     func(ctx context.Context) opinion { return searchOrder(ctx, t, instances, told) },
			monitor:    func() opinion { return monitorOrder(t, instances, told) },
		}
	}
	return judge(ctx, objects)
}

// closed is what is said of a queue whose strict judge has an opinion. In a
// prefix of a history, a message that is overtaken may have left the queue
// already, for a receiver that has not returned: what order with gaps allows is
// then no violation yet.
func (t traffic) closed(strict opinion, order func() opinion) opinion {
	if !t.prefix || strict.verdict != spec.Violated {
		return strict
	}
	gaps := order()
	if gaps.verdict == spec.Holds {
		return opinion{reason: "the history ends too early to tell: " + strict.reason, early: true}
	}
	return gaps
}

func searchOrder(ctx context.Context, t traffic, instances []instance, told bool) opinion {
	told = told && !choice(instances)
	return searchQueue(ctx, orderModel, t, delivered(instances), told)
}

func monitorOrder(t traffic, instances []instance, told bool) opinion {
	return monitorQueue(t, delivered(instances), told && !choice(instances))
}

// delivered returns the instances that were delivered.
func delivered(instances []instance) []instance {
	return slices.DeleteFunc(slices.Clone(instances), func(i instance) bool { return !i.delivered })
}

// choice reports whether it is open which of equal messages were lost. The
// instances are as pair returns them: of equal ones, the delivered come first.
func choice(instances []instance) bool {
	for k := 1; k < len(instances); k++ {
		lost, found := instances[k], instances[k-1]
		if !lost.delivered && found.delivered && found.delivery.message == lost.send.message {
			return true
		}
	}
	return false
}
