package explore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

func classified(t *testing.T, link impl.Link, maxStates int) Class {
	t.Helper()
	c, err := Classify(context.Background(), link, [][]world.Request{requests("ab"), requests("aa")}, maxStates)
	if err != nil {
		t.Fatalf("%s: %v", link.Name, err)
	}
	return c
}

// summary is what a class says of one guarantee: what is withstood, and what
// is needed or undecided.
func summary(c Class, guarantee string) string {
	l := c.Levels[slices.IndexFunc(c.Levels, func(l Level) bool { return l.Guarantee.Name == guarantee })]
	if l.Calm.Verdict != spec.Holds {
		return "calm " + l.Calm.Verdict.String()
	}
	text := []string{l.Withstands.String()}
	for _, n := range l.Faults {
		word := "undecided"
		if n.Answer.Verdict == spec.Violated {
			word = n.Answer.Counterexample.Property.ID
		}
		text = append(text, fmt.Sprintf("%s: %s", n.Fault, word))
	}
	return strings.Join(text, "; ")
}

func TestClassify(t *testing.T) {
	classes := map[string]Class{}
	for _, test := range []struct{ link, guarantee, want string }{
		{"fairloss", "fair-loss", "loss, duplication, reordering and crashes"},
		{"fairloss", "at-least-once", "duplication, reordering and crashes; loss: PL1"},
		{"fairloss", "perfect", "reordering and crashes; loss: PL1; duplication: PL2"},
		{"fairloss", "fifo", "no fault; loss: PL1; duplication: PL2; reordering: FIFO; crashes: FIFO"},
		{"stubborn", "stubborn", "loss, duplication, reordering and crashes"},
		{"stubborn", "at-most-once", "calm violated"},
		{"atmostonce", "at-most-once", "loss, duplication and reordering; crashes: PL2"},
		{"atmostonce", "perfect", "duplication and reordering; loss: PL1; crashes: PL2"},
		{"atleastonce", "at-least-once", "loss, duplication, reordering and crashes"},
		{"perfect", "perfect", "loss, duplication and reordering; crashes: PL2"},
		{"perfect", "fifo", "duplication; loss: FIFO; reordering: FIFO; crashes: FIFO"},
		{"alternatingbit", "fifo", "loss and duplication; reordering: PL2; crashes: FIFO"},
		{"rpc", "exactly-once", "loss, duplication and reordering; crashes: XOP"},
		{"executes-again", "exactly-once", "calm violated"},
	} {
		c, known := classes[test.link]
		if !known {
			c = classified(t, linkNamed(t, slices.Concat(impl.Registry(), mutant.Registry()), test.link), 10_000)
			classes[test.link] = c
		}
		if got := summary(c, test.guarantee); got != test.want {
			t.Errorf("%s, %s: %s, want %s", test.link, test.guarantee, got, test.want)
		}
	}
}

// What a class says of a link is what searches say that are made for each set
// of faults on its own: subsets of what is withstood do no harm, and a needed
// assumption cannot be dropped beside them.
func TestClassifyAgainstEverySetOfFaults(t *testing.T) {
	compared := 0
	for _, name := range []string{"fairloss", "atmostonce", "never-flips"} {
		link := linkNamed(t, slices.Concat(impl.Registry(), mutant.Registry()), name)
		c := classified(t, link, 20_000)
		for _, l := range c.Levels {
			if l.Guarantee.Name == "fair-loss" || l.Calm.Verdict == spec.Inconclusive {
				continue // sent for ever: infinitely many states where messages are numbered
			}
			for f := spec.Faults(0); f <= spec.AllFaults; f++ {
				needed := slices.ContainsFunc(l.Faults, func(n Need) bool {
					return f&n.Fault != 0 && f&l.Withstands == l.Withstands
				})
				within := f&^l.Withstands == 0
				if l.Calm.Verdict == spec.Violated {
					needed, within = true, false
				}
				if !needed && !within {
					continue // the class does not say
				}
				link.Assumes = spec.Surroundings(f)
				if got, want := together(t, link, l.Guarantee), needed; got == spec.Violated != want && got != spec.Inconclusive {
					t.Errorf("%s, %s under %s: %s, the class says it is broken: %t", name, l.Guarantee.Name, f, got, want)
				}
				compared++
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d sets of faults compared", compared)
	}
}

// together is the verdict of searches that judge all properties of a guarantee
// at once.
func together(t *testing.T, link impl.Link, g spec.Guarantee) spec.Verdict {
	t.Helper()
	var verdicts []spec.Verdict
	for _, payloads := range []string{"ab", "aa"} {
		r, err := Exhaust(context.Background(), link, g.Properties, Bounds{Workload: requests(payloads), MaxStates: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			verdicts = append(verdicts, f.Verdict)
		}
	}
	return spec.Worst(verdicts...)
}

// Each counterexample of a class breaks its property on the network that it
// names, in the real code.
func TestClassifyCounterexamplesReplay(t *testing.T) {
	link := linkNamed(t, impl.Registry(), "atmostonce")
	shown := 0
	for _, l := range classified(t, link, 20_000).Levels {
		answers := []Answer{l.Own, l.Calm}
		for _, n := range l.Faults {
			answers = append(answers, n.Answer)
		}
		for _, a := range answers {
			if a.Verdict != spec.Violated {
				continue
			}
			shown++
			s, err := world.Parse(a.Counterexample.Schedule.String())
			if err != nil || *s.Assumes != a.Assumes {
				t.Fatalf("%v: on %v, want %s", err, s.Assumes, a.Assumes)
			}
			if _, err := Show(s.On(link), a.Counterexample.Property, s); err != nil {
				t.Error(err)
			}
		}
	}
	if shown < 8 {
		t.Errorf("only %d counterexamples", shown)
	}
}

// A search that is too small says nothing: no assumption is called needed or
// withstood.
func TestClassifyTooSmall(t *testing.T) {
	c := classified(t, linkNamed(t, impl.Registry(), "perfect"), 1)
	for _, l := range c.Levels {
		if l.Own.Verdict == spec.Holds || l.Calm.Verdict == spec.Holds {
			t.Errorf("%s holds", l.Guarantee.Name)
		}
	}
}
