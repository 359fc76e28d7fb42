package spec

import (
	"fmt"
	"slices"
	"testing"
)

// fewer is set under the race detector, which makes these tests many times
// slower and finds nothing in more of the same.
var fewer bool

// rounds is how many random histories a test judges.
func rounds(n int) int {
	if testing.Short() || fewer {
		return n / 10
	}
	return n
}

// disagreement judges n random histories by the monitor and the oracle of a
// property. It returns the first history on which they disagree, and how many
// histories broke the property, owed something, and did neither.
func disagreement(p Property, seed uint64, n int) (h []Event, broken, owing, kept int) {
	d := newDice(seed)
	for range n {
		h := d.history()
		want := oracles[p.ID].judge(h)
		switch {
		case monitored(p, h) != want:
			return h, broken, owing, kept
		case want.broken >= 0:
			broken++
		case want.owed != "":
			owing++
		case slices.ContainsFunc(h, func(e Event) bool { return e.Kind == p.Tested }):
			kept++
		}
	}
	return nil, broken, owing, kept
}

func TestMonitorsAgreeWithOracles(t *testing.T) {
	n := rounds(200_000 / len(everyProperty()) * 2)
	for seed, p := range everyProperty() {
		t.Run(p.ID, func(t *testing.T) {
			h, broken, owing, kept := disagreement(p, uint64(seed), n)
			if h != nil {
				t.Fatalf("the monitor says %+v, the definition %+v of\n%s", monitored(p, h), oracles[p.ID].judge(h), list(h))
			}
			t.Logf("%d histories: %d broken, %d owing, %d kept", n, broken, owing, kept)
			least := n / 250
			if kept < least {
				t.Errorf("only %d of %d histories keep it", kept, n)
			}
			if p.Class&Safety != 0 && broken < least {
				t.Errorf("only %d of %d histories break it", broken, n)
			}
			if p.Class&Liveness != 0 && owing < least {
				t.Errorf("only %d of %d histories owe something", owing, n)
			}
		})
	}
}

func list(h []Event) string {
	s := ""
	for k, e := range h {
		s += fmt.Sprintf("%3d  %v", k, e)
		if e.Op != 0 {
			s += fmt.Sprintf(" (call %d)", e.Op)
		}
		s += "\n"
	}
	return s
}

// constant is a monitor that does not look.
type constant struct {
	breach string
	owed   []Obligation
}

func (c constant) Observe(Event) string      { return c.breach }
func (c constant) Owed() []Obligation        { return c.owed }
func (c constant) AppendKey(b []byte) []byte { return b }
func (c constant) Clone() Monitor            { return c }

// TestDisagreementIsNoticed replaces the monitor of each property by one that
// does not look, and by each one of another property.
func TestDisagreementIsNoticed(t *testing.T) {
	properties := everyProperty()
	for _, p := range properties {
		swap := func(name string, monitor func() Monitor, reads Kinds) {
			swapped := p
			swapped.New, swapped.Reads = monitor, p.Reads|reads
			if h, _, _, _ := disagreement(swapped, 1, 8000); h == nil {
				t.Errorf("%s: nothing tells its monitor from %s", p.ID, name)
			}
		}
		swap("one that accepts", func() Monitor { return constant{} }, 0)
		swap("one that breaks", func() Monitor { return constant{breach: "broken"} }, 0)
		swap("one that owes", func() Monitor { return constant{owed: []Obligation{{From: 0, To: 1, Message: "a"}}} }, 0)
		for _, other := range properties {
			if fmt.Sprintf("%T", other.New()) != fmt.Sprintf("%T", p.New()) {
				swap("that of "+other.ID, other.New, other.Reads)
			}
		}
	}
}

// unrolled is how often a cycle is repeated where its first few repetitions
// decide what happens for ever.
const unrolled = 16

// violated reports whether the infinite history that h stands for violates p.
func violated(p Property, h []Event) bool {
	long := slices.Concat(h, slices.Repeat(cycle(h), unrolled))
	v := monitored(p, long)
	live := p.Class&Liveness != 0 && slices.ContainsFunc(h, func(e Event) bool { return e.Kind == Forever })
	return v.broken >= 0 || live && v.owed != ""
}

// TestEntails finds, on random histories, every pair of properties of which
// the violation of one always violates the other. It wants these to be the
// pairs that follow from Entails.
func TestEntails(t *testing.T) {
	properties := everyProperty()
	violations := make([]int, len(properties))
	together := make([][]int, len(properties))
	for i := range together {
		together[i] = make([]int, len(properties))
	}
	d := newDice(7)
	for range max(rounds(12_000), 4_000) {
		h := d.history()
		var broken []int
		for i, p := range properties {
			if violated(p, h) {
				broken = append(broken, i)
				violations[i]++
			}
		}
		for _, i := range broken {
			for _, j := range broken {
				together[i][j]++
			}
		}
	}
	for i, p := range properties {
		if violations[i] < 20 {
			t.Errorf("only %d histories violate %s", violations[i], p.ID)
		}
		entailed := closure(properties, p.ID)
		for j, q := range properties {
			always := together[i][j] == violations[i]
			if want := slices.Contains(entailed, q.ID); always != want {
				t.Errorf("of %d histories that violate %s, %d violate %s; entailed is %t", violations[i], p.ID, together[i][j], q.ID, want)
			}
		}
	}
}

// closure returns id, what it entails, what that entails, and so on.
func closure(properties []Property, id string) []string {
	all := []string{id}
	for i := 0; i < len(all); i++ {
		at := slices.IndexFunc(properties, func(p Property) bool { return p.ID == all[i] })
		for _, more := range properties[at].Entails {
			if !slices.Contains(all, more) {
				all = append(all, more)
			}
		}
	}
	return all
}

