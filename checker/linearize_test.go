package checker

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fairloss/spec"
)

// toy is an operation for the slow oracle.
type toy struct {
	operation
	delivery bool
	value    int64 // of an increment; 0 while pending
}

// linearizable is the slow oracle: it tries every order of the operations, less
// those in the set done, that real time allows. Those that never returned may be
// left out. step must not change the state.
func linearizable(all []toy, done uint, state []spec.Message, step func([]spec.Message, toy) ([]spec.Message, bool)) bool {
	first := int64(never) // return among those that are left
	for i, o := range all {
		if done>>i&1 == 0 {
			first = min(first, o.ret)
		}
	}
	if first == never {
		return true
	}
	for i, o := range all {
		if done>>i&1 == 1 || o.call > first {
			continue
		}
		if next, ok := step(state, o); ok && linearizable(all, done|1<<i, next, step) {
			return true
		}
	}
	return false
}

func stepQueue(held []spec.Message, o toy) ([]spec.Message, bool) {
	switch {
	case !o.delivery:
		return append(slices.Clip(held), o.message), true
	case len(held) == 0 || held[0] != o.message:
		return nil, false
	}
	return held[1:], true
}

func stepBag(held []spec.Message, o toy) ([]spec.Message, bool) {
	if !o.delivery {
		return append(slices.Clip(held), o.message), true
	}
	i := slices.Index(held, o.message)
	if i < 0 {
		return nil, false
	}
	return slices.Delete(slices.Clone(held), i, i+1), true
}

func stepCounter(done []spec.Message, o toy) ([]spec.Message, bool) {
	return append(slices.Clip(done), o.message), o.ret == never || o.value == int64(len(done)+1)
}

func toys(t traffic) []toy {
	var all []toy
	for _, o := range t.sends {
		all = append(all, toy{operation: o})
	}
	for _, o := range t.deliveries {
		all = append(all, toy{operation: o, delivery: true})
	}
	return all
}

// shape says what a random history may contain.
type shape struct {
	messages, names     int // how many are sent, and how many different ones there are
	receivers, widening int // how many receivers at most, and by how much points become intervals
	shuffled            bool
}

// random simulates a queue, or a bag where shuffled, and widens each point to an
// interval.
func (s shape) random(r *rand.Rand) traffic {
	t := traffic{Channel: spec.Channel{From: 0, To: 1}, rejected: map[spec.Message]bool{}}
	var held []spec.Message
	free := make([]int64, 1+r.IntN(s.receivers))
	now, sent := int64(1000), 0
	for sent < s.messages || (len(held) > 0 && r.IntN(8) > 0) {
		now += r.Int64N(3)
		call, ret := now-r.Int64N(int64(s.widening)), now+r.Int64N(int64(s.widening))
		if sent < s.messages && (len(held) == 0 || r.IntN(2) == 0) {
			name := sent
			if s.names < s.messages {
				name = r.IntN(s.names)
			}
			m := spec.Message([]byte{byte('a' + name%26), byte('a' + name/26%26), byte('a' + name/676)})
			if r.IntN(12) == 0 {
				ret = never
			}
			t.sends = append(t.sends, operation{m, call, ret})
			held = append(held, m)
			sent++
			continue
		}
		next := 0
		if s.shuffled {
			next = r.IntN(len(held))
		}
		receiver := r.IntN(len(free))
		now = max(now, free[receiver]+1)
		call, ret = max(call, free[receiver]+1), max(ret, now)
		free[receiver] = ret
		t.deliveries = append(t.deliveries, operation{held[next], call, ret})
		held = slices.Delete(held, next, next+1)
	}
	return t
}

// corrupt breaks the history, mostly: it swaps, drops, duplicates, renames or
// moves one operation.
func (t traffic) corrupt(r *rand.Rand) {
	if len(t.deliveries) == 0 {
		return
	}
	d, e := &t.deliveries[r.IntN(len(t.deliveries))], &t.deliveries[r.IntN(len(t.deliveries))]
	s := &t.sends[r.IntN(len(t.sends))]
	switch r.IntN(6) {
	case 0:
		d.message, e.message = e.message, d.message
	case 1:
		d.message = e.message
	case 2:
		d.message = "forged"
	case 3:
		d.message, s.message = s.message, d.message
	case 4:
		by := r.Int64N(12)
		s.call += by
		if s.ret != never {
			s.ret += by
		}
	case 5:
		by := r.Int64N(12)
		d.call, d.ret = d.call-by, d.ret-by
	}
}

