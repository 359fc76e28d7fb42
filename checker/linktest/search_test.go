package linktest_test

import (
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/linktest"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// locked delivers what was never sent once it has received the messages "a"
// and "b" in the order of a code that no random schedule hits.
type locked struct {
	impl.FairLossLink
	At int // how much of the code was received
}

const code = "abbabaabbaababbaabbabaabbaababbaabbabaab"

func (l *locked) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.FairLossLink.Receive(from, p, out)
	if l.At < len(code) && string(p) == code[l.At:l.At+1] {
		l.At++
	} else {
		l.At = 0
	}
	if l.At == len(code) {
		out.Deliver(from, "open")
	}
}

func (l *locked) AppendKey(b []byte) []byte { return append(b, byte(l.At)) }

func TestFoundBySearchAlone(t *testing.T) {
	r, err := linktest.Try(t, impl.Link{
		Name: "locked", New: impl.FactoryOf(locked{}),
		Guarantee: spec.Guarantee{Name: "no-creation", Properties: []spec.Property{spec.PL3}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := r.Findings[0]
	if f.Verdict != spec.Violated || f.First != 0 {
		t.Fatalf("PL3 is %s, first in schedule %d, want violated in none", f.Verdict, f.First)
	}
	if c := f.Counterexample; !c.Shortest || c.Searched == 0 || c.Schedule.Len() != len(code)+2 {
		t.Errorf("%d actions, searched %d states, shortest: %t", c.Schedule.Len(), c.Searched, c.Shortest)
	}
}

// TestShortest demands a proven shortest schedule that replays, for each
// property that a mutant breaks with few messages.
func TestShortest(t *testing.T) {
	for _, link := range mutant.Registry() {
		if !strings.Contains(" tires stops never-retransmits short-memory stuck-bit executes-again ", " "+link.Name+" ") {
			continue
		}
		r, err := linktest.Try(t, link)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Verdict != spec.Violated {
				continue
			}
			c := f.Counterexample
			if !c.Shortest || c.Searched == 0 {
				t.Errorf("%s: %s is not proven shortest: %s", link.Name, f.Property.ID, c.Schedule.Inline())
			}
			if _, err := explore.Show(link, f.Property, c.Schedule); err != nil {
				t.Errorf("%s: %v", link.Name, err)
			}
		}
	}
}
