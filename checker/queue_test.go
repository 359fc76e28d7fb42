package checker

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"fairloss/spec"
)

func TestQueueAgainstOracle(t *testing.T) {
	for _, s := range []shape{
		{messages: 4, names: 4, receivers: 1, widening: 6},
		{messages: 5, names: 5, receivers: 3, widening: 5},
		{messages: 5, names: 2, receivers: 1, widening: 6},
		{messages: 5, names: 3, receivers: 2, widening: 4},
	} {
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			n := rounds(12_500)
			compare(t, s, n, Queue, stepQueue).wantBoth(t, n/5)
		})
	}
}

// Both judges must decide by themselves wherever equal messages do not stand
// in the way, and Porcupine alone where they do.
func TestQueueEngines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	decided := map[Engine]int{}
	for range rounds(3_000) {
		history := shape{messages: 5, names: 2, receivers: 2, widening: 5}.random(r)
		if got, err := Queue(t.Context(), history.events()); err == nil {
			decided[got.Engine]++
		}
	}
	if decided[Porcupine] < 50 || decided[Porcupine|LogLinear] < 50 || decided[LogLinear] > 0 {
		t.Errorf("decided by: %v", decided)
	}
}

// greedy decides a forced order directly: each operation takes effect at the
// latest call among those it must follow.
func greedy(operations []forced) bool {
	sends, deliveries := map[int64]operation{}, map[int64]operation{}
	last := int64(0)
	for _, o := range operations {
		last = max(last, o.value)
		if o.delivery {
			deliveries[o.value] = o.operation
		} else {
			sends[o.value] = o.operation
		}
	}
	latestSend, latest := int64(math.MinInt64), int64(math.MinInt64)
	for p := int64(1); p <= last; p++ {
		s, sent := sends[p]
		latestSend = max(latestSend, s.call)
		latest = max(latest, latestSend)
		if !sent || s.ret < latestSend {
			return false
		}
		if d, delivered := deliveries[p]; delivered {
			latest = max(latest, d.call)
			if d.ret < latest {
				return false
			}
		}
	}
	return true
}

func TestSegmentsAreAsStrictAsTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	seen := verdicts{}
	for range rounds(5_000) {
		history := shape{messages: 5 + r.IntN(20), names: 30, receivers: 1, widening: 12}.random(r)
		if r.IntN(2) > 0 {
			history.corrupt(r)
		}
		instances, told := pair(history.sends, history.deliveries)
		if !told || overlap(history.deliveries) {
			continue
		}
		operations := forceQueue(instances)
		want := verdictOf(greedy(operations))
		for _, segment := range []int{1, 7, 1000} {
			if got := searchForced(t.Context(), operations, segment); got.verdict != want {
				t.Fatalf("in segments of %d: got %+v, want %v:\nsends %v\ndeliveries %v", segment, got, want, history.sends, history.deliveries)
			}
		}
		seen[want]++
	}
	seen.wantBoth(t, rounds(5_000)/5)
}

// A queue of distinct messages, delivered by one receiver, judged by the
// plain search as well as in the forced order.
func TestForcedOrderAgainstPlainSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	seen := verdicts{}
	for range rounds(5_000) {
		history := shape{messages: 7, names: 7, receivers: 1, widening: 9}.random(r)
		if r.IntN(2) > 0 {
			history.corrupt(r)
		}
		instances, told := pair(history.sends, history.deliveries)
		if !told || overlap(history.deliveries) {
			continue
		}
		want := search(t.Context(), queueModel, plainQueue(history))
		got := searchForced(t.Context(), forceQueue(instances), 4)
		if got.verdict != want.verdict {
			t.Fatalf("got %+v, want %+v:\nsends %v\ndeliveries %v", got, want, history.sends, history.deliveries)
		}
		seen[want.verdict]++
	}
	seen.wantBoth(t, rounds(5_000)/5)
}

func at(m spec.Message, call, ret int64) operation { return operation{m, call, ret} }