// events writes the traffic as a wall-clock history that is closed.
func (t traffic) events() []spec.Event {
	return append(t.begun(), spec.Event{Kind: spec.Forever})
}

// begun writes it as a history that may go on.
func (t traffic) begun() []spec.Event {
	var events []spec.Event
	for i, o := range t.sends {
		events = append(events, spec.Event{Kind: spec.Send, Process: t.From, Peer: t.To, Message: o.message, Op: i + 1, At: o.call})
		if o.ret != never {
			events = append(events, spec.Event{Kind: spec.Accept, Process: t.From, Peer: t.To, Message: o.message, Op: i + 1, At: o.ret})
		}
	}
	for _, o := range t.deliveries {
		events = append(events, spec.Event{Kind: spec.Deliver, Process: t.To, Peer: t.From, Message: o.message, Since: o.call, At: o.ret})
	}
	return events
}

// verdicts counts what the oracle said of random histories.
type verdicts map[spec.Verdict]int

func (v verdicts) wantBoth(t *testing.T, least int) {
	t.Helper()
	if v[spec.Holds] < least || v[spec.Violated] < least {
		t.Errorf("histories are one-sided: %v", v)
	}
}

func verdictOf(ok bool) spec.Verdict {
	if ok {
		return spec.Holds
	}
	return spec.Violated
}

// fewer is set under the race detector, which makes these tests five times
// slower and finds nothing in more of the same.
var fewer bool

// rounds is how many random histories a differential test judges.
func rounds(n int) int {
	if testing.Short() || fewer {
		return n / 5
	}
	return n
}

// compare asks a judge and the oracle about random histories of a shape.
func compare(t *testing.T, s shape, n int,
	judge func(context.Context, []spec.Event) (Result, error), step func([]spec.Message, toy) ([]spec.Message, bool),
) verdicts {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(s.names), uint64(s.receivers)))
	seen := verdicts{}
	for range n {
		history := s.random(r)
		if r.IntN(3) > 0 {
			history.corrupt(r)
		}
		if len(history.deliveries) == 0 {
			continue
		}
		want := verdictOf(linearizable(toys(history), 0, nil, step))
		got, err := judge(t.Context(), history.events())
		if err != nil || got.Verdict != want {
			t.Fatalf("got %+v (%v), want %v:\nsends %v\ndeliveries %v", got, err, want, history.sends, history.deliveries)
		}
		if (got.Reason == "") != (want == spec.Holds) {
			t.Fatalf("%v with reason %q", got.Verdict, got.Reason)
		}
		seen[want]++
	}
	return seen
}

