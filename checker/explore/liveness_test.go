package explore

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// live are properties of each recurrence.
var live = []spec.Property{spec.PL1, spec.SL1, spec.FLL1, spec.FLL2}

// fair is what Exhaust takes for fair, weaker is the same without one part.
var (
	fair   = fairness{loss: true, duplication: true, timers: true, debts: true}
	weaker = map[string]fairness{
		"loss":        {duplication: true, timers: true, debts: true},
		"duplication": {loss: true, timers: true, debts: true},
		"timers":      {loss: true, duplication: true, debts: true},
		"debts":       {loss: true, duplication: true, timers: true},
	}
)

// comparison counts what automata violate, and which fairness matters to that.
type comparison struct {
	automata            int
	violated, different map[string]int
}

func newComparison() *comparison {
	return &comparison{violated: map[string]int{}, different: map[string]int{}}
}

// add compares what Exhaust says of one more automaton with the naive
// judgement and, if asked to, that with what it would be were less fair.
func (c *comparison) add(t *testing.T, a *automaton, less bool) {
	t.Helper()
	c.automata++
	found, err := Exhaust(context.Background(), a.link(), live, Bounds{Workload: requests("a")})
	if err != nil {
		t.Fatalf("automaton %d: %v", c.automata, err)
	}
	for _, f := range found.Findings {
		want := a.violates(f.Property, fair)
		if got := f.Verdict == spec.Violated; got != want {
			t.Fatalf("automaton %d on %s: %s is %s (%s), want violated %t: %+v", c.automata, a.assumes, f.Property.ID, f.Verdict, f.Reason, want, a)
		}
		if f.Verdict == spec.Inconclusive && f.Tested > 0 {
			t.Errorf("automaton %d: %s is inconclusive: %s", c.automata, f.Property.ID, f.Reason)
		}
		if want {
			c.violated[f.Property.ID]++
		}
		for name, w := range weaker {
			if less && a.violates(f.Property, w) != want {
				c.different[name]++
			}
		}
	}
}

// says demands that each property is violated by some automata and kept by
// some, and that each of the fairnesses matters.
func (c *comparison) says(t *testing.T, fairnesses ...string) {
	t.Helper()
	for _, p := range live {
		t.Logf("%s: %d of %d automata violate it", p.ID, c.violated[p.ID], c.automata)
		if v := c.violated[p.ID]; v < c.automata/30 || v > c.automata-c.automata/30 {
			t.Errorf("%s: %d of %d automata violate it: the comparison says little", p.ID, v, c.automata)
		}
	}
	for _, name := range fairnesses {
		if c.different[name] == 0 {
			t.Errorf("without the fairness of %s nothing would be different", name)
		}
	}
	t.Logf("verdicts that differ without one fairness: %v", c.different)
}

// Liveness is judged as an enumeration of all that can happen infinitely often
// judges it, on random automata. If it did not know one of the pairs of fair
// loss, or that timers expire, it would be found out. Every lasso is checked
// for fairness once more when it is replayed.
func TestLivenessAgainstNaive(t *testing.T) {
	automata, every := effort(5600, 1400, 300), effort(10, 10, 1)
	networks := []spec.Assumptions{
		{Network: spec.LossySetNetwork},
		{Network: spec.BagNetwork, Capacity: 2, Drops: 1},
		{Network: spec.FIFONetwork, Capacity: 2},
	}
	r := rand.New(rand.NewPCG(1, 2))
	c := newComparison()
	for n := range automata {
		a := randomAutomaton(r)
		if n >= automata-automata/10 {
			a.assumes = networks[n%len(networks)]
		}
		c.add(t, a, n%every == 0)
	}
	c.says(t, "loss", "duplication", "timers")
}

// So it is on networks that owe deliveries and confirmations.
func TestDebtsAgainstNaive(t *testing.T) {
	automata := effort(500, 200, 200)
	for _, network := range []struct {
		assumes spec.Assumptions
		matter  []string
	}{
		{spec.Assumptions{Network: spec.FIFONetwork, Capacity: 2, Duplicates: 1}, []string{"loss", "timers"}},
		{spec.Assumptions{Network: spec.StubbornNetwork}, []string{"debts"}},
		{spec.Assumptions{Network: spec.AtLeastOnceNetwork, Capacity: 1}, []string{"duplication", "timers", "debts"}},
		{spec.Assumptions{Network: spec.FIFOAtLeastOnceNetwork, Capacity: 1}, []string{"duplication", "timers", "debts"}},
		{spec.Assumptions{Network: spec.PerfectNetwork, Capacity: 1}, []string{"timers", "debts"}},
		{spec.Assumptions{Network: spec.FIFOPerfectNetwork, Capacity: 1}, []string{"timers", "debts"}},
	} {
		t.Run(network.assumes.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			c := newComparison()
			for n := range automata {
				if !network.assumes.Network.Confirms() && n == automata/4 {
					break // their graphs are larger
				}
				a := randomAutomaton(r)
				a.assumes, a.confirmer = network.assumes, n%2 == 1
				c.add(t, a, n%5 == 0)
			}
			c.says(t, network.matter...)
		})
	}
}

// carousel transmits another packet at each timeout, of so many that no cycle
// can be searched for.
type carousel struct {
	impl.Layer
	next uint16
}

const carouselPackets = 300

func (l *carousel) Init(*impl.Effects) {}

func (l *carousel) Send(to spec.Process, _ spec.Message, out *impl.Effects) {
	l.Timeout(impl.TimerID(to), out)
}

func (l *carousel) Receive(spec.Process, impl.Packet, *impl.Effects) {}

func (l *carousel) Timeout(t impl.TimerID, out *impl.Effects) {
	out.Transmit(spec.Process(t), impl.Packet(rune('a'+l.next)))
	l.next = (l.next + 1) % carouselPackets
	out.SetTimer(t, impl.RetransmitAtLeast, impl.RetransmitAtMost)
}

func (l *carousel) AppendKey(b []byte) []byte { return append(b, byte(l.next), byte(l.next>>8)) }

// What is too large to be shown is not called a pass.
func TestTooManyPackets(t *testing.T) {
	link := impl.Link{
		Name: "carousel", New: impl.FactoryOf(carousel{}), Guarantee: spec.AtLeastOnce,
		Assumes: spec.Assumptions{Network: spec.FIFONetwork, Capacity: 1},
	}
	f := finding(t, exhausted(t, link, "a", spec.PL1), "PL1")
	if f.Verdict != spec.Inconclusive || !strings.Contains(f.Reason, "more than 256 packets") {
		t.Errorf("%s, %q; want inconclusive, and why", f.Verdict, f.Reason)
	}
}

// A Bag loses what it drops, and nothing else: a link that transmits once
// keeps reliable delivery where nothing is dropped.
func TestBagDeliversWhatItDoesNotDrop(t *testing.T) {
	link := linkNamed(t, impl.Registry(), "atmostonce")
	for drops, want := range []spec.Verdict{spec.Holds, spec.Violated} {
		link.Assumes = spec.Assumptions{Network: spec.BagNetwork, Drops: drops}
		f := finding(t, exhausted(t, link, "ab", spec.PL1), "PL1")
		if f.Verdict != want {
			t.Errorf("with %d drops: %s, want %s", drops, f.Verdict, want)
		}
	}
}
