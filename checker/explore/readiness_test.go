package explore

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// neverReady asks a naive judgement whether the sender can stay as it is, or
// go on for ever, without being ready again.
var neverReady = spec.Property{ID: "ready"}

// Random automata that keep PL1 are ready again on every fair cycle, or the
// search says that they are not.
func TestReadinessAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	never, always := 0, 0
	for i := range 800 {
		a := randomAutomaton(r)
		a.closed = uint8(1 + r.IntN(1<<machineStates-1))
		a.assumes = spec.Assumptions{Network: []spec.Network{spec.SetNetwork, spec.PerfectNetwork, spec.FIFONetwork}[i%3]}
		if a.violates(spec.PL1, fair) {
			continue
		}
		found, err := Exhaust(context.Background(), a.link(), []spec.Property{spec.PL1}, Bounds{Workload: requests("a")})
		var broken *Broken
		got := errors.As(err, &broken) && strings.Contains(err.Error(), "is never ready to send to process 1 again")
		if want := a.violates(neverReady, fair); got != want || err != nil && !got {
			t.Fatalf("automaton %d on %s: error %v (%v), want never ready again: %t: %+v", i, a.assumes, err, found.Findings, want, a)
		}
		if got {
			never++
			if _, _, err := Replay(a.link(), broken.Schedule, spec.PL1); !errors.As(err, &broken) {
				t.Errorf("automaton %d: the replay of %s says %v", i, broken.Schedule.Inline(), err)
			}
		} else {
			always++
		}
	}
	t.Logf("%d automata are never ready again, %d are", never, always)
	if never < 100 || always < 50 {
		t.Errorf("%d automata are never ready again, %d are: too few", never, always)
	}
}

// reopensInOrder is a window that, once full, reopens only where the oldest
// message is acknowledged first.
type reopensInOrder struct {
	impl.SelectiveRepeat
	stuck bool
}

func (l *reopensInOrder) Ready(to spec.Process) bool { return !l.stuck && l.SelectiveRepeat.Ready(to) }

func (l *reopensInOrder) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, processed uint64
	pending := l.Sent.Of(from).Pending
	full := len(pending) == impl.DefaultWindow
	kind, _ := impl.Unpack(p, &n, &processed)
	l.stuck = l.stuck || kind == impl.Ack && full && n == pending[1].N
	l.SelectiveRepeat.Receive(from, p, out)
}

func (l *reopensInOrder) AppendKey(b []byte) []byte {
	if l.stuck {
		b = append(b, 1)
	}
	return l.SelectiveRepeat.AppendKey(append(b, 0))
}

// A window that never reopens keeps all it owes, and is found by the search
// with the shortest schedule.
func TestNeverReopens(t *testing.T) {
	link := linkNamed(t, impl.Registry(), "selectiverepeat")
	link.Name, link.New = "reopensinorder", impl.FactoryOf(reopensInOrder{})
	_, err := Exhaust(t.Context(), link, link.Guarantee.Properties, Bounds{Workload: Workload(link, 2, false)})
	var broken *Broken
	var failure *world.Failure
	if !errors.As(err, &broken) || !errors.As(err, &failure) || !strings.Contains(err.Error(), "is never ready to send to process 1 again") {
		t.Fatalf("error %v", err)
	}
	if !broken.Schedule.Forever || len(broken.Schedule.Cycle) != 0 {
		t.Errorf("schedule %s, want one that ends in silence", broken.Schedule.Inline())
	}
	t.Log(broken.Schedule.Inline())
	if _, err := Exhaust(t.Context(), link, []spec.Property{spec.PL2}, Bounds{Workload: Workload(link, 2, false)}); err != nil {
		t.Errorf("liveness is not judged: %v", err)
	}
}

// A state with more actions than a search can number ends it, and says so.
func TestCrowded(t *testing.T) {
	link := impl.Link{Name: "crowd", New: impl.FactoryOf(crowd{}), Guarantee: spec.AtMostOnce}
	e, err := Exhaust(t.Context(), link, []spec.Property{spec.PL2}, Bounds{Workload: Workload(link, 1, false)})
	if err != nil {
		t.Fatal(err)
	}
	f := e.Findings[0]
	if e.Coverage.Complete || f.Verdict != spec.Inconclusive || !strings.Contains(f.Reason, "at one with more than 1024 enabled actions") {
		t.Errorf("%s: %s; complete: %t", f.Verdict, f.Reason, e.Coverage.Complete)
	}
}

// crowd transmits more packets than a search can number.
type crowd struct{ impl.FairLossLink }

func (*crowd) Send(to spec.Process, _ spec.Message, out *impl.Effects) {
	for n := range uint64(maxEnabled + 1) {
		out.Transmit(to, impl.Pack(impl.Data, "", n))
	}
}

func TestSpell(t *testing.T) {
	link := impl.Link{New: impl.FactoryOf(impl.FairLossLink{})}
	oneWay := link
	oneWay.Channels = []spec.Channel{{From: 1, To: 0}}
	for _, c := range []struct {
		workload []world.Request
		want     string
	}{
		{nil, "no messages"},
		{Workload(link, 2, true), `"a" "a" on 0>1`},
		{Workload(oneWay, 2, false), `"a" "b" on 1>0`},
		{Workload(link, 7, false), `7 messages on 0>1`},
		{Workloads(link, 3)[2], `"a" "c" on 0>1 and "b" on 1>0`},
	} {
		if got := Spell(c.workload); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	if n := len(Workloads(oneWay, 2)); n != 2 {
		t.Errorf("%d workloads of a link that sends one way, want 2", n)
	}
}