func TestMalformedHistories(t *testing.T) {
	send := spec.Event{Kind: spec.Send, Process: 0, Peer: 1, Message: "a", Op: 1, At: 10}
	accept := spec.Event{Kind: spec.Accept, Process: 0, Peer: 1, Message: "a", Op: 1, At: 20}
	early := accept
	early.At = 9
	for _, test := range []struct {
		name   string
		events []spec.Event
		want   string
	}{
		{"returned twice", []spec.Event{send, accept, accept}, `event 3: call 1 of accept 0>1 "a" returned twice`},
		{"made twice", []spec.Event{send, send}, `event 2: call 1 of send 0>1 "a" was made twice`},
		{"never made", []spec.Event{accept}, `event 1: accept 0>1 "a" ends call 1, which was never made`},
		{"ends early", []spec.Event{send, early}, `event 1: call 1 of send 0>1 "a" began at 10 and ended at 9`},
		{
			"delivery ends early",
			[]spec.Event{{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a", Since: 5, At: 4}},
			`event 1: deliver 0>1 "a" began at 5 and ended at 4`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, judge := range []func(context.Context, []spec.Event) (Result, error){Queue, Order, Bag, Counter} {
				got, err := judge(t.Context(), test.events)
				if err == nil || err.Error() != test.want || got != (Result{}) {
					t.Errorf("got %+v, %v, want %s", got, err, test.want)
				}
			}
		})
	}
}

func TestNothingDeliveredIsInconclusive(t *testing.T) {
	send := spec.Event{Kind: spec.Send, Process: 0, Peer: 1, Message: "a"}
	for _, judge := range []func(context.Context, []spec.Event) (Result, error){Queue, Order, Bag, Counter} {
		got, err := judge(t.Context(), []spec.Event{send})
		if want := (Result{Reason: "nothing was delivered", Operations: 1}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

func TestDisagreementIsAnError(t *testing.T) {
	wrong := object{
		name: "channel 0>1", operations: 1, answers: 1,
		search:  func(context.Context) opinion { return holds },
		monitor: func() opinion { return breach("send %v", operation{"a", 1, 2}) },
	}
	got, err := judge(t.Context(), []object{wrong})
	if err == nil || !strings.Contains(err.Error(), "disagree") || got != (Result{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestOneUndecidedObjectSpoilsTheVerdict(t *testing.T) {
	decided := func(o opinion) object {
		return object{
			name: "channel 0>1", operations: 2, answers: 1,
			search:  func(context.Context) opinion { return o },
			monitor: func() opinion { return abstain("not mine") },
		}
	}
	unsure, good, bad := decided(abstain("too long")), decided(holds), decided(breach("broken"))
	for _, test := range []struct {
		objects []object
		want    Result
	}{
		{[]object{good, good}, Result{spec.Holds, "", 4, Porcupine}},
		{[]object{good, unsure, good}, Result{spec.Inconclusive, "channel 0>1: too long", 6, Porcupine}},
		{[]object{unsure, bad}, Result{spec.Violated, "channel 0>1: broken", 4, Porcupine}},
	} {
		if got, err := judge(t.Context(), test.objects); err != nil || got != test.want {
			t.Errorf("got %+v, %v, want %+v", got, err, test.want)
		}
	}
}

// FuzzJudges feeds any events, four bytes each, to all judges: they may refuse
// them, but must not panic, and never disagree.
func FuzzJudges(f *testing.F) {
	f.Add([]byte{0, 1, 5, 5, 0, 2, 5, 6, 1, 1, 7, 8, 1, 2, 9, 9})
	f.Add([]byte{0, 1, 5, 5, 4, 0, 0, 7, 1, 1, 0, 8, 0, 17, 9, 9, 5, 0, 0, 10})
	f.Add([]byte{2, 1, 5, 5, 3, 17, 5, 6, 2, 2, 7, 8, 3, 34, 9, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []spec.Event
		messages := []spec.Message{"", "a", "b", "a=1", "b=2", "a=3", "a=", "=1"}
		kinds := []spec.Kind{spec.Send, spec.Deliver, spec.Send, spec.Deliver, spec.Accept, spec.Reject, spec.Crash, spec.Confirm}
		for n := 0; len(data) >= 4 && n < 24; n++ {
			e := spec.Event{Kind: kinds[data[0]%8], Peer: 1, Message: messages[data[1]>>4&7], At: int64(int8(data[3]))}
			if data[0]&8 > 0 {
				e.Process, e.Peer = 1, 0
			}
			if e.Kind == spec.Deliver {
				e.Since = int64(int8(data[2]))
			} else {
				e.Op = int(data[1] & 15)
			}
			events = append(events, e)
			data = data[4:]
		}
		for _, judge := range []func(context.Context, []spec.Event) (Result, error){Queue, Order, Bag, Counter} {
			got, err := judge(t.Context(), events)
			switch {
			case err != nil && (strings.Contains(err.Error(), "disagree") || got != (Result{})):
				t.Errorf("%+v, %v: %v", got, err, events)
			case err == nil && (got.Verdict == spec.Holds) != (got.Reason == ""):
				t.Errorf("%+v: %v", got, events)
			}
		}
	})
}
