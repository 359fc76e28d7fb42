package checker

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"

	"fairloss/spec"
)

// rpc is a request of client c to server 0, answered with a value, or never.
type rpc struct {
	client int
	toy
}

func (c rpc) events(op int) []spec.Event {
	client := spec.Process(c.client)
	events := []spec.Event{
		{Kind: spec.Send, Process: client, Peer: 0, Message: c.message, Op: op, At: c.call},
		{Kind: spec.Accept, Process: client, Peer: 0, Message: c.message, Op: op, At: c.call},
	}
	if c.ret != never {
		reply := spec.Message(fmt.Sprintf("%s=%d", c.message, c.value))
		events = append(events, spec.Event{Kind: spec.Deliver, Process: client, Peer: 0, Message: reply, Since: c.ret, At: c.ret})
	}
	return events
}

func eventsOf(calls []rpc) []spec.Event {
	var events []spec.Event
	for i, c := range calls {
		events = append(events, c.events(i+1)...)
	}
	return events
}

// randomCounter simulates a counter, some of whose replies are lost before or
// after the request was executed; then it breaks it, mostly, or not.
func randomCounter(r *rand.Rand, requests, widening int) []rpc {
	var calls []rpc
	now, value := int64(1000), int64(0)
	for i := range requests {
		now += r.Int64N(3)
		c := rpc{1 + i%3, toy{operation: at(spec.Message(fmt.Sprint("r", i)), now-r.Int64N(int64(widening)), now+r.Int64N(int64(widening)))}}
		switch r.IntN(8) {
		case 0:
			c.ret = never
		case 1:
			value++
			c.ret = never
		default:
			value++
			c.value = value
		}
		calls = append(calls, c)
	}
	if r.IntN(2) == 0 {
		return calls
	}
	c, d := &calls[r.IntN(requests)], &calls[r.IntN(requests)]
	switch r.IntN(4) {
	case 0: // executed twice
		for i := range calls {
			if calls[i].value > c.value {
				calls[i].value++
			}
		}
	case 1: // not executed at all
		if d.ret != never {
			d.value = max(c.value, 1)
		}
	case 2:
		if c.ret != never && d.ret != never {
			c.value, d.value = d.value, c.value
		}
	case 3:
		if c.ret != never {
			c.value = r.Int64N(int64(requests) + 2)
		}
	}
	return calls
}

// counterModel is the plain model: pending increments are always possible.
var counterModel = porcupine.Model{
	Init: func() any { return int64(0) },
	Step: func(state, input, _ any) (bool, any) {
		value := state.(int64) + 1
		return input.(int64) == 0 || input.(int64) == value, value
	},
	Hash: func(state any) uint64 { return uint64(state.(int64)) },
}

func TestCounterAgainstOracles(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	seen := verdicts{}
	n := rounds(30_000)
	for range n {
		calls := randomCounter(r, 1+r.IntN(7), 8)
		var todo []toy
		var history []porcupine.Operation
		answers := 0
		for _, c := range calls {
			todo = append(todo, c.toy)
			value := c.value
			if c.ret != never && value == 0 {
				value = -1 // no increment makes 0
			}
			history = append(history, porcupine.Operation{Input: value, Call: c.call, Return: c.ret})
			if c.ret != never {
				answers++
			}
		}
		if answers == 0 {
			continue
		}
		want := verdictOf(linearizable(todo, 0, nil, stepCounter))
		if plain := search(t.Context(), counterModel, history); plain.verdict != want {
			t.Fatalf("plain search: %+v, want %v: %+v", plain, want, calls)
		}
		got, err := Counter(t.Context(), eventsOf(calls))
		if err != nil || got.Verdict != want || got.Engine != Porcupine|LogLinear {
			t.Fatalf("got %+v, %v, want %v: %+v", got, err, want, calls)
		}
		seen[want]++
	}
	seen.wantBoth(t, n/8)
}

func TestCounterSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	seen := verdicts{}
	n := rounds(4_000)
	for range n {
		all, err := channels(eventsOf(randomCounter(r, 5+r.IntN(20), 10)))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range servers(all) {
			want := s.monitor()
			for _, segment := range []int{1, 4, 1000} {
				if got := searchForced(t.Context(), s.forced(), segment); got.verdict != want.verdict {
					t.Fatalf("in segments of %d: got %+v, want %+v: %+v", segment, got, want, s)
				}
			}
			seen[want.verdict]++
		}
	}
	seen.wantBoth(t, n/8)
}

