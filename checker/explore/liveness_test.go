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

// Liveness is judged as an enumeration of all that can happen infinitely often
// judges it, on random automata. If it did not know one of the pairs of fair
// loss, or that timers expire, it would be found out. Every lasso is checked
// for fairness once more when it is replayed.
func TestLivenessAgainstNaive(t *testing.T) {
	automata, every := 5600, 10
	if testing.Short() || raceEnabled {
		automata, every = 300, 1
	}
	fair := fairness{loss: true, duplication: true, timers: true}
	weaker := map[string]fairness{
		"loss":        {duplication: true, timers: true},
		"duplication": {loss: true, timers: true},
		"timers":      {loss: true, duplication: true},
	}
	different := map[string]int{}
	violated := map[string]int{}
	networks := []spec.Assumptions{
		{Network: spec.LossySetNetwork},
		{Network: spec.BagNetwork, Capacity: 2, Drops: 1},
		{Network: spec.FIFONetwork, Capacity: 2},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range automata {
		a := randomAutomaton(r)
		if n >= automata-automata/10 {
			a.assumes = networks[n%len(networks)]
		}
		found, err := Exhaust(context.Background(), a.link(), live, Bounds{Workload: requests("a")})
		if err != nil {
			t.Fatalf("automaton %d: %v", n, err)
		}
		for _, f := range found.Findings {
			want := a.violates(f.Property, fair)
			if got := f.Verdict == spec.Violated; got != want {
				t.Fatalf("automaton %d: %s is %s (%s), want violated %t: %+v", n, f.Property.ID, f.Verdict, f.Reason, want, a)
			}
			if f.Verdict == spec.Inconclusive && f.Tested > 0 {
				t.Errorf("automaton %d: %s is inconclusive: %s", n, f.Property.ID, f.Reason)
			}
			if want {
				violated[f.Property.ID]++
			}
			for name, w := range weaker {
				if n%every == 0 && a.violates(f.Property, w) != want {
					different[name]++
				}
			}
		}
	}
	for _, p := range live {
		t.Logf("%s: %d of %d automata violate it", p.ID, violated[p.ID], automata)
		if v := violated[p.ID]; v < automata/20 || v > automata-automata/20 {
			t.Errorf("%s: %d of %d automata violate it: the comparison says little", p.ID, v, automata)
		}
	}
	for name := range weaker {
		if different[name] == 0 {
			t.Errorf("without the fairness of %s nothing would be different", name)
		}
	}
	t.Logf("verdicts that differ without one fairness, of 1 automaton in %d: %v", every, different)
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
