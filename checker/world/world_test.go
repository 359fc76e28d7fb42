package world_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// networks are the models in small sizes, so that budgets and capacities are
// soon used up.
var networks = []spec.Assumptions{
	{Network: spec.SetNetwork},
	{Network: spec.LossySetNetwork},
	{Network: spec.BagNetwork, Capacity: 2, Drops: 1, Duplicates: 1},
	{Network: spec.FIFONetwork, Capacity: 2},
	{Network: spec.SetNetwork, Crashes: 2, Recoveries: 1},
	{Network: spec.BagNetwork, Capacity: 2, Drops: 1, Crashes: 1, Recoveries: 1},
	{Network: spec.FIFONetwork, Capacity: 2, Duplicates: 1},
	{Network: spec.StubbornNetwork},
	{Network: spec.AtLeastOnceNetwork, Capacity: 2},
	{Network: spec.FIFOAtLeastOnceNetwork, Capacity: 2},
	{Network: spec.PerfectNetwork, Capacity: 2},
	{Network: spec.FIFOPerfectNetwork, Capacity: 2},
	{Network: spec.FIFOPerfectNetwork, Capacity: 2, Duplicates: 1},
	{Network: spec.AtLeastOnceNetwork, Capacity: 2, Crashes: 1, Recoveries: 1},
	{Network: spec.SetNetwork, Cuts: 2, Crashes: 1},
	{Network: spec.PerfectNetwork, Capacity: 2, Cuts: 1},
	{Network: spec.SetNetwork, Corruptions: 2, Forgeries: 1},
	{Network: spec.FIFONetwork, Capacity: 2, Corruptions: 1},
}

// everything is all properties, so that each event has a monitor that reads it.
func everything() []spec.Property { return append(spec.Properties(), spec.Bounded(2, 3)) }

