package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"fairloss/spec"
)

// never is the return of a call that did not return, and the call of a
// delivery that did not happen.
const never = math.MaxInt64

// operation is one call: a closed interval. One operation precedes another
// only if it returned strictly before the other was called.
type operation struct {
	message   spec.Message
	call, ret int64
}

// String returns the message and the interval.
func (o operation) String() string {
	switch o.ret {
	case o.call:
		return fmt.Sprintf("%q [%d]", o.message, o.call)
	case never:
		return fmt.Sprintf("%q [%d, no return]", o.message, o.call)
	}
	return fmt.Sprintf("%q [%d, %d]", o.message, o.call, o.ret)
}

// traffic is what happened on one channel. Rejected sends are not among sends.
type traffic struct {
	spec.Channel
	sends, deliveries []operation
	rejected          map[spec.Message]bool
	prefix            bool // what is not delivered may be on its way to a receiver
}

// channels turns events into the operations of each channel, ordered by
// channel. A history of points is timed by the positions of its events, which
// also orders what happened within one step. O(n).
func channels(events []spec.Event) ([]traffic, error) {
	r := reader{
		points:    !slices.ContainsFunc(events, func(e spec.Event) bool { return e.Op != 0 || e.Since != 0 }),
		calls:     map[callID]*call{},
		byChannel: map[spec.Channel]*traffic{},
	}
	for _, read := range []func(spec.Event) error{r.readReturn, r.readOperation, r.checkReturn} {
		for i, e := range events {
			if r.points {
				e.At = int64(i)
			}
			if err := read(e); err != nil {
				return nil, fmt.Errorf("event %d: %w", i+1, err)
			}
		}
	}
	prefix := !r.points && !slices.ContainsFunc(events, func(e spec.Event) bool { return e.Kind == spec.Forever })
	all := make([]traffic, 0, len(r.byChannel))
	for _, t := range r.byChannel {
		t.prefix = prefix
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b traffic) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return all, nil
}

// reader collects operations from events.
type reader struct {
	points    bool
	calls     map[callID]*call
	byChannel map[spec.Channel]*traffic
}

// callID identifies a Send call within a history.
type callID struct {
	spec.Channel
	op int
}

// call is what is known of a Send call: whether it was made, and how it ended.
type call struct {
	made bool
	end  spec.Kind // Accept, Reject, or 0
	at   int64     // when it ended
}

func (r *reader) on(c spec.Channel) *traffic {
	t := r.byChannel[c]
	if t == nil {
		t = &traffic{Channel: c, rejected: map[spec.Message]bool{}}
		r.byChannel[c] = t
	}
	return t
}

func (r *reader) call(e spec.Event) *call {
	id := callID{spec.Channel{From: e.Process, To: e.Peer}, e.Op}
	c := r.calls[id]
	if c == nil {
		c = &call{}
		r.calls[id] = c
	}
	return c
}

func (r *reader) readReturn(e spec.Event) error {
	if e.Kind != spec.Accept && e.Kind != spec.Reject {
		return nil
	}
	c := r.call(e)
	if c.end != 0 {
		return fmt.Errorf("call %d of %v returned twice", e.Op, e)
	}
	c.end, c.at = e.Kind, e.At
	return nil
}

func (r *reader) readOperation(e spec.Event) error {
	switch {
	case e.Kind == spec.Send:
		return r.readSend(e)
	case e.Kind != spec.Deliver:
		return nil
	case e.At == never || e.Since > e.At:
		return fmt.Errorf("%v began at %d and ended at %d", e, e.Since, e.At)
	case e.Since == 0:
		e.Since = e.At
	}
	t := r.on(spec.Channel{From: e.Peer, To: e.Process})
	t.deliveries = append(t.deliveries, operation{e.Message, e.Since, e.At})
	return nil
}

func (r *reader) readSend(e spec.Event) error {
	t := r.on(spec.Channel{From: e.Process, To: e.Peer})
	if e.Op == 0 {
		t.sends = append(t.sends, operation{e.Message, e.At, e.At})
		return nil
	}
	c := r.call(e)
	switch {
	case c.made:
		return fmt.Errorf("call %d of %v was made twice", e.Op, e)
	case c.end != 0 && (c.at < e.At || c.at == never):
		return fmt.Errorf("call %d of %v began at %d and ended at %d", e.Op, e, e.At, c.at)
	}
	c.made = true
	switch c.end {
	case spec.Reject:
		t.rejected[e.Message] = true
	case spec.Accept:
		t.sends = append(t.sends, operation{e.Message, e.At, c.at})
	default:
		t.sends = append(t.sends, operation{e.Message, e.At, never})
	}
	return nil
}

func (r *reader) checkReturn(e spec.Event) error {
	if (e.Kind == spec.Accept || e.Kind == spec.Reject) && !r.call(e).made {
		return fmt.Errorf("%v ends call %d, which was never made", e, e.Op)
	}
	return nil
}
