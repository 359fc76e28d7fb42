package causal

import (
	"fmt"

	"fairloss/spec"
)

// Contradiction is an event that cannot have happened as it is recorded.
type Contradiction struct {
	Event  int // its index
	Cause  int // the index of an event that happened before it, and is recorded otherwise
	Reason string
}

// Error returns "event 5: " and the reason; events count from 1 there.
func (c *Contradiction) Error() string { return fmt.Sprintf("event %d: %s", c.Event+1, c.Reason) }

// Check checks the order and the times of a history against the causal order.
// Nothing may be received before it is first sent, and no event may have a time
// before that of one which happened before it: its clocks ran apart. The error
// is a *Contradiction, or nil. What is received and never sent at all
// contradicts no order.
//
// An answer that no Send asks for, such as the reply of an RPC, must not equal
// a message that is sent on its channel later: it would be taken for that.
//
// It takes linear time.
func Check(events []spec.Event) error {
	if c := early(events); c != nil {
		return c
	}
	return check(events, func(cause, event int) string {
		if before, now := events[cause].At, events[event].At; before > now {
			return fmt.Sprintf("%v is at %d, and %v, which happened before it, at %d", events[event], now, events[cause], before)
		}
		return ""
	})
}

// CheckClocks does what Check does with logical clocks, one for each event,
// instead of times: of two events of which one happened before the other, it
// has the smaller clock. Clocks of events that are at no process are not looked
// at. It panics unless there are as many clocks as events.
func CheckClocks(events []spec.Event, clocks []uint64) error {
	if len(clocks) != len(events) {
		panic(fmt.Sprintf("causal: %d clocks of %d events", len(clocks), len(events)))
	}
	if c := early(events); c != nil {
		return c
	}
	return check(events, func(cause, event int) string {
		if before, now := clocks[cause], clocks[event]; before >= now {
			return fmt.Sprintf("%v has the clock %d, and %v, which happened before it, %d", events[event], now, events[cause], before)
		}
		return ""
	})
}

// check asks of each event and each of its direct causes what is wrong with
// them. The first contradiction of all pairs that happened one before the other
// shows in such a pair too.
func check(events []spec.Event, wrong func(cause, event int) string) error {
	last := map[spec.Process]int{}
	var sent firsts[int]
	for i, e := range events {
		if e.Kind == spec.Forever {
			continue
		}
		before, known := last[e.Process]
		source, received := sent.source(e)
		for _, cause := range []struct {
			event int
			is    bool
		}{{before, known}, {source, received}} {
			if !cause.is {
				continue
			}
			if reason := wrong(cause.event, i); reason != "" {
				return &Contradiction{i, cause.event, reason}
			}
		}
		last[e.Process] = i
		sent.note(e, i)
	}
	return nil
}

// early returns the first receipt of what is sent only later, or nil.
func early(events []spec.Event) *Contradiction {
	var sent firsts[int]
	for i, e := range events {
		sent.note(e, i)
	}
	for i, e := range events {
		sent.intruded = i > 0 && (events[i-1].Kind == spec.Corrupt || events[i-1].Kind == spec.Forge)
		if source, known := sent.source(e); known && source > i {
			return &Contradiction{i, source, fmt.Sprintf("%v comes before it is sent, by event %d", e, source+1)}
		}
	}
	return nil
}
