package world_test

import (
	"reflect"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

func TestScheduleWithCycle(t *testing.T) {
	send := world.Action{Kind: world.Send, From: 0, To: 1, Message: "a"}
	timeout := world.Action{Kind: world.Timeout, From: 0, Timer: 1}
	for text, want := range map[string]world.Schedule{
		"send 0>1 \"a\"\nforever\ntimeout 0 1\n": {Actions: []world.Action{send}, Forever: true, Cycle: []world.Action{timeout}},
		"send 0>1 \"a\"\nforever\n":              {Actions: []world.Action{send}, Forever: true},
		"forever\nsend 0>1 \"a\"\n":              {Forever: true, Cycle: []world.Action{send}},
	} {
		s, err := world.Parse(text)
		if err != nil || !reflect.DeepEqual(s, want) {
			t.Errorf("%q is read as %+v (%v)", text, s, err)
		}
		if s.String() != text {
			t.Errorf("%q is printed as %q", text, s.String())
		}
		if again, err := world.Parse(s.Inline()); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%q is read as %+v (%v)", s.Inline(), again, err)
		}
	}
	for text, want := range map[string]string{
		"forever\nforever":    "2:1: forever stands twice",
		"fair; forever":       "1:7: forever after fair: a schedule has one of the two",
		"forever; fair":       "1:10: fair after forever: a schedule has one of the two",
		"forever; link a":     "1:10: link stands after the first action",
		"forever timeout 0 1": `1:9: unexpected "timeout 0 1" after the end of the action`,
	} {
		if _, err := world.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// followCycle runs a schedule on a witness of a link that is judged by PL1.
func followCycle(t *testing.T, factory impl.Factory, assumes spec.Assumptions, text string) (*world.World, world.Ending, error) {
	t.Helper()
	s, err := world.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	sys, err := world.New(impl.Link{Name: "link", New: factory, Assumes: assumes}, []spec.Property{spec.PL1})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sys.Witness(nil)
	if err != nil {
		t.Fatal(err)
	}
	ending, err := w.Follow(s)
	return w, ending, err
}

func TestFollowCycle(t *testing.T) {
	retransmit := impl.FactoryOf(impl.RetransmitForever{})
	once := impl.FactoryOf(impl.FairLossLink{})
	bag := spec.Assumptions{Network: spec.BagNetwork}
	set := spec.Assumptions{}
	on := func(n spec.Network) spec.Assumptions { return spec.Assumptions{Network: n, Capacity: 2} }
	numbered := impl.FactoryOf(impl.EliminateDuplicates{})
	const data = `"D\x01a"`
	tests := []struct {
		name    string
		factory impl.Factory
		assumes spec.Assumptions
		text    string
		ending  world.Ending
		err     string // "" is none
	}{
		{"rest", once, set, `send 0>1 "a"; forever`, world.Quiet, ""},
		{"cycle", retransmit, set, `send 0>1 "a"; forever; timeout 0 1; deliver 0>1 "a"`, world.Cycle, ""},
		{"rest with a timer", retransmit, set, `send 0>1 "a"; forever`, world.Bound, "timeout 0 1 is possible all the time"},
		{"rest with a packet in a bag", once, bag, `send 0>1 "a"; forever`, world.Bound, `deliver 0>1 "a" is possible all the time`},
		{"cycle without its timer", retransmit, set, `send 0>1 "a"; forever; deliver 0>1 "a"`, world.Bound, "timeout 0 1 is possible all the time"},
		{"lost for ever", retransmit, set, `send 0>1 "a"; forever; timeout 0 1`, world.Bound, "sent 1, delivered 0"},
		{"duplicated for ever", once, set, `send 0>1 "a"; forever; deliver 0>1 "a"`, world.Bound, "sent 0, delivered 1"},
		{"stubborn rest", once, on(spec.StubbornNetwork), `send 0>1 "a"; forever`, world.Bound, `deliver 0>1 "a" is possible all the time`},
		{"stubborn cycle", once, on(spec.StubbornNetwork), `send 0>1 "a"; forever; deliver 0>1 "a"`, world.Cycle, ""},
		{"stubborn cycle that leaves one out", once, on(spec.StubbornNetwork), `send 0>1 "a"; send 0>1 "b"; forever; deliver 0>1 "a"`, world.Bound, `deliver 0>1 "b" is possible all the time`},
		{"at least once, owed", once, on(spec.AtLeastOnceNetwork), `send 0>1 "a"; forever`, world.Bound, `deliver 0>1 "a" is possible all the time`},
		{"at least once, delivered", once, on(spec.AtLeastOnceNetwork), `send 0>1 "a"; deliver 0>1 "a"; forever`, world.Quiet, ""},
		{"at least once, for ever", once, on(spec.AtLeastOnceNetwork), `send 0>1 "a"; deliver 0>1 "a"; forever; deliver 0>1 "a"`, world.Bound, "sent 0, delivered 1"},
		{"at least once, out of order", once, on(spec.FIFOAtLeastOnceNetwork), `send 0>1 "a"; send 0>1 "b"; deliver 0>1 "b"; forever`, world.Bound, "only the oldest packet can move"},
		{"at least once, in order", once, on(spec.FIFOAtLeastOnceNetwork), `send 0>1 "a"; send 0>1 "b"; deliver 0>1 "a"; deliver 0>1 "b"; deliver 0>1 "a"; forever`, world.Quiet, ""},
		{"perfect, in flight", once, on(spec.PerfectNetwork), `send 0>1 "a"; forever`, world.Bound, `deliver 0>1 "a" is possible all the time`},
		{"perfect, twice", once, on(spec.PerfectNetwork), `send 0>1 "a"; deliver 0>1 "a"; deliver 0>1 "a"; forever`, world.Bound, "is not in flight"},
		{"perfect, dropped", once, on(spec.PerfectNetwork), `send 0>1 "a"; drop 0>1 "a"; forever`, world.Bound, "a perfect network loses nothing"},
		{"perfect, copied", once, on(spec.PerfectNetwork), `send 0>1 "a"; duplicate 0>1 "a"; forever`, world.Bound, "on a perfect network there is no duplicate action"},
		{"perfect, unconfirmed", numbered, on(spec.PerfectNetwork), `send 0>1 "a"; deliver 0>1 ` + data + `; forever`, world.Bound, `confirm 0>1 ` + data + ` is possible all the time`},
		{"perfect, confirmed", numbered, on(spec.PerfectNetwork), `send 0>1 "a"; deliver 0>1 ` + data + `; confirm 0>1 ` + data + `; forever`, world.Quiet, ""},
		{"perfect, confirmed twice", numbered, on(spec.PerfectNetwork), `send 0>1 "a"; deliver 0>1 ` + data + `; confirm 0>1 ` + data + `; confirm 0>1 ` + data + `; forever`, world.Bound, "there is no unconfirmed delivery"},
		{"nobody to confirm to", once, on(spec.PerfectNetwork), `send 0>1 "a"; deliver 0>1 "a"; confirm 0>1 "a"; forever`, world.Bound, "there is no unconfirmed delivery"},
		{"at least once, confirmed once", numbered, on(spec.AtLeastOnceNetwork), `send 0>1 "a"; deliver 0>1 ` + data + `; deliver 0>1 ` + data + `; confirm 0>1 ` + data + `; forever`, world.Quiet, ""},
		{"a cable confirms nothing", numbered, spec.Assumptions{Network: spec.FIFONetwork}, `send 0>1 "a"; deliver 0>1 ` + data + `; confirm 0>1 ` + data + `; forever`, world.Bound, "there is no unconfirmed delivery"},
		{"fifo-perfect, more than the capacity", once, on(spec.FIFOPerfectNetwork), `send 0>1 "a"; send 0>1 "b"; send 0>1 "c"; forever`, world.Bound, `deliver 0>1 "a" is possible all the time`},
		{"fifo-perfect, overtaking", once, on(spec.FIFOPerfectNetwork), `send 0>1 "a"; send 0>1 "b"; deliver 0>1 "b"; forever`, world.Bound, "only the oldest packet can move"},
		{"not enabled", once, set, `forever; deliver 0>1 "a"`, world.Bound, "action 1 of the cycle"},
		{"no cycle", once, set, `forever; send 0>1 "a"; deliver 0>1 "a"`, world.Bound, "does not lead back"},
	}
	for _, test := range tests {
		_, ending, err := followCycle(t, test.factory, test.assumes, test.text)
		if ending != test.ending {
			t.Errorf("%s: ending %d, want %d", test.name, ending, test.ending)
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.err)
		}
	}
}

// The history has the cycle once, after the Forever event.
func TestFollowCycleOnce(t *testing.T) {
	w, _, err := followCycle(t, impl.FactoryOf(impl.RetransmitForever{}), spec.Assumptions{}, `send 0>1 "a"; forever; timeout 0 1; deliver 0>1 "a"; deliver 0>1 "a"`)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range w.History() {
		kinds = append(kinds, e.Kind.String())
	}
	const want = "send transmit forever transmit receive deliver receive deliver"
	if got := strings.Join(kinds, " "); got != want || w.Steps() != 4 || len(w.Actions()) != 4 {
		t.Errorf("%d steps, %d actions, events %s, want %s", w.Steps(), len(w.Actions()), got, want)
	}
	flows := world.Traffic(w.History())
	if len(flows) != 1 || flows[0].String() != `0>1 "a": sent 1, delivered 2 in the cycle` {
		t.Errorf("flows %v", flows)
	}
}

// A world that trusts its memo cannot check a cycle.
func TestFollowCycleNeedsWitness(t *testing.T) {
	sys, err := world.New(impl.Link{Name: "link", New: impl.FactoryOf(impl.FairLossLink{})}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sys.World(nil).Follow(world.Schedule{Forever: true}); err == nil {
		t.Error("a world without a witness follows a cycle")
	}
}

// Where the workload repeats, each request can be made at any time.
func TestRepeating(t *testing.T) {
	sys, err := world.New(impl.Link{Name: "link", New: impl.FactoryOf(impl.FairLossLink{})}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := world.Request{From: 0, To: 1, Message: "a"}, world.Request{From: 0, To: 1, Message: "b"}
	w := sys.Repeating([]world.Request{a, b, a})
	for range 3 {
		sends := 0
		moves := w.Enabled(nil)
		for _, m := range moves {
			if m.Kind() == world.Send {
				sends++
			}
		}
		if sends != 2 {
			t.Fatalf("%d requests can be made, want 2", sends)
		}
		if err := w.Do(moves[1]); err != nil {
			t.Fatal(err)
		}
	}
}
