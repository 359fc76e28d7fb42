package spec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	testSpare  = 0
	testFactor = 1
	testSpan   = 5
	testAfter  = 6
)

// timedOracle says, slowly, whether event k of a history breaks a property,
// and what the whole history owes. Nil is nothing.
type timedOracle struct {
	property Property
	breaks   func(h []Event, k int) bool
	owes     func(h []Event) int
}

func timedOracles() []timedOracle {
	return []timedOracle{
		{FD1, nil, owedSuspicions},
		{FD2, func(h []Event, k int) bool {
			return says(h[k], Suspect) && !slices.ContainsFunc(h[:k], func(e Event) bool { return e.Kind == Crash && e.Process == h[k].Peer })
		}, nil},
		{EventualAccuracy(testAfter), func(h []Event, k int) bool {
			return says(h[k], Suspect) && h[k].At >= testAfter && isUp(h[:k], h[k].Peer)
		}, owedRestores},
		{Exclusion, func(h []Event, k int) bool {
			others := slices.DeleteFunc([]Process{0, 1, 2}, func(p Process) bool { return p == h[k].Process })
			return says(h[k], Hold) && slices.ContainsFunc(others, func(p Process) bool { return holds(h[:k], p) })
		}, nil},
		{Fencing, breaksFence, nil},
		{ExternalConsistency, breaksExternal, nil},
		{Amplification(testFactor, testSpare, testSpan), func(h []Event, k int) bool {
			return h[k].Kind == Transmit && sends(h[:k], h[k]) && recent(h, k, Transmit) > testSpare+testFactor*recent(h, k, Send)
		}, nil},
	}
}

func says(e Event, m Message) bool { return e.Kind == Deliver && e.Message == m }

// sends reports whether a message was sent on the channel of packet p.
func sends(h []Event, p Event) bool {
	return slices.ContainsFunc(h, func(e Event) bool { return e.Kind == Send && e.Process == p.Process && e.Peer == p.Peer })
}

// recent counts the events of a kind within the span that ends at event k:
// messages, and packets on channels on which messages were sent before.
func recent(h []Event, k int, kind Kind) (n int) {
	for i, e := range h[:k+1] {
		if e.Kind == kind && e.At > h[k].At-testSpan && (kind == Send || sends(h[:i], e)) {
			n++
		}
	}
	return n
}

// last returns the last event that is any of those wanted.
func last(h []Event, wanted func(Event) bool) (e Event, ok bool) {
	for _, e := range slices.Backward(h) {
		if wanted(e) {
			return e, true
		}
	}
	return e, false
}

func isUp(h []Event, p Process) bool {
	e, ok := last(h, func(e Event) bool { return e.Process == p && (e.Kind == Crash || e.Kind == Recover) })
	return !ok || e.Kind == Recover
}

func suspects(h []Event, p, q Process) bool {
	e, ok := last(h, func(e Event) bool {
		return e.Process == p && (e.Kind == Crash || e.Peer == q && (says(e, Suspect) || says(e, Restore)))
	})
	return ok && says(e, Suspect)
}

func holds(h []Event, p Process) bool {
	e, ok := last(h, func(e Event) bool { return e.Process == p && (e.Kind == Crash || says(e, Hold) || says(e, Yield)) })
	return ok && says(e, Hold)
}

func owedSuspicions(h []Event) (n int) {
	for q := range Process(3) {
		for p := range Process(3) {
			known := p < 2 || slices.ContainsFunc(h, func(e Event) bool {
				return FD1.Reads.Has(e.Kind) && (e.Process >= p || e.Peer >= p)
			})
			if known && !isUp(h, q) && isUp(h, p) && !suspects(h, p, q) {
				n++
			}
		}
	}
	return n
}

func owedRestores(h []Event) (n int) {
	for q := range Process(3) {
		for p := range Process(3) {
			if isUp(h, q) && isUp(h, p) && suspects(h, p, q) {
				n++
			}
		}
	}
	return n
}

