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
	c, err := Classify(context.Background(), link, Growth{Messages: 2, MaxStates: maxStates})
	if err != nil {
		t.Fatalf("%s: %v", link.Name, err)
	}
	return c
}

// omitting delivers each message once, and does not say so in its key.
type omitting struct {
	impl.FairLossLink
	delivered bool
}

func (l *omitting) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if !l.delivered {
		l.FairLossLink.Receive(from, p, out)
	}
	l.delivered = true
}

// Classify trusts no link whose key omits state.
func TestClassifyAudits(t *testing.T) {
	link := impl.Link{Name: "omitting", New: impl.FactoryOf(omitting{}), Guarantee: spec.AtMostOnce}
	_, err := Classify(context.Background(), link, Growth{Messages: 1, MaxStates: 1000})
	if err == nil || !strings.Contains(err.Error(), "on set: ") || !strings.Contains(err.Error(), "AppendKey omits state") {
		t.Errorf("error %v", err)
	}
}

// Who claims bounded buffers says what it holds.
func TestNewRefusesWhatNobodySees(t *testing.T) {
	link := impl.Link{Name: "hoards", New: impl.FactoryOf(impl.FairLossLink{}), Guarantee: spec.AtMostOnce.With(spec.Bounded(9, 1))}
	const want = "link hoards claims BND, and is no impl.Holder: nobody sees how many messages it holds"
	if _, err := New(link); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
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
	if raceEnabled {
		t.Skip("takes minutes, in one goroutine")
	}
	classes := map[string]Class{}
	for _, test := range []struct{ link, guarantee, want string }{
		{"fairloss", "fair-loss", "loss, duplication, reordering, crashes and partitions; corruption: FLL3; forgery: FLL3"},
		{"fairloss", "at-least-once", "duplication, reordering, crashes and partitions; loss: PL1; corruption: PL1; forgery: PL3"},
		{"fairloss", "perfect", "reordering, crashes and partitions; loss: PL1; duplication: PL2; corruption: PL1; forgery: PL3"},
		{"fairloss", "fifo", "partitions; loss: PL1; duplication: PL2; reordering: FIFO; crashes: FIFO; corruption: PL1; forgery: PL3"},
		{"stubborn", "stubborn", "loss, duplication, reordering, crashes and partitions; corruption: SL2; forgery: SL2"},
		{"stubborn", "at-most-once", "calm violated"},
		{"atmostonce", "at-most-once", "loss, duplication, reordering and partitions; crashes: PL2; corruption: PL3; forgery: PL3"},
		{"atmostonce", "perfect", "duplication, reordering and partitions; loss: PL1; crashes: PL2; corruption: PL1; forgery: PL3"},
		// A sender that numbers from 1 again takes an old acknowledgement for a new one.
		{"atleastonce", "at-least-once", "loss, duplication, reordering and partitions; crashes: PL1; corruption: PL3; forgery: PL3"},
		{"perfect", "perfect", "loss, duplication, reordering and partitions; crashes: PL2; corruption: PL3; forgery: PL3"},
		{"perfect", "fifo", "duplication and partitions; loss: FIFO; reordering: FIFO; crashes: FIFO; corruption: PL3; forgery: PL3"},
		{"alternatingbit", "fifo", "loss, duplication and partitions; reordering: PL2; crashes: FIFO; corruption: PL3; forgery: PL3"},
		{"rpc", "exactly-once", "loss, duplication, reordering and partitions; crashes: XOP; corruption: XOP; forgery: XOP"},
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
	if raceEnabled {
		t.Skip("takes minutes, in one goroutine")
	}
	compared := 0
	for _, name := range []string{"fairloss", "atmostonce"} {
		link := linkNamed(t, slices.Concat(impl.Registry(), mutant.Registry()), name)
		c := classified(t, link, 10_000)
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
		r, err := Exhaust(context.Background(), link, g.Properties, Bounds{Workload: requests(payloads), MaxStates: 4_000})
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