func TestCounterByHand(t *testing.T) {
	call := func(m spec.Message, call, ret, value int64) rpc {
		return rpc{1, toy{operation: at(m, call, ret), value: value}}
	}
	reply := func(m spec.Message, at int64) spec.Event {
		return spec.Event{Kind: spec.Deliver, Process: 1, Peer: 0, Message: m, Since: at, At: at}
	}
	ask := func(m spec.Message, at int64) spec.Event {
		return spec.Event{Kind: spec.Send, Process: 1, Peer: 0, Message: m, Op: 9, At: at}
	}
	const both = Porcupine | LogLinear
	for _, test := range []struct {
		name   string
		calls  []rpc
		more   []spec.Event
		want   spec.Verdict
		engine Engine
		reason string
	}{
		{"in order", []rpc{call("a", 1, 2, 1), call("b", 3, 4, 2)}, nil, spec.Holds, both, ""},
		{"overlapping", []rpc{call("a", 1, 4, 2), call("b", 2, 3, 1)}, nil, spec.Holds, both, ""},
		{"request with =", []rpc{call("x=7", 1, 2, 1)}, nil, spec.Holds, both, ""},
		{"a lost reply pays", []rpc{call("a", 1, never, 0), call("b", 3, 4, 2)}, nil, spec.Holds, both, ""},
		{"a lost request", []rpc{call("a", 1, never, 0), call("b", 3, 4, 1)}, nil, spec.Holds, both, ""},
		{
			"executed twice",
			[]rpc{call("a", 1, 2, 2)},
			nil, spec.Violated, both,
			`server 0: "a" [1, 2] was answered 2, but value 1 was answered to nobody, and no request without a reply is left to have made it: one was executed twice`,
		},
		{
			"a later request cannot pay",
			[]rpc{call("a", 1, 2, 2), call("b", 3, never, 0)},
			nil, spec.Violated, both,
			`server 0: "a" [1, 2] was answered 2, but value 1 was answered to nobody, and the next request without a reply, "b" [3, no return], began later: one was executed twice`,
		},
		{
			"same value",
			[]rpc{call("a", 1, 4, 1), call("b", 2, 3, 1)},
			nil, spec.Violated, both,
			`server 0: "a" [1, 4] and "b" [2, 3] were both answered 1`,
		},
		{
			"out of order",
			[]rpc{call("a", 1, 2, 2), call("b", 3, 4, 1)},
			nil, spec.Violated, both,
			`server 0: "a" [1, 2] was answered 2 before "b" [3, 4] began, which was answered 1, less`,
		},
		{
			"value 0",
			[]rpc{call("a", 1, 2, 0)},
			nil, spec.Violated, both,
			`server 0: "a" [1, 2] was answered 0, but the first increment makes 1`,
		},
		{
			"a value beyond counting",
			[]rpc{call("a", 1, 2, 1<<62)},
			nil, spec.Violated, both,
			`server 0: "a" [1, 2] was answered 4611686018427387904, but value 1 was answered to nobody, and no request without a reply is left to have made it: one was executed twice`,
		},
		{
			"answered twice",
			[]rpc{call("a", 1, 2, 1)},
			[]spec.Event{reply("a=2", 5)},
			spec.Violated, LogLinear,
			`server 0: request "a" of process 1 was answered twice: deliver "a=1" [2], deliver "a=2" [5]`,
		},
		{
			"errors are answers that add nothing",
			[]rpc{call("a", 1, 2, 1), call("c", 7, 8, 2)},
			[]spec.Event{ask("b", 3), reply("b=full", 5)},
			spec.Holds, both, "",
		},
		{
			"an error, and a value",
			[]rpc{call("a", 1, 2, 1)},
			[]spec.Event{reply("a=full", 5)},
			spec.Violated, LogLinear,
			`server 0: request "a" of process 1 was answered twice: deliver "a=1" [2], deliver "a=full" [5]`,
		},
		{
			"executed in spite of its error",
			[]rpc{call("a", 1, 2, 1), call("c", 7, 8, 3)},
			[]spec.Event{ask("b", 3), reply("b=full", 5)},
			spec.Violated, both,
			`server 0: "c" [7, 8] was answered 3, but value 2 was answered to nobody, and no request without a reply is left to have made it: one was executed twice`,
		},
		{
			"answers no request",
			[]rpc{call("a", 1, 2, 1)},
			[]spec.Event{reply("b=2", 5)},
			spec.Violated, LogLinear,
			`server 0: deliver "b=2" [5] to process 1 answers no request`,
		},
		{
			"not a reply",
			[]rpc{call("a", 1, 2, 1)},
			[]spec.Event{reply("a=one", 5)},
			spec.Violated, LogLinear,
			`server 0: deliver "a=one" [5] to process 1 answers no request`,
		},
		{
			"answered before it was asked",
			[]rpc{call("a", 7, never, 0)},
			[]spec.Event{reply("a=1", 5)},
			spec.Violated, LogLinear,
			`server 0: deliver "a=1" [5] to process 1 returned before its request was sent at 7`,
		},
		{
			"rejected",
			nil,
			[]spec.Event{
				{Kind: spec.Send, Process: 1, Peer: 0, Message: "a", Op: 9, At: 1},
				{Kind: spec.Reject, Process: 1, Peer: 0, Message: "a", Op: 9, At: 2},
				reply("a=1", 5),
			},
			spec.Violated, LogLinear,
			`server 0: deliver "a=1" [5] to process 1, but its request was rejected`,
		},
		{
			"equal requests",
			[]rpc{call("a", 1, 2, 1), call("a", 3, never, 0)},
			nil, spec.Inconclusive, 0,
			`server 0: porcupine was not asked: process 1 sent the request "a" twice, so its replies cannot be told apart`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Counter(t.Context(), append(eventsOf(test.calls), test.more...))
			if err != nil || got.Verdict != test.want || got.Reason != test.reason || got.Engine != test.engine {
				t.Errorf("got %+v, %v\nwant %v %v %s", got, err, test.want, test.engine, test.reason)
			}
		})
	}
}

