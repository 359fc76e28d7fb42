package checker_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fairloss/checker"
	"fairloss/spec"
)

func send(m spec.Message) spec.Event {
	return spec.Event{Kind: spec.Send, Process: 0, Peer: 1, Message: m}
}

func deliver(m spec.Message) spec.Event {
	return spec.Event{Kind: spec.Deliver, Process: 1, Peer: 0, Message: m}
}

func confirm(m spec.Message) spec.Event {
	return spec.Event{Kind: spec.Confirm, Process: 0, Peer: 1, Message: m}
}

var forever = spec.Event{Kind: spec.Forever}

// said is a Judgement as one line: verdict, index of the breach, events that
// test it, obligations, reason.
func said(j checker.Judgement) string {
	return fmt.Sprintf("%s %v %d %d %d %s", j.Property.ID, j.Verdict, j.Broken, j.Tested, len(j.Owed), j.Reason)
}

func judge(events []spec.Event, properties ...spec.Property) []checker.Judgement {
	j := checker.NewJudge(properties...)
	for _, e := range events {
		j.Observe(e)
	}
	return j.Judgements()
}

// TestFaultsThatLast judges histories in which something is void as things
// stand, or for ever.
func TestFaultsThatLast(t *testing.T) {
	at := func(k spec.Kind, p, q spec.Process) spec.Event { return spec.Event{Kind: k, Process: p, Peer: q} }
	crash, recovery := at(spec.Crash, 1, 0), at(spec.Recover, 1, 0)
	cut, heal, back := at(spec.Cut, 0, 1), at(spec.Heal, 0, 1), at(spec.Cut, 1, 0)
	store := func(m spec.Message) spec.Event {
		return spec.Event{Kind: spec.Store, Process: 1, Peer: 0, Message: m}
	}
	tests := []struct {
		name     string
		property spec.Property
		events   []spec.Event
		want     spec.Verdict
	}{
		{"cut, perhaps for a while", spec.PL1, []spec.Event{send("a"), cut}, spec.Inconclusive},
		{"cut twice, one healed", spec.PL1, []spec.Event{send("a"), cut, back, heal}, spec.Inconclusive},
		{"cut, one delivered", spec.PL1, []spec.Event{send("a"), deliver("a"), send("b"), cut}, spec.Inconclusive},
		{"cut and delivered", spec.PL1, []spec.Event{send("a"), cut, deliver("a")}, spec.Holds},
		{"cut for ever", spec.PL1, []spec.Event{send("a"), cut, forever}, spec.Inconclusive},
		{"cut for ever, one delivered", spec.PL1, []spec.Event{send("a"), deliver("a"), send("b"), cut, forever}, spec.Holds},
		{"cut for a while", spec.PL1, []spec.Event{send("a"), cut, heal, forever}, spec.Violated},
		{"crashed", spec.PL1, []spec.Event{send("a"), crash}, spec.Inconclusive},
		{"crashed, one delivered", spec.PL1, []spec.Event{send("a"), deliver("a"), send("b"), crash}, spec.Holds},
		{"stubborn, cut", spec.SL1, []spec.Event{send("a"), cut}, spec.Inconclusive},
		{"down, perhaps for a while", spec.LPL1, []spec.Event{send("a"), store("a"), send("b"), crash}, spec.Inconclusive},
		{"down for ever", spec.LPL1, []spec.Event{send("a"), store("a"), send("b"), crash, forever}, spec.Holds},
		{"recovered", spec.LPL1, []spec.Event{send("a"), store("a"), send("b"), crash, recovery, forever}, spec.Violated},
		{"request, down", spec.XOP, []spec.Event{send("a"), deliver("a"), send("b"), crash}, spec.Inconclusive},
	}
	for _, tt := range tests {
		j := judge(tt.events, tt.property)[0]
		if j.Verdict != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, said(j), tt.want)
		}
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name   string
		events []spec.Event
		want   []string // one for each property, which it names
	}{
		{"nothing happened", nil, []string{
			"PL1 inconclusive -1 0 0 vacuous: the history has no send event",
			"PL2 inconclusive -1 0 0 vacuous: the history has no deliver event",
			"ACK inconclusive -1 0 0 vacuous: the history has no confirm event",
			"FLL2 inconclusive -1 0 0 vacuous: the history has no deliver event",
		}},
		{"nothing more happens, and nothing did", []spec.Event{forever}, []string{
			"PL1 inconclusive -1 0 0 vacuous: the history has no send event",
			"XOP inconclusive -1 0 0 vacuous: the history has no send event",
		}},
		{"a prefix with a debt", []spec.Event{send("a")}, []string{
			`PL1 inconclusive -1 1 1 the history ends too early to tell: "a", sent by process 0 to process 1, was never delivered`,
			`SL1 inconclusive -1 1 1 the history ends too early to tell: "a", sent by process 0 to process 1, is not delivered infinitely often`,
			"FLL1 inconclusive -1 1 0 the history does not say what happens for ever",
			"PL3 inconclusive -1 0 0 vacuous: the history has no deliver event",
		}},
		{"a prefix without a debt", []spec.Event{send("a"), deliver("a")}, []string{
			"PL1 holds -1 1 0 ",
			"XOP holds -1 1 0 ",
			"PL2 holds -1 1 0 ",
			`SL1 inconclusive -1 1 1 the history ends too early to tell: "a", sent by process 0 to process 1, is not delivered infinitely often`,
			"FLL1 inconclusive -1 1 0 the history does not say what happens for ever",
			"FLL2 inconclusive -1 1 0 the history does not say what happens for ever",
		}},
		{"lost for ever", []spec.Event{send("a"), forever}, []string{
			`PL1 violated -1 1 1 "a", sent by process 0 to process 1, was never delivered`,
			`XOP violated -1 1 1 "a", sent by process 0 to process 1, was never executed`,
			"PL2 inconclusive -1 0 0 vacuous: the history has no deliver event",
		}},
		{"many lost", []spec.Event{send("a"), send("b"), send("c"), send("d"), send("e"), forever}, []string{
			`PL1 violated -1 5 5 "a", sent by process 0 to process 1, was never delivered; "b", sent by process 0 to process 1, was never delivered; "c", sent by process 0 to process 1, was never delivered; and 2 more`,
		}},
		{"one violation does not hide another", []spec.Event{send("a"), send("b"), deliver("b"), confirm("a"), deliver("b"), deliver("c"), forever}, []string{
			`PL1 violated -1 2 1 "a", sent by process 0 to process 1, was never delivered`,
			`PL2 violated 4 3 0 process 1 delivers "b" from process 0 once more than it was sent`,
			`PL3 violated 5 3 0 process 1 delivers "c" from process 0, which never sent it`,
			`FIFO violated 2 3 0 process 1 delivers "b" from process 0 before "a", which was sent earlier`,
			`ACK violated 3 1 0 process 0 is told that "a" was delivered to process 1; it was not`,
			"ORD holds -1 3 0 ",
		}},
		{"delivered for ever", []spec.Event{send("a"), forever, deliver("a")}, []string{
			"SL1 holds -1 1 0 ",
			"PL1 holds -1 1 0 ",
			`PL2 violated 2 1 0 process 1 delivers "a" from process 0 once more than it was sent, as the cycle repeats`,
			`FLL2 violated -1 1 1 "a", sent by process 0 to process 1, is delivered for ever and never sent again`,
		}},
		{"sent for ever", []spec.Event{send("a"), forever, deliver("a"), send("a")}, []string{
			"PL1 holds -1 2 0 ",
			"PL2 holds -1 1 0 ",
			"FLL1 holds -1 2 0 ",
			"FLL2 holds -1 1 0 ",
			"XOP holds -1 2 0 ",
		}},
		{"sent for ever and lost", []spec.Event{send("a"), deliver("a"), forever, send("a")}, []string{
			`FLL1 violated -1 2 1 "a", sent by process 0 to process 1, is sent for ever and never delivered again`,
			"FLL2 holds -1 1 0 ",
		}},
		{"the window fills up as the cycle repeats", []spec.Event{forever, send("a"), send("b"), confirm("a")}, []string{
			"BND violated 2 2 0 process 0 has 41 unconfirmed messages to process 1, more than 40, as the cycle repeats",
		}},
	}
	byID := map[string]spec.Property{}
	for _, p := range append(spec.Properties(), spec.Bounded(40, 1)) {
		byID[p.ID] = p
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var properties []spec.Property
			for _, want := range tt.want {
				var id string
				fmt.Sscan(want, &id)
				properties = append(properties, byID[id])
			}
			for i, j := range judge(tt.events, properties...) {
				if got := said(j); got != tt.want[i] {
					t.Errorf("got  %s\nwant %s", got, tt.want[i])
				}
				if alone := judge(tt.events, properties[i])[0]; said(alone) != said(j) {
					t.Errorf("judged alone: %s\nwith others:  %s", said(alone), said(j))
				}
			}
		})
	}
}