func breaksFence(h []Event, k int) bool {
	if h[k].Kind != Deliver || slices.Contains([]Message{Hold, Yield, Grant}, h[k].Message) {
		return false
	}
	e, ok := last(h[:k], func(e Event) bool { return says(e, Grant) && e.Process == h[k].Process })
	return ok && e.Peer != h[k].Peer
}

// timedLife is what became of a message; -1 is nothing yet.
type timedLife struct{ sent, committed, delivered int }

// breaksExternal looks for a message that was committed before the one that
// event k delivers was sent, and is not delivered.
func breaksExternal(h []Event, k int) bool {
	var lives []timedLife
	find := func(from, to Process, m Message, open func(timedLife) bool) *timedLife {
		for i := range lives {
			s := h[lives[i].sent]
			if s.Process == from && s.Peer == to && s.Message == m && lives[i].delivered < 0 && open(lives[i]) {
				return &lives[i]
			}
		}
		return nil
	}
	anyLife := func(timedLife) bool { return true }
	uncommitted := func(l timedLife) bool { return l.committed < 0 }
	for i, e := range h[:k] {
		answered, answer := strings.CutPrefix(string(e.Message), "committed ")
		switch {
		case e.Kind == Send:
			lives = append(lives, timedLife{i, -1, -1})
		case e.Kind == Deliver && answer:
			if l := find(e.Process, e.Peer, Message(answered), uncommitted); l != nil {
				l.committed = i
			}
		case e.Kind == Deliver:
			if l := find(e.Peer, e.Process, e.Message, anyLife); l != nil {
				l.delivered = i
			}
		}
	}
	if h[k].Kind != Deliver || strings.HasPrefix(string(h[k].Message), "committed ") {
		return false
	}
	now := find(h[k].Peer, h[k].Process, h[k].Message, anyLife)
	return now != nil && slices.ContainsFunc(lives, func(l timedLife) bool {
		return h[l.sent].Peer == h[k].Process && l.delivered < 0 && l.committed >= 0 && l.committed < now.sent
	})
}

// timedHistory draws a history of what timed worlds record: of all kinds, or of
// messages to process 0 and the answers to them.
func timedHistory(random *rand.Rand) []Event {
	if random.IntN(3) == 0 {
		return answeredHistory(random)
	}
	words := []Message{Suspect, Suspect, Restore, Hold, Yield, Grant, "a", "b", "a", "b", Committed("a"), Committed("b")}
	var h []Event
	at := int64(0)
	for range random.IntN(16) {
		at += int64(random.IntN(3))
		e := Event{Process: Process(random.IntN(3)), At: at}
		e.Peer = (e.Process + 1 + Process(random.IntN(2))) % 3
		switch random.IntN(8) {
		case 0, 1:
			e.Kind, e.Message = Send, words[6+random.IntN(2)]
		case 2, 3:
			e.Kind = Transmit
		case 4:
			e = Event{Kind: [...]Kind{Crash, Recover}[random.IntN(2)], Process: e.Process, At: at}
		default:
			e.Kind, e.Message = Deliver, words[random.IntN(len(words))]
		}
		h = append(h, e)
	}
	return h
}

func answeredHistory(random *rand.Rand) []Event {
	var h []Event
	for i := range random.IntN(24) {
		e := Event{Kind: Send, Process: Process(1 + random.IntN(2)), Message: [...]Message{"a", "b"}[random.IntN(2)], At: int64(i)}
		switch random.IntN(3) {
		case 0:
			e.Kind, e.Message = Deliver, Committed(e.Message)
		case 1:
			e = Event{Kind: Deliver, Peer: e.Process, Message: e.Message, At: e.At}
		}
		h = append(h, e)
	}
	return h
}