// The server's own events are in the history too, but only the clients' count.
func TestCounterIgnoresTheServersEvents(t *testing.T) {
	event := func(k spec.Kind, process, peer spec.Process, m spec.Message) spec.Event {
		return spec.Event{Kind: k, Process: process, Peer: peer, Message: m}
	}
	events := []spec.Event{
		event(spec.Send, 1, 0, "a"), event(spec.Send, 2, 0, "a"),
		event(spec.Deliver, 0, 1, "a"), event(spec.Send, 0, 1, "a=1"),
		event(spec.Deliver, 0, 2, "a"), event(spec.Send, 0, 2, "a=2"),
		event(spec.Deliver, 2, 0, "a=2"), event(spec.Deliver, 1, 0, "a=1"),
	}
	got, err := Counter(t.Context(), events)
	if want := (Result{spec.Holds, "", 2, Porcupine | LogLinear}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	// Executed twice for process 2, whose first reply got lost.
	events = append(events, event(spec.Send, 1, 0, "b"), event(spec.Deliver, 1, 0, "b=4"))
	if got, err = Counter(t.Context(), events); err != nil || got.Verdict != spec.Violated {
		t.Errorf("got %+v, %v", got, err)
	}
}

func benchmark(b *testing.B, judge func(context.Context, []spec.Event) (Result, error)) {
	const messages = 50_000
	events := crowd(rand.New(rand.NewPCG(9, 10)), messages, 8).events()
	b.ReportAllocs()
	for b.Loop() {
		if got, err := judge(b.Context(), events); err != nil || got.Verdict != spec.Holds || got.Engine != Porcupine|LogLinear {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(2*messages*float64(b.N)/b.Elapsed().Seconds(), "operations/s")
}

func BenchmarkCounter(b *testing.B) {
	const requests = 100_000
	history := crowd(rand.New(rand.NewPCG(9, 10)), requests, 8)
	slices.SortFunc(history.sends, func(a, b operation) int { return cmp.Compare(a.ret, b.ret) })
	var calls []rpc
	for i, o := range history.sends {
		calls = append(calls, rpc{1 + i%8, toy{operation: o, value: int64(i + 1)}})
	}
	events := eventsOf(calls)
	b.ReportAllocs()
	for b.Loop() {
		if got, err := Counter(b.Context(), events); err != nil || got.Verdict != spec.Holds || got.Engine != Porcupine|LogLinear {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(requests*float64(b.N)/b.Elapsed().Seconds(), "operations/s")
}