func TestQueueByHand(t *testing.T) {
	for _, test := range []struct {
		name              string
		sends, deliveries []operation
		want              spec.Verdict
		reason            string
	}{
		{
			name:       "in order",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4)},
			deliveries: []operation{at("a", 5, 6), at("b", 7, 8)},
			want:       spec.Holds,
		},
		{
			name:       "out of order",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 6), at("a", 7, 8)},
			want:       spec.Violated,
			reason:     `channel 0>1: send "a" [1, 2] returned before send "b" [3, 4] began, but deliver "b" [5, 6] returned before deliver "a" [7, 8] began`,
		},
		{
			name:       "sends touch",
			sends:      []operation{at("a", 1, 3), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 6), at("a", 7, 8)},
			want:       spec.Holds,
		},
		{
			name:       "deliveries touch",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 7), at("a", 7, 8)},
			want:       spec.Holds,
		},
		{
			name:       "overtaken and never delivered",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 6)},
			want:       spec.Violated,
			reason:     `channel 0>1: send "a" [1, 2] returned before send "b" [3, 4] began, but only the later one was delivered: deliver "b" [5, 6]`,
		},
		{
			name:       "left in the queue",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4), at("c", 5, never)},
			deliveries: []operation{at("a", 5, 6)},
			want:       spec.Holds,
		},
		{
			name:       "pending send overtaken",
			sends:      []operation{at("a", 1, never), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 6)},
			want:       spec.Holds,
		},
		{
			name:       "pending send delivered",
			sends:      []operation{at("a", 1, never), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 6), at("a", 7, 8)},
			want:       spec.Holds,
		},
		{
			name:       "delivered before it was sent",
			sends:      []operation{at("a", 3, 4)},
			deliveries: []operation{at("a", 1, 2)},
			want:       spec.Violated,
			reason:     `channel 0>1: deliver "a" [1, 2] returned before send "a" [3, 4] began`,
		},
		{
			name:       "delivered twice",
			sends:      []operation{at("a", 1, 2)},
			deliveries: []operation{at("a", 3, 4), at("a", 5, 6)},
			want:       spec.Violated,
			reason:     `channel 0>1: "a" was sent 1× and delivered 2×: deliver "a" [3, 4] was followed by deliver "a" [5, 6]`,
		},
		{
			name:       "never sent",
			sends:      []operation{at("a", 1, 2)},
			deliveries: []operation{at("x", 3, 4)},
			want:       spec.Violated,
			reason:     `channel 0>1: deliver "x" [3, 4], but it was never sent`,
		},
		{
			name:       "two receivers overlap",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4)},
			deliveries: []operation{at("b", 5, 8), at("a", 6, 9)},
			want:       spec.Holds,
		},
		{
			name:       "equal messages in sequence",
			sends:      []operation{at("a", 1, 2), at("b", 3, 4), at("a", 5, 6)},
			deliveries: []operation{at("a", 7, 8), at("a", 9, 10)},
			want:       spec.Violated,
			reason:     `channel 0>1: send "b" [3, 4] returned before send "a" [5, 6] began, but only the later one was delivered: deliver "a" [9, 10]`,
		},
		{
			name:       "equal messages, one send within the other",
			sends:      []operation{at("a", 1, 10), at("a", 2, 3), at("x", 2, 3), at("b", 4, 5), at("y", 4, 5)},
			deliveries: []operation{at("x", 7, 8), at("b", 11, 12), at("a", 13, 14), at("a", 15, 16), at("y", 17, 18)},
			want:       spec.Violated,
			reason:     `channel 0>1: no queue explains these operations: send ["a" [1, 10] "a" [2, 3] "b" [4, 5]]; deliver ["b" [11, 12] "a" [13, 14] "a" [15, 16]]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			history := traffic{Channel: spec.Channel{From: 0, To: 1}, sends: test.sends, deliveries: test.deliveries}
			got, err := Queue(t.Context(), history.events())
			if err != nil || got.Verdict != test.want || got.Reason != test.reason {
				t.Errorf("got %+v, %v\nwant %v %s", got, err, test.want, test.reason)
			}
			if n := len(test.sends) + len(test.deliveries); got.Operations != n {
				t.Errorf("%d operations, want %d", got.Operations, n)
			}
		})
	}
}

func TestRejectedSends(t *testing.T) {
	events := []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "a", Op: 1, At: 1},
		{Kind: spec.Reject, Process: 0, Peer: 1, Message: "a", Op: 1, At: 2},
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "b", Op: 2, At: 3},
		{Kind: spec.Accept, Process: 0, Peer: 1, Message: "b", Op: 2, At: 4},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "b", Since: 5, At: 6},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a", Since: 7, At: 8},
	}
	if got, err := Queue(t.Context(), events[:5]); err != nil || got.Verdict != spec.Holds {
		t.Errorf("got %+v, %v: a rejected send is no gap", got, err)
	}
	got, err := Queue(t.Context(), events)
	if want := `channel 0>1: deliver "a" [7, 8], but its send was rejected`; err != nil || got.Verdict != spec.Violated || got.Reason != want {
		t.Errorf("got %+v, %v, want %s", got, err, want)
	}
}

// A history of points is ordered by its events even where one step holds
// several of them.
func TestQueueOfPoints(t *testing.T) {
	event := func(k spec.Kind, process, peer spec.Process, m spec.Message, at int64) spec.Event {
		return spec.Event{Kind: k, Process: process, Peer: peer, Message: m, At: at}
	}
	events := []spec.Event{
		event(spec.Send, 0, 1, "a", 1), event(spec.Send, 0, 1, "b", 2),
		event(spec.Deliver, 1, 0, "a", 3), event(spec.Deliver, 1, 0, "b", 3),
	}
	if got, err := Queue(t.Context(), events); err != nil || got.Verdict != spec.Holds {
		t.Errorf("got %+v, %v", got, err)
	}
	events[2], events[3] = events[3], events[2]
	got, err := Queue(t.Context(), events)
	want := `channel 0>1: send "a" [0] returned before send "b" [1] began, but deliver "b" [2] returned before deliver "a" [3] began`
	if err != nil || got.Verdict != spec.Violated || got.Reason != want {
		t.Errorf("got %+v, %v, want %s", got, err, want)
	}
}

// Where no part of the history explains the violation in a few operations, they
// are counted.
func TestLongExplanation(t *testing.T) {
	history := traffic{Channel: spec.Channel{From: 0, To: 1}, sends: []operation{at("a", 1, 100), at("a", 2, 3), at("b", 4, 5)}}
	for i := range int64(7) {
		history.sends = append(history.sends, at("a", 10+2*i, 11+2*i))
	}
	history.deliveries = append(history.deliveries, at("b", 200, 201), at("a", 202, 203), at("a", 204, 205))
	got, err := Queue(t.Context(), history.events())
	want := Result{spec.Violated, "channel 0>1: no order of the 13 operations explains them, nor of the 13 on 2 of its messages", 13, Porcupine}
	if err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

// ambiguous is a queue's history that no monitor decides and no search can.
func ambiguous(n int64) traffic {
	t := traffic{Channel: spec.Channel{From: 0, To: 1}}
	for i := range n {
		t.sends = append(t.sends, at("a", 1+i, 1000-i), at(spec.Message([]byte{byte(i)}), 1, 1000))
		t.deliveries = append(t.deliveries, at(spec.Message([]byte{byte(i)}), 2000+2*i, 2001+2*i))
	}
	// Real time puts c before d, but d is delivered first.
	t.sends = append(t.sends, at("c", 1, 1), at("d", 2, 2))
	t.deliveries = append(t.deliveries, at("d", 5000, 5001), at("c", 5002, 5003))
	return t
}

func TestSearchIsBounded(t *testing.T) {
	history := ambiguous(12)
	got, err := Queue(t.Context(), history.events())
	want := Result{Reason: "channel 0>1: porcupine needs more than 256 MiB for 40 operations", Operations: 40}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	got, err = Queue(stopped, history.events())
	want.Reason = "channel 0>1: porcupine was stopped: context canceled"
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// Without the search the monitor still decides.
func TestMonitorDecidesAlone(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	history := crowd(rand.New(rand.NewPCG(7, 8)), 500, 8)
	got, err := Queue(stopped, history.events())
	if want := (Result{spec.Holds, "", 1000, LogLinear}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	history.deliveries[100].message, history.deliveries[400].message = history.deliveries[400].message, history.deliveries[100].message
	if got, err = Queue(stopped, history.events()); err != nil || got.Verdict != spec.Violated || got.Engine != LogLinear {
		t.Errorf("got %+v, %v", got, err)
	}
}

// crowd is the history of a queue with so many senders, each of them always in
// a call, and one receiver.
func crowd(r *rand.Rand, messages, senders int) traffic {
	t := traffic{Channel: spec.Channel{From: 0, To: 1}}
	calls := make([]int64, senders)
	now := int64(1)
	for i := range calls {
		now++
		calls[i] = now
	}
	for n := range messages {
		m, s := spec.Message(fmt.Sprintf("m%d", n)), r.IntN(senders)
		now += 4
		t.sends = append(t.sends, at(m, calls[s], now+r.Int64N(3)))
		t.deliveries = append(t.deliveries, at(m, now+3, now+4+r.Int64N(2)))
		now += 3
		calls[s] = now
	}
	return t
}

func BenchmarkQueue(b *testing.B) {
	const messages = 50_000
	history := crowd(rand.New(rand.NewPCG(9, 10)), messages, 8)
	events := history.events()
	instances, told := pair(history.sends, history.deliveries)
	for _, bench := range []struct {
		name string
		run  func() spec.Verdict
	}{
		{"forced order", func() spec.Verdict {
			return searchForced(b.Context(), forceQueue(instances), segmentOperations).verdict
		}},
		{"log-linear", func() spec.Verdict {
			instances, told = pair(history.sends, history.deliveries)
			return monitorQueue(history, instances, told).verdict
		}},
		{"both from events", func() spec.Verdict {
			got, err := Queue(b.Context(), events)
			if err != nil || got.Engine != Porcupine|LogLinear {
				b.Fatal(got, err)
			}
			return got.Verdict
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := bench.run(); got != spec.Holds {
					b.Fatal(got)
				}
			}
			b.ReportMetric(2*messages*float64(b.N)/b.Elapsed().Seconds(), "operations/s")
		})
	}
}