// TestJudgementsChangeNothing asks after every event, and wants the same
// answer in the end as without asking.
func TestJudgementsChangeNothing(t *testing.T) {
	events := []spec.Event{send("a"), send("b"), deliver("a"), forever, deliver("b"), send("b"), deliver("c")}
	curious := checker.NewJudge(spec.Properties()...)
	for k, e := range events {
		curious.Observe(e)
		got, again := curious.Judgements(), judge(events[:k+1], spec.Properties()...)
		for i := range got {
			if said(got[i]) != said(again[i]) {
				t.Errorf("after %d events: got %s, want %s", k+1, said(got[i]), said(again[i]))
			}
		}
	}
}

// TestJudgeLasso compares the verdict on a cycle with what monitors say where
// the cycle is written out many times.
func TestJudgeLasso(t *testing.T) {
	d := rand.New(rand.NewPCG(5, 0))
	properties := append(spec.Properties(), spec.Bounded(3, 1))
	seen := map[string]int{}
	for range 8_000 {
		stem, cycle := lasso(d), lasso(d)
		history := slices.Concat(stem, []spec.Event{forever}, cycle)
		for _, j := range judge(history, properties...) {
			broken, owing := repeated(j.Property, history, slices.Repeat(cycle, 40))
			want := broken || owing && j.Property.Class&spec.Liveness != 0
			if got := j.Verdict == spec.Violated; got != want {
				t.Fatalf("%s is %v (%s), want violated: %t\nstem %v\ncycle %v", j.Property.ID, j.Verdict, j.Reason, want, stem, cycle)
			}
			if j.Broken >= 0 && !j.Property.Reads.Has(history[j.Broken].Kind) {
				t.Fatalf("%s is broken by %v", j.Property.ID, history[j.Broken])
			}
			seen[fmt.Sprint(j.Property.ID, " ", j.Verdict)]++
		}
	}
	for _, p := range properties {
		for _, v := range []spec.Verdict{spec.Holds, spec.Violated} {
			if k := fmt.Sprint(p.ID, " ", v); seen[k] < 50 {
				t.Errorf("only %d histories are %s", seen[k], k)
			}
		}
	}
}

func lasso(d *rand.Rand) []spec.Event {
	events := make([]spec.Event, d.IntN(6))
	for i := range events {
		m := spec.Message([]string{"a", "b"}[d.IntN(2)])
		events[i] = []spec.Event{
			send(m), send(m), deliver(m), deliver(m), confirm(m),
			{Kind: spec.Deliver, Process: 0, Peer: 1, Message: m + "=1"},
			{Kind: spec.Store, Process: 1, Peer: 0, Message: m},
		}[d.IntN(7)]
	}
	return events
}

func repeated(p spec.Property, parts ...[]spec.Event) (broken, owing bool) {
	m := p.New()
	for _, e := range slices.Concat(parts...) {
		if p.Reads.Has(e.Kind) && m.Observe(e) != "" {
			return true, false
		}
	}
	return false, len(m.Owed()) > 0
}