func newSystem(t *testing.T, link impl.Link, properties ...spec.Property) *world.System {
	t.Helper()
	sys, err := world.New(link, properties)
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

// requests draws a workload among all processes; payloads are often equal.
func requests(r *rand.Rand, n int) []world.Request {
	var list []world.Request
	for range 1 + r.IntN(5) {
		from := r.IntN(n)
		to := (from + 1 + r.IntN(n-1)) % n
		list = append(list, world.Request{From: spec.Process(from), To: spec.Process(to), Message: spec.Message("abc"[r.IntN(3):][:1])})
	}
	return list
}

// recovering is a layer that arms a timer for what it has stored.
type recovering struct{ *planted }

func (l recovering) Recover(stable []byte, out *impl.Effects) {
	if len(stable) > 0 {
		out.SetTimer(impl.TimerID(stable[0]), 1, 2)
		out.Store(append(stable, '.'))
	}
}

// hidden has no state but its armed timers and its stable value; it commits
// what it delivers.
var hidden = impl.Link{Name: "hidden", Guarantee: spec.AtLeastOnce, New: func(self spec.Process, _ []spec.Process) impl.Layer {
	return recovering{&planted{
		send: func(to spec.Process, m spec.Message, out *impl.Effects) {
			out.SetTimer(impl.TimerID(m[0]), 1, 2)
			out.Transmit(to, impl.Packet(m))
		},
		receive: func(from spec.Process, p impl.Packet, out *impl.Effects) {
			out.Commit([]byte(p), impl.Delivery{From: from, Message: spec.Message(p)})
			if p != "" {
				out.CancelTimer(impl.TimerID(p[0]))
			}
		},
		timeout: func(t impl.TimerID, out *impl.Effects) {
			out.SetTimer(t^1, 1, 2)
			out.SetTimer(t^1, 2, 3)
		},
	}}
}}

// compare walks at random through a Witness, a World of the same System and an
// oracle, and returns the first difference between them.
func compare(sys *world.System, o *oracle, workload []world.Request, r *rand.Rand, steps int) (string, error) {
	witness, err := sys.Witness(workload)
	if err != nil {
		return "", err
	}
	w := sys.World(workload)
	for range steps {
		for _, side := range []*world.World{witness, w} {
			if d := o.difference(side); d != "" {
				return d, nil
			}
		}
		moves := w.Enabled(nil)
		if len(moves) == 0 {
			break
		}
		m := moves[r.IntN(len(moves))]
		o.do(w.Action(m))
		if err := witness.Do(m); err != nil {
			return "", err
		}
		if err := w.Do(m); err != nil {
			return "", err
		}
	}
	return o.difference(witness), nil
}

func TestWorldIsTheOracle(t *testing.T) {
	runs := 2
	if testing.Short() {
		runs = 1
	}
	for _, link := range append(append(impl.Registry(), mutant.Registry()...), hidden) {
		for _, network := range networks {
			for n := 2; n <= 3; n++ {
				link.Assumes, link.Processes = network, n
				sys := newSystem(t, link, everything()...)
				for run := range runs {
					r := rand.New(rand.NewPCG(uint64(run), 0))
					workload := requests(r, n)
					d, err := compare(sys, newOracle(link, everything(), workload), workload, r, 50)
					if err != nil || d != "" {
						t.Fatalf("%s on %s, %d processes, run %d: %v%s", link.Name, network, n, run, err, d)
					}
				}
			}
		}
	}
}

// The comparison sees every difference that there can be between the sides.
func TestOracleTellsWorldsApart(t *testing.T) {
	registry := slices.Concat(impl.Registry(), mutant.Registry())
	named := func(name string) impl.Link {
		return registry[slices.IndexFunc(registry, func(l impl.Link) bool { return l.Name == name })]
	}
	type side struct {
		link       impl.Link
		properties []spec.Property
	}
	base := side{named("fifo"), everything()}
	on := func(network spec.Assumptions) side {
		s := base
		s.link.Assumes = network
		return s
	}
	small := spec.Assumptions{Network: spec.BagNetwork, Capacity: 2, Drops: 1, Duplicates: 1}
	without := slices.Clone(everything())
	without[slices.IndexFunc(without, func(p spec.Property) bool { return p.ID == "PL1" })] = spec.PL3
	tests := []struct {
		name string
		a, b side
	}{
		{"another monitor", base, side{base.link, without}},
		{"another link", base, side{named("confirms-buffered"), everything()}},
		{"a link that only confirms otherwise", side{named("atleastonce"), nil}, side{named("confirms-sending"), nil}},
		{"capacity", on(small), on(spec.Assumptions{Network: spec.BagNetwork, Capacity: 3, Drops: 1, Duplicates: 1})},
		{"drops", on(small), on(spec.Assumptions{Network: spec.BagNetwork, Capacity: 2, Drops: 2, Duplicates: 1})},
		{"duplicates", on(small), on(spec.Assumptions{Network: spec.BagNetwork, Capacity: 2, Drops: 1, Duplicates: 2})},
	}
	for i, a := range networks {
		for _, b := range networks[:i] {
			if a.Network == spec.StubbornNetwork && b.Network == spec.SetNetwork {
				continue // they take the same steps, and differ in what is fair
			}
			tests = append(tests, struct {
				name string
				a, b side
			}{fmt.Sprintf("%s and %s", a, b), on(a), on(b)})
		}
	}
	for _, test := range tests {
		for _, pair := range [][2]side{{test.a, test.b}, {test.b, test.a}} {
			if !differs(t, pair[0].link, pair[0].properties, pair[1].link, pair[1].properties) {
				t.Errorf("%s: no difference seen", test.name)
			}
		}
	}
}

// differs reports whether some walk shows a difference between a world of one
// link and an oracle of another.
func differs(t *testing.T, a impl.Link, judged []spec.Property, b impl.Link, monitors []spec.Property) bool {
	t.Helper()
	sys := newSystem(t, a, judged...)
	for run := range uint64(30) {
		r := rand.New(rand.NewPCG(run, 0))
		workload := requests(r, 2)
		d, err := compare(sys, newOracle(b, monitors, workload), workload, r, 60)
		if err != nil {
			t.Fatal(err)
		}
		if d != "" {
			return true
		}
	}
	return false
}

// Equal states have equal keys, different states have different ones: along
// random walks the keys of one System stand in bijection to what the oracle
// spells out, however a state was reached.
func TestAppendKey(t *testing.T) {
	for _, link := range append(impl.Registry(), hidden) {
		for _, network := range networks {
			link.Assumes = network
			sys := newSystem(t, link, everything()...)
			workload := []world.Request{{From: 0, To: 1, Message: "a"}, {From: 1, To: 0, Message: "a"}, {From: 0, To: 1, Message: "b"}}
			keys, states := map[string]string{}, map[string]string{}
			met := 0
			for run := range uint64(12) {
				r := rand.New(rand.NewPCG(run, 0))
				o, w := newOracle(link, everything(), workload), sys.World(workload)
				for range 24 {
					state, key := o.state(t), string(w.AppendKey(nil))
					if known, ok := keys[state]; ok {
						met++
						if known != key {
							t.Fatalf("%s on %s: a state has two keys", link.Name, network)
						}
					}
					if known, ok := states[key]; ok && known != state {
						t.Fatalf("%s on %s: two states have one key:\n%q\n%q", link.Name, network, known, state)
					}
					keys[state], states[key] = key, state
					moves := w.Enabled(nil)
					if len(moves) == 0 {
						break
					}
					m := moves[r.IntN(len(moves))]
					o.do(w.Action(m))
					if err := w.Do(m); err != nil {
						t.Fatal(err)
					}
				}
			}
			if met == 0 || len(keys) < 10 {
				t.Errorf("%s on %s: %d states, %d met again: this tests nothing", link.Name, network, len(keys), met)
			}
		}
	}
}

// Independent actions commute: the key says so.
func TestAppendKeyForgetsTheOrder(t *testing.T) {
	link := impl.Registry()[0]
	sys := newSystem(t, link, link.Guarantee.Properties...)
	key := func(schedule string) string {
		s, err := world.Parse(schedule)
		if err != nil {
			t.Fatal(err)
		}
		w := sys.World(nil)
		if _, err := w.Follow(s); err != nil {
			t.Fatal(err)
		}
		return string(w.AppendKey([]byte("prefix")))
	}
	ab, ba := key(`send 0>1 "a"; send 1>0 "b"`), key(`send 1>0 "b"; send 0>1 "a"`)
	if ab != ba || !strings.HasPrefix(ab, "prefix") {
		t.Errorf("two orders of independent sends have keys %q and %q", ab, ba)
	}
	if ac := key(`send 0>1 "a"; send 1>0 "c"`); ac == ab {
		t.Errorf("different packets in flight have one key %q", ac)
	}
}

func TestApplyRefuses(t *testing.T) {
	for _, test := range []struct{ network, schedule, want string }{
		{"set", `send 0>2 "a"`, "there is no channel 0>2 among 2 processes"},
		{"set", `send 1>1 "a"`, "there is no channel 1>1 among 2 processes"},
		{"set", `deliver 0>1 "a"`, `the packet "a" is not in flight from 0 to 1`},
		{"set", `send 1>0 "a"; deliver 0>1 "a"`, `the packet "a" is not in flight from 0 to 1`},
		{"set", `timeout 0 1`, "timer 1 of process 0 is not armed"},
		{"set", `timeout 2 1`, "there is no process 2 among 2"},
		{"set", `send 0>1 "a"; drop 0>1 "a"`, "on a set network a packet is lost by not delivering it"},
		{"lossyset", `send 0>1 "a"; drop 0>1 "a"; deliver 0>1 "a"`, `the packet "a" is not in flight from 0 to 1`},
		{"lossyset", `send 0>1 "a"; duplicate 0>1 "a"`, "on a lossyset network there is no duplicate action"},
		{"bag(drops=1)", `send 0>1 "a"; send 0>1 "a"; drop 0>1 "a"; drop 0>1 "a"`, "the budget of drops is spent"},
		{"bag(duplicates=1)", `send 0>1 "a"; duplicate 0>1 "a"; duplicate 0>1 "a"`, "the budget of duplicates is spent, or the channel is full"},
		{"bag(capacity=1,duplicates=1)", `send 0>1 "a"; duplicate 0>1 "a"`, "the budget of duplicates is spent, or the channel is full"},
		{"bag", `send 0>1 "a"; deliver 0>1 "a"; deliver 0>1 "a"`, `the packet "a" is not in flight from 0 to 1`},
		{"set(crashes=1)", `crash 0; send 0>1 "a"`, "process 0 is down"},
		{"set(crashes=1)", `send 0>1 "a"; crash 1; deliver 0>1 "a"`, "process 1 is down"},
		{"set(crashes=1)", `send 0>1 "a" crash 1`, "the handler has 1 effects, so that none of them follows 1"},
		{"set(crashes=1)", `crash 0; recover 0`, "the budget of recoveries is spent"},
		{"set(cuts=1)", `cut 0>0`, "there is no channel 0>0 among 2 processes"},
		{"set(cuts=1)", `heal 0>1`, "the direction 0>1 is not cut"},
		{"fifo", `send 0>1 "a"; send 0>1 "b"; deliver 0>1 "b"`, "on a fifo network only the oldest packet can move"},
		{"fifo(capacity=1)", `send 0>1 "a"; send 0>1 "b"; deliver 0>1 "a"; deliver 0>1 "b"`, `the packet "b" is not in flight from 0 to 1`},
	} {
		link := impl.Registry()[0]
		var err error
		if link.Assumes, err = spec.ParseAssumptions(test.network); err != nil {
			t.Fatal(err)
		}
		s, err := world.Parse(test.schedule)
		if err != nil {
			t.Fatal(err)
		}
		_, err = newSystem(t, link).World(nil).Follow(s)
		last := s.Actions[len(s.Actions)-1]
		if want := fmt.Sprintf("action %d, %s: not enabled: %s", len(s.Actions), last, test.want); err == nil || err.Error() != want {
			t.Errorf("%s: %s: error %v, want %s", test.network, test.schedule, err, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	link := impl.Registry()[0]
	for _, n := range []int{-1, 1, 16} {
		link.Processes = n
		if _, err := world.New(link, nil); err == nil {
			t.Errorf("a world of %d processes is made", n)
		}
	}
	link.Processes = 2
	for _, a := range []spec.Assumptions{
		{Crashes: -1},
		{Recoveries: -1},
		{Cuts: -1},
		{Corruptions: -1},
		{Forgeries: -1},
		{Network: spec.BagNetwork, Drops: -1},
		{Network: spec.BagNetwork, Capacity: -1},
		{Network: spec.FIFONetwork, Duplicates: -1},
	} {
		link.Assumes = a
		if _, err := world.New(link, nil); err == nil {
			t.Errorf("a world of %+v is made", a)
		}
	}
	link.Assumes, link.Processes = spec.Assumptions{}, 15
	if _, err := world.New(link, make([]spec.Property, 33)); err == nil {
		t.Error("a world with 33 properties is made")
	}
	w := newSystem(t, link).World([]world.Request{{From: 14, To: 13, Message: "a"}})
	if err := w.Apply(world.Action{Kind: world.Send, From: 14, To: 13, Message: "a"}); err != nil {
		t.Error(err)
	}
	if err := w.Apply(world.Action{Kind: world.Deliver, From: 14, To: 13, Packet: "a"}); err != nil {
		t.Error(err)
	}
}