// disagrees compares a monitor with its oracle on one history.
func (o timedOracle) disagrees(m Monitor, h []Event) (broken bool, owed int, why string) {
	for k, e := range h {
		want := o.breaks != nil && o.breaks(h, k)
		got := o.property.Reads.Has(e.Kind) && m.Observe(e) != ""
		if got != want {
			return want, 0, fmt.Sprintf("event %d breaks it: %t, want %t", k, got, want)
		}
		if want {
			return true, 0, ""
		}
	}
	if o.owes != nil {
		owed = o.owes(h)
	}
	if got := len(m.Owed()); got != owed {
		why = fmt.Sprintf("%d are owed, want %d", got, owed)
	}
	return false, owed, why
}

// TestTimedMonitorsAgreeWithOracles also wants the histories to put each
// property to the test, and a monitor that accepts everything to be noticed.
func TestTimedMonitorsAgreeWithOracles(t *testing.T) {
	for _, o := range timedOracles() {
		random := rand.New(rand.NewPCG(1, 7))
		seen, noticed := 0, false
		for range 20_000 {
			h := timedHistory(random)
			broken, owed, why := o.disagrees(o.property.New(), h)
			if why != "" {
				t.Fatalf("%s: %s, in\n%s", o.property.ID, why, list(h))
			}
			if broken || owed > 0 {
				seen++
			}
			_, _, why = o.disagrees(constant{}, h)
			noticed = noticed || why != ""
		}
		if seen < 200 || !noticed {
			t.Errorf("%s: %d of 20000 histories break it or owe something; a monitor that accepts everything is noticed: %t", o.property.ID, seen, noticed)
		}
	}
}

// A clone and its original go different ways, and a clone that sees the same
// has the same key.
func TestTimedMonitorsClone(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 7))
	for range 3000 {
		past, future := timedHistory(random), timedHistory(random)
		for _, o := range timedOracles() {
			m, whole := o.property.New(), o.property.New()
			if observe(o.property, m, past) != "" {
				continue
			}
			observe(o.property, whole, past)
			key := m.AppendKey(nil)
			clone := m.Clone()
			got, want := observe(o.property, clone, future), observe(o.property, whole, future)
			if got != want || got == "" && !bytes.Equal(clone.AppendKey(nil), whole.AppendKey(nil)) || !bytes.Equal(m.AppendKey(nil), key) {
				t.Fatalf("%s: the clone breaks %q, the original would break %q, after\n%sand then\n%s", o.property.ID, got, want, list(past), list(future))
			}
		}
	}
}

func TestTimedPropertiesAreComplete(t *testing.T) {
	ids := map[string]bool{}
	all := append(TimedProperties(), Amplification(2, 40, time.Second), EventualAccuracy(time.Second))
	if len(all) != len(timedOracles()) {
		t.Errorf("%d properties and %d oracles", len(all), len(timedOracles()))
	}
	for _, p := range append(all, everyProperty()...) {
		if ids[p.ID] {
			t.Errorf("%s: there are two", p.ID)
		}
		ids[p.ID] = true
	}
	for _, p := range all {
		if p.Name == "" || p.Source == "" || !strings.HasSuffix(p.Sentence, ".") || p.New == nil {
			t.Errorf("%+v lacks something", p)
		}
		if !p.Reads.Has(p.Tested) || p.Reads.Has(Forever) != (p.Class&Liveness != 0) {
			t.Errorf("%s reads %b, is tested by %s, and is a property of %s", p.ID, p.Reads, p.Tested, p.Class)
		}
	}
}

// TestTimedReadsTimes wants exactly those properties to be Clocked whose verdicts
// depend on when things happen.
func TestTimedReadsTimes(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for _, p := range append(TimedProperties(), append(everyProperty(), Amplification(testFactor, testSpare, testSpan), EventualAccuracy(testAfter))...) {
		matters := false
		for range 2_000 {
			h := timedHistory(random)
			early := slices.Clone(h)
			for i := range early {
				early[i].At /= 4
			}
			if matters = observe(p, p.New(), h) == "" != (observe(p, p.New(), early) == ""); matters {
				break
			}
		}
		if matters != p.Clocked {
			t.Errorf("%s: times matter: %t; it is Clocked: %t", p.ID, matters, p.Clocked)
		}
	}
}
