package checker

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fairloss/spec"
)

// stepOrders are the ways of a queue that may lose messages to take a step: of
// equal ones each may be the one delivered.
func stepOrders(held []spec.Message, o toy) (next [][]spec.Message) {
	if !o.delivery {
		return [][]spec.Message{append(slices.Clip(held), o.message)}
	}
	for i, m := range held {
		if m == o.message {
			next = append(next, held[i+1:])
		}
	}
	return next
}

// ordered is the slow oracle of Order: it tries every order of the operations,
// and every choice of what is lost.
func ordered(all []toy, done uint, held []spec.Message) bool {
	first := int64(never)
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
		for _, next := range stepOrders(held, o) {
			if ordered(all, done|1<<i, next) {
				return true
			}
		}
	}
	return false
}

// completed is the slow oracle of a queue whose history may go on: it tries
// every set of the messages as already on their way to a receiver.
func completed(t traffic) bool {
	sent := len(t.sends)
	for pending := range 1 << sent {
		longer := t
		longer.deliveries = slices.Clone(t.deliveries)
		for i, o := range t.sends {
			if pending>>i&1 == 1 {
				longer.deliveries = append(longer.deliveries, operation{o.message, o.call, never - 1})
			}
		}
		if linearizable(toys(longer), 0, nil, stepQueue) {
			return true
		}
	}
	return false
}

// TestOrderAgainstOracle judges gaps: as order only, and as the prefix of a
// queue's history, where a message that is missing may still arrive.
func TestOrderAgainstOracle(t *testing.T) {
	for _, s := range []shape{
		{messages: 4, names: 4, receivers: 1, widening: 6},
		{messages: 4, names: 4, receivers: 3, widening: 5},
		{messages: 4, names: 2, receivers: 2, widening: 5},
	} {
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(s.names), uint64(s.receivers)))
			orders, queues := verdicts{}, verdicts{}
			for range rounds(5_000) {
				history := s.random(r)
				if r.IntN(2) > 0 {
					history.corrupt(r)
				}
				if n := len(history.deliveries); n > 1 && r.IntN(2) > 0 {
					i := r.IntN(n)
					history.deliveries = slices.Delete(history.deliveries, i, i+1)
				}
				if len(history.deliveries) == 0 {
					continue
				}
				order := verdictOf(ordered(toys(history), 0, nil))
				got, err := Order(t.Context(), history.events())
				if err != nil || got.Verdict != order {
					t.Fatalf("order: got %+v (%v), want %v:\nsends %v\ndeliveries %v", got, err, order, history.sends, history.deliveries)
				}
				want := verdictOf(linearizable(toys(history), 0, nil, stepQueue))
				if want == spec.Violated && completed(history) {
					want = spec.Inconclusive
				}
				got, err = Queue(t.Context(), history.begun())
				if err != nil || got.Verdict != want || (got.Reason == "") != (want == spec.Holds) {
					t.Fatalf("prefix: got %+v (%v), want %v:\nsends %v\ndeliveries %v", got, err, want, history.sends, history.deliveries)
				}
				orders[order]++
				queues[want]++
			}
			orders.wantBoth(t, rounds(5_000)/20)
			queues.wantBoth(t, rounds(5_000)/20)
			if queues[spec.Inconclusive] < rounds(5_000)/40 {
				t.Errorf("too few gaps: %v", queues)
			}
		})
	}
}

// TestEarlyIsDecided wants two judges of which one finds a gap and the other a
// violation to disagree, and a gap to beat a search that gave up.
func TestEarlyIsDecided(t *testing.T) {
	gap := opinion{reason: "a gap", early: true}
	if _, _, err := settle(gap, breach("broken")); err == nil {
		t.Error("a gap and a violation agree")
	}
	if said, engine, err := settle(abstain("too long"), gap); err != nil || said != gap || engine != LogLinear {
		t.Errorf("got %v by %v, %v", said, engine, err)
	}
}