// TestBreaches shows what a person reads, one breach of each monitor, and the
// cases on which definitions might differ.
func TestBreaches(t *testing.T) {
	send := func(m Message, op int) Event { return Event{Kind: Send, Process: 0, Peer: 1, Message: m, Op: op} }
	reject := func(m Message, op int) Event { return Event{Kind: Reject, Process: 0, Peer: 1, Message: m, Op: op} }
	deliver := func(m Message) Event { return Event{Kind: Deliver, Process: 1, Peer: 0, Message: m} }
	confirm := func(m Message) Event { return Event{Kind: Confirm, Process: 0, Peer: 1, Message: m} }
	reply := func(m Message) Event { return Event{Kind: Deliver, Process: 0, Peer: 1, Message: m} }
	tests := []struct {
		name     string
		property Property
		events   []Event
		want     string // the breach at the last event, "" if none
	}{
		{"created", PL3, []Event{deliver("a")}, `process 1 delivers "a" from process 0, which never sent it`},
		{"wrong direction", PL3, []Event{send("a", 0), reply("a")}, `process 0 delivers "a" from process 1, which never sent it`},
		{"twice", PL2, []Event{send("a", 0), deliver("a"), deliver("a")}, `process 1 delivers "a" from process 0 once more than it was sent`},
		{"a creation is no duplicate", PL2, []Event{deliver("a"), deliver("a")}, ""},
		{"too early", ACK, []Event{send("a", 0), confirm("a")}, `process 0 is told that "a" was delivered to process 1; it was not`},
		{"confirmed twice", ACK, []Event{send("a", 0), deliver("a"), confirm("a"), confirm("a")}, `process 0 is told that "a" was delivered to process 1; it has sent none that is not confirmed yet`},
		{"overtakes", FIFODelivery, []Event{send("a", 0), send("b", 0), deliver("b")}, `process 1 delivers "b" from process 0 before "a", which was sent earlier`},
		{"equal payloads out of order", FIFODelivery, []Event{send("a", 0), send("b", 0), send("a", 0), deliver("a"), deliver("a")}, `process 1 delivers "a" from process 0 before "b", which was sent earlier`},
		{"the first of two equal calls was rejected", FIFODelivery, []Event{send("a", 1), send("b", 2), send("a", 3), reject("a", 1), deliver("b")}, ""},
		{"the second of two equal calls was rejected", FIFODelivery, []Event{send("a", 1), send("b", 2), send("a", 3), reject("a", 3), deliver("b")}, `process 1 delivers "b" from process 0 before "a", which was sent earlier`},
		{"what seemed the first was the second", FIFODelivery, []Event{send("a", 1), send("a", 2), deliver("a"), reject("a", 1), send("b", 3), deliver("b")}, ""},
		{"overtaken", OrderOnly, []Event{send("a", 0), send("b", 0), deliver("b"), deliver("a")}, `process 1 delivers "a" from process 0 after a message that was sent later`},
		{"the younger of two equal ones", OrderOnly, []Event{send("a", 0), send("b", 0), send("a", 0), deliver("b"), deliver("a")}, ""},
		{"overtaken, then rejected", OrderOnly, []Event{send("a", 1), send("b", 2), deliver("b"), send("a", 3), reject("a", 1), deliver("a")}, ""},
		{"overtaken, and an equal one rejected", OrderOnly, []Event{send("a", 1), send("b", 2), deliver("b"), send("a", 3), reject("a", 3), deliver("a")}, `process 1 delivers "a" from process 0 after a message that was sent later`},
		{"executed twice", XOP, []Event{send("a", 0), deliver("a"), deliver("a")}, `process 1 executes the request "a" of process 0 once more than it was sent`},
		{"answered", XOP, []Event{send("a", 0), deliver("a"), reply("a=1")}, ""},
		{"answered twice", XOP, []Event{send("a", 0), deliver("a"), reply("a=1"), reply("a=1")}, `process 0 is answered "a=1" by process 1, which had executed no unanswered request of it`},
		{"answered before", XOP, []Event{send("a", 0), reply("a=1")}, `process 0 is answered "a=1" by process 1, which had executed no unanswered request of it`},
		{"rejected, then executed", XOP, []Event{send("a", 1), reject("a", 1), deliver("a")}, `process 1 executes the request "a" of process 0 once more than it was sent`},
		{"executed, then rejected", XOP, []Event{send("a", 1), deliver("a"), reject("a", 1)}, `process 0 is told that its request "a" to process 1 failed; it was executed`},
		{"window", Bounded(1, 1), []Event{send("a", 0), send("b", 0)}, `process 0 has 2 unconfirmed messages to process 1, more than 1`},
		{"confirmed", Bounded(1, 1), []Event{send("a", 0), confirm("a"), send("b", 0)}, ""},
		{"another was confirmed", Bounded(1, 1), []Event{send("a", 0), confirm("c"), send("b", 0)}, `process 0 has 2 unconfirmed messages to process 1, more than 1`},
		{"rejected", Bounded(1, 1), []Event{send("a", 1), reject("a", 1), send("b", 2)}, ""},
		{"held", Bounded(1, 1), []Event{{Kind: Held, Process: 2, Count: 2}}, `process 2 holds 2 messages, more than 1`},
	}
	for _, tt := range tests {
		t.Run(tt.property.ID+" "+tt.name, func(t *testing.T) {
			m := tt.property.New()
			for k, e := range tt.events {
				got, want := m.Observe(e), ""
				if k == len(tt.events)-1 {
					want = tt.want
				}
				if got != want {
					t.Fatalf("event %d, %v: got breach %q, want %q", k, e, got, want)
				}
			}
		})
	}
}
