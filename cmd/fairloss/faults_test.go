package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// defended is something that goes wrong, and a mutant that lacks the defence of
// its parent against it.
type defended struct {
	fault   string
	without string            // name of the mutant
	assumes *spec.Assumptions // nil is what the parent assumes
}

var defences = []defended{
	{"a packet is lost", "never-retransmits", nil},
	{"an acknowledgement is lost, and with it the end of retransmission", "gives-up", nil},
	{"a packet arrives twice", "delivers-first", nil},
	{"packets overtake each other", "flushes-backwards", nil},
	{"a packet arrives so late that its number is used again", "wraps-early", nil},
	{"a buffer runs over", "overflows", nil},
	{"a direction is cut, and heals", "gives-up", &spec.Assumptions{Cuts: 1}},
	{"a session breaks and the next one repeats", "forgets-numbers", nil},
	{"the receiver crashes after it has acknowledged", "acknowledges-first", nil},
	{"the receiver crashes between delivery and record", "delivers-then-stores", nil},
	{"the receiver crashes between record and delivery", "stores-then-delivers", nil},
	{"the sender crashes and forgets a number that is on its way", "transmits-first", nil},
	{"the application above crashes with what the link below has stored", "stores-below", nil},
	{"a bit flips", "unsealed", nil},
	{"two words change places, and the Internet checksum does not see it", "internet-checksum", nil},
	{"somebody forges a packet", "no-secret", nil},
	{"somebody sends a packet back to its sender", "reflected", nil},
	{"an error reply is taken for a loss", "retries-errors", nil},
	{"a schema changes while a record is on its way", "reads-by-own-schema", nil},
	{"a process closes while messages are on their way", "closes-at-once", nil},
}

// faultTable has a row for each defence. It fails the test where the defended
// link does not hold under the same assumptions.
func faultTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| what goes wrong | assumed | holds | without the defence | breaks | shortest counterexample |\n|---|---|---|---|---|---|\n")
	links := slices.Concat(impl.Registry(), mutant.Registry())
	for _, d := range defences {
		broken := linkNamed(t, links, d.without)
		whole := linkNamed(t, links, broken.Parent)
		if d.assumes != nil {
			whole.Assumes, broken.Assumes = *d.assumes, *d.assumes
		}
		holds(t, whole)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", d.fault, whole.Assumes, whole.Name, broken.Name, broken.Breaks, code(shortest(t, broken)))
	}
	for _, broken := range mutant.Timed() {
		whole := linkNamed(t, impl.Timed(), broken.Parent)
		fmt.Fprintf(&b, "| %s | virtual time | %s | %s | %s | %s |\n", timeFault(broken), whole.Name, broken.Name, broken.Breaks, code(calmest(t, whole, broken)))
	}
	return b.String()
}

// timeFault is what the mutant does wrong, as the row of a table begins.
func timeFault(m impl.Link) string {
	return strings.ToLower(m.Doc[:1]) + strings.TrimSuffix(m.Doc[1:], ".")
}

func linkNamed(t *testing.T, list []impl.Link, name string) impl.Link {
	t.Helper()
	i := slices.IndexFunc(list, func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("there is no link %s", name)
	}
	return list[i]
}

// holds demands that a link keeps all it claims in every schedule of two
// messages.
func holds(t *testing.T, link impl.Link) {
	t.Helper()
	r, err := explore.Exhaust(t.Context(), link, link.Guarantee.Properties, explore.Bounds{Workload: explore.Workload(link, 2, false)})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != spec.Holds {
			t.Errorf("%s of %s on %s is %s: %s", f.Property.ID, link.Name, link.Assumes, f.Verdict, f.Reason)
		}
	}
}

// shortest returns the shortest schedule that breaks what a mutant is there to
// break, with as few messages as it takes.
func shortest(t *testing.T, link impl.Link) string {
	t.Helper()
	property, claimed := link.Guarantee.Property(link.Breaks)
	if !claimed {
		property = spec.ACK
	}
	for n := 1; n <= 6; n++ {
		r, err := explore.Exhaust(t.Context(), link, []spec.Property{property}, explore.Bounds{Workload: explore.Workload(link, n, false)})
		if err != nil {
			t.Fatal(err)
		}
		if c := r.Findings[0].Counterexample; c != nil {
			if !c.Shortest {
				t.Errorf("%s: the schedule is not proven to be the shortest", link.Name)
			}
			return c.Schedule.Inline()
		}
	}
	t.Errorf("%s is not refuted", link.Name)
	return ""
}

// calmest returns the calmest conditions found that make a mutant break what it
// is there to break. The link without its fault must hold under those that show
// it.
func calmest(t *testing.T, whole, broken impl.Link) string {
	t.Helper()
	worst, err := timed.Parse(broken.Conditions)
	if err != nil {
		t.Fatal(err)
	}
	r, err := timed.Run(whole, worst)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range r.Judgements {
		if j.Property.ID == broken.Breaks && j.Verdict != spec.Holds {
			t.Errorf("%s of %s under %s is %s: %s", broken.Breaks, whole.Name, worst, j.Verdict, j.Reason)
		}
	}
	calm, reason := timed.Calm(broken, worst, broken.Breaks)
	if reason == "" {
		t.Errorf("%s is not broken under %s", broken.Name, worst)
	}
	return calm.String()
}
