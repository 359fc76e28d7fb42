package world_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// registered returns the correct link of that name.
func registered(t *testing.T, name string) impl.Link {
	t.Helper()
	for _, l := range impl.Registry() {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no link is named %s", name)
	return impl.Link{}
}

// follow runs a schedule on a Witness, with the properties of the link.
func follow(t *testing.T, link impl.Link, schedule string) (*world.World, world.Ending) {
	t.Helper()
	s, err := world.Parse(schedule)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newSystem(t, link, link.Guarantee.Properties...).Witness(nil)
	if err != nil {
		t.Fatal(err)
	}
	ending, err := w.Follow(s)
	if err != nil {
		t.Fatal(err)
	}
	return w, ending
}

// cycle returns the events after Forever, and the actions that led to them. It
// fails unless there is exactly one Forever event.
func cycle(t *testing.T, w *world.World) ([]spec.Event, []world.Action) {
	t.Helper()
	history := w.History()
	isForever := func(e spec.Event) bool { return e.Kind == spec.Forever }
	i := slices.IndexFunc(history, isForever)
	if i < 0 || slices.ContainsFunc(history[i+1:], isForever) {
		t.Fatalf("want one forever event in %v", history)
	}
	return history[i+1:], w.Actions()[history[i].At:]
}

// sendingOnce transmits each message once.
var sendingOnce = impl.Link{Name: "once", Guarantee: spec.AtLeastOnce, New: func(spec.Process, []spec.Process) impl.Layer {
	return &planted{send: transmitting, receive: delivering}
}}

// deaf retransmits for ever to receivers that never deliver.
var deaf = impl.Link{Name: "deaf", Guarantee: spec.AtLeastOnce, New: func(self spec.Process, _ []spec.Process) impl.Layer {
	return &planted{
		send: func(to spec.Process, m spec.Message, out *impl.Effects) {
			transmitting(to, m, out)
			out.SetTimer(1, 1, 1)
		},
		timeout: func(_ impl.TimerID, out *impl.Effects) {
			out.Transmit(1-self, "a")
			out.SetTimer(1, 1, 1)
		},
	}
}}

// counting puts the number of the attempt into each packet; receivers never
// deliver.
var counting = impl.Link{Name: "counting", Guarantee: spec.AtLeastOnce, New: func(self spec.Process, _ []spec.Process) impl.Layer {
	attempt := 0
	return &planted{
		send: func(_ spec.Process, _ spec.Message, out *impl.Effects) { out.SetTimer(1, 1, 1) },
		timeout: func(_ impl.TimerID, out *impl.Effects) {
			attempt++
			out.Transmit(1-self, impl.Packet(fmt.Append(nil, attempt)))
			out.SetTimer(1, 1, 1)
		},
		key: func() []byte { return fmt.Append(nil, attempt) },
	}
}}

// answering answers every packet and delivers none.
var answering = impl.Link{Name: "answering", New: func(spec.Process, []spec.Process) impl.Layer {
	return &planted{send: transmitting, receive: func(from spec.Process, p impl.Packet, out *impl.Effects) { out.Transmit(from, p) }}
}}

// sendingUntilConfirmed is not ready before its message is confirmed.
var sendingUntilConfirmed = impl.Link{Name: "confirmed", New: func(spec.Process, []spec.Process) impl.Layer {
	waiting := false
	return &confirmed{
		planted: planted{
			send: func(to spec.Process, m spec.Message, out *impl.Effects) {
				waiting = true
				transmitting(to, m, out)
			},
			receive: delivering,
			ready:   func(spec.Process) bool { return !waiting },
			key:     func() []byte { return fmt.Append(nil, waiting) },
		},
		confirmed: func(to spec.Process, p impl.Packet, out *impl.Effects) {
			waiting = false
			out.Confirm(to, spec.Message(p))
		},
	}
}}

// below puts a link that claims g on a network of capacity 2.
func below(n spec.Network, link impl.Link, g spec.Guarantee) impl.Link {
	link.Assumes, link.Guarantee = spec.Assumptions{Network: n, Capacity: 2}, g
	return link
}

// crowding transmits two packets at a time and delivers only the second.
func crowding(network spec.Assumptions) impl.Link {
	return impl.Link{Name: "crowding", Guarantee: spec.AtLeastOnce, Assumes: network, New: func(self spec.Process, _ []spec.Process) impl.Layer {
		return &planted{
			send: func(_ spec.Process, _ spec.Message, out *impl.Effects) { out.SetTimer(1, 1, 1) },
			timeout: func(_ impl.TimerID, out *impl.Effects) {
				out.Transmit(1-self, "first")
				out.Transmit(1-self, "second")
				out.SetTimer(1, 1, 1)
			},
			receive: func(from spec.Process, p impl.Packet, out *impl.Effects) {
				if p == "second" {
					out.Deliver(from, "a")
				}
			},
		}
	}}
}

// cancelling arms two timers, of which the first cancels the second: the packet
// that the second would transmit never leaves.
var cancelling = impl.Link{Name: "cancelling", Guarantee: spec.AtLeastOnce, New: func(self spec.Process, _ []spec.Process) impl.Layer {
	return &planted{
		send: func(_ spec.Process, _ spec.Message, out *impl.Effects) {
			out.SetTimer(1, 1, 1)
			out.SetTimer(2, 1, 1)
		},
		timeout: func(t impl.TimerID, out *impl.Effects) {
			if t == 1 {
				out.CancelTimer(2)
			} else {
				out.Transmit(1-self, "a")
			}
		},
		receive: delivering,
	}
}}

func TestEndings(t *testing.T) {
	with := func(link impl.Link, g spec.Guarantee) impl.Link {
		link.Guarantee = g
		return link
	}
	fifo := func(capacity int) spec.Assumptions {
		return spec.Assumptions{Network: spec.FIFONetwork, Capacity: capacity}
	}
	cabled := with(sendingOnce, spec.AtLeastOnce)
	cabled.Assumes = fifo(1)
	for _, test := range []struct {
		name     string
		link     impl.Link
		schedule string
		want     world.Ending
		owing    uint32 // of the properties of the link, a bit for each
	}{
		{"nothing is owed", registered(t, "perfect"), "fair", world.Met, 0},
		{"what is owed is delivered", registered(t, "perfect"), `send 0>1 "a"; fair`, world.Met, 0},
		{"after losses", registered(t, "perfect"), `send 0>1 "a"; fair; drop 0>1 "D\x01D\x01a"; drop 0>1 "D\x01D\x01a"`, world.Met, 0},
		{"sent once and lost before", sendingOnce, `send 0>1 "a"; fair`, world.Quiet, 1},
		{"sent once and delivered before", sendingOnce, `send 0>1 "a"; deliver 0>1 "a"; fair`, world.Met, 0},
		{"sent once on a cable, where it is still", cabled, `send 0>1 "a"; fair`, world.Met, 0},
		{"sent once on a cable, and lost", cabled, `send 0>1 "a"; fair; drop 0>1 "a"`, world.Quiet, 1},
		{"stubborn", registered(t, "stubborn"), `send 0>1 "a"; fair`, world.Cycle, 0},
		{"stubborn, both ways", registered(t, "stubborn"), `send 0>1 "a"; send 1>0 "b"; fair; drop 1>0 "b"`, world.Cycle, 0},
		{"stubborn, nothing sent", registered(t, "stubborn"), `fair`, world.Met, 0},
		{"sent once by a link that claims to be stubborn", with(sendingOnce, spec.Stubborn), `send 0>1 "a"; deliver 0>1 "a"; fair`, world.Quiet, 1},
		{"never delivered", deaf, `send 0>1 "a"; fair`, world.Cycle, 1},
		{"delivered once in each repetition of the cycle", with(registered(t, "stubborn"), spec.AtLeastOnce), `send 0>1 "a"; send 0>1 "a"; send 0>1 "a"; fair`, world.Cycle, 0},
		{"a timer cancelled by another in the same round", cancelling, `send 0>1 "a"; fair`, world.Quiet, 1},
		{"a state that grows", counting, `send 0>1 "a"; fair`, world.Bound, 1},
		{"a second packet always lost by overflow", crowding(fifo(1)), `send 0>1 "a"; fair`, world.Bound, 1},
		{"the same with room for two", crowding(fifo(2)), `send 0>1 "a"; fair`, world.Met, 0},
		{"the same in a bag without room", crowding(spec.Assumptions{Network: spec.BagNetwork, Capacity: 1}), `send 0>1 "a"; fair`, world.Bound, 1},
		{"the same on a set", crowding(spec.Assumptions{}), `send 0>1 "a"; fair`, world.Met, 0},
		{"stubborn network, sent once", below(spec.StubbornNetwork, sendingOnce, spec.AtLeastOnce), `send 0>1 "a"; fair`, world.Met, 0},
		{"stubborn network, never quiet", below(spec.StubbornNetwork, sendingOnce, spec.Stubborn), `send 0>1 "a"; send 1>0 "b"; fair`, world.Cycle, 0},
		{"stubborn network, never delivered", below(spec.StubbornNetwork, deaf, spec.AtLeastOnce), `send 0>1 "a"; fair`, world.Cycle, 1},
		{"stubborn network, nothing sent", below(spec.StubbornNetwork, sendingOnce, spec.Stubborn), `fair`, world.Met, 0},
		{"at-least-once network, delivered before", below(spec.AtLeastOnceNetwork, sendingOnce, spec.Stubborn), `send 0>1 "a"; deliver 0>1 "a"; deliver 0>1 "a"; fair`, world.Quiet, 1},
		{"at-least-once network, not delivered before", below(spec.AtLeastOnceNetwork, sendingOnce, spec.Stubborn), `send 0>1 "a"; fair`, world.Quiet, 1},
		{"at-least-once network in order", below(spec.FIFOAtLeastOnceNetwork, sendingOnce, spec.FIFO), `send 0>1 "a"; send 0>1 "b"; fair`, world.Met, 0},
		{"perfect network, never delivered", below(spec.PerfectNetwork, sendingOnce, spec.Stubborn), `send 0>1 "a"; send 0>1 "b"; fair`, world.Quiet, 1},
		{"perfect network, retransmitted for ever", below(spec.PerfectNetwork, deaf, spec.AtLeastOnce), `send 0>1 "a"; fair`, world.Cycle, 1},
		{
			"fifo-perfect network with more than its capacity", below(spec.FIFOPerfectNetwork, sendingOnce, spec.FIFO),
			`send 0>1 "a"; send 0>1 "b"; send 0>1 "c"; fair`, world.Met, 0,
		},
		{"fifo-perfect network, answered for ever", below(spec.FIFOPerfectNetwork, answering, spec.AtLeastOnce), `send 0>1 "a"; send 0>1 "b"; send 1>0 "c"; fair`, world.Cycle, 1},
		{"confirmed in the end", below(spec.PerfectNetwork, sendingUntilConfirmed, spec.AtLeastOnce), `send 0>1 "a"; deliver 0>1 "a"; fair`, world.Met, 0},
		{"fair loss, nothing repeated", registered(t, "fairloss"), `send 0>1 "a"; fair`, world.Quiet, 0},
		{"fair loss, a send repeated", registered(t, "fairloss"), `fair; send 0>1 "a"; drop 0>1 "a"`, world.Cycle, 0},
		{"a send repeated and dropped for ever", with(impl.Link{New: func(spec.Process, []spec.Process) impl.Layer {
			return &planted{send: transmitting}
		}}, spec.FairLoss), `fair; send 0>1 "a"`, world.Cycle, 1},
		{"delivered for ever, sent once", with(registered(t, "stubborn"), spec.FairLoss), `send 0>1 "a"; fair`, world.Cycle, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, ending := follow(t, test.link, test.schedule)
			if ending != test.want || w.Owing() != test.owing {
				t.Fatalf("ending %d, owing %b, want %d, %b\n%v", ending, w.Owing(), test.want, test.owing, w.History())
			}
			forever := slices.ContainsFunc(w.History(), func(e spec.Event) bool { return e.Kind == spec.Forever })
			switch ending {
			case world.Met, world.Bound:
				if forever {
					t.Errorf("nothing is said to be for ever where all is met, or nothing decided: %v", w.History())
				}
			case world.Quiet:
				if events, _ := cycle(t, w); len(events) != 0 {
					t.Errorf("events after the end: %v", events)
				}
			case world.Cycle:
				fairCycle(t, test.link, w)
			}
		})
	}
}

// A link that answers each packet with two ends its suffix long before the
// contents of the channels fill the memory.
func TestFlood(t *testing.T) {
	doubling := impl.Link{Name: "doubling", New: func(spec.Process, []spec.Process) impl.Layer {
		return &planted{send: transmitting, receive: func(from spec.Process, p impl.Packet, out *impl.Effects) {
			out.Transmit(from, p)
			out.Transmit(from, p)
		}}
	}}
	for _, network := range []spec.Network{spec.AtLeastOnceNetwork, spec.FIFOAtLeastOnceNetwork, spec.PerfectNetwork, spec.FIFOPerfectNetwork} {
		w, ending := follow(t, below(network, doubling, spec.AtLeastOnce), `send 0>1 "a"; fair`)
		if ending != world.Bound || w.Steps() > 1<<12 {
			t.Errorf("on %s: ending %d after %d steps", network, ending, w.Steps())
		}
	}
}

// fairCycle checks that what follows Forever is a fair cycle: on each channel
// what is transmitted in it is received in it, each timer that expires in it
// expires again, and made once more, and again, it gives the same events.
func fairCycle(t *testing.T, link impl.Link, w *world.World) {
	t.Helper()
	events, actions := cycle(t, w)
	if len(actions) == 0 {
		t.Fatalf("an empty cycle: %v", w.History())
	}
	received := map[string]bool{}
	for _, e := range events {
		if e.Kind == spec.Receive {
			received[fmt.Sprint(e.Peer, e.Process, e.Packet)] = true
		}
	}
	for _, e := range events {
		if e.Kind == spec.Transmit && !received[fmt.Sprint(e.Process, e.Peer, e.Packet)] {
			t.Errorf("%s is never received in the cycle %v", e, events)
		}
	}
	again, err := newSystem(t, link).Witness(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range slices.Concat(w.Actions(), actions, actions) {
		if err := again.Apply(a); err != nil {
			t.Fatalf("%s, as the cycle repeats: %v", a, err)
		}
	}
	history := again.History()
	for _, part := range [][]spec.Event{history[len(history)-2*len(events):], history[len(history)-len(events):]} {
		for i, e := range events {
			if e.At = part[i].At; e != part[i] {
				t.Fatalf("event %d of the cycle is %s, and %s as it repeats", i+1, e, part[i])
			}
		}
	}
}

// What the fair suffix loses is what the schedule says, from the first
// transmission on, and no more.
func TestLossesAreConsumed(t *testing.T) {
	const packet = `0>1 "D\x01a"`
	for _, network := range networks {
		if network.Network.Confirms() || network.Network == spec.StubbornNetwork {
			continue // nothing is lost
		}
		for losses := range 4 {
			link := registered(t, "atleastonce")
			link.Assumes = network
			link.Assumes.Drops = 4
			schedule := `send 0>1 "a"` + "\nfair\n" + strings.Repeat("drop "+packet+"\n", losses)
			w, ending := follow(t, link, schedule)
			if ending != world.Met {
				t.Fatalf("%s, %d losses: ending %d", network, losses, ending)
			}
			sent := 0
			for _, e := range w.History() {
				if e.Kind == spec.Receive {
					break
				}
				if e.Kind == spec.Transmit {
					sent++
				}
			}
			// On a set what was transmitted before the suffix stays lost.
			want := losses + 1
			if network.Network <= spec.LossySetNetwork {
				want++
			}
			if sent != want {
				t.Errorf("%s, %d losses: received after %d transmissions, want %d", network, losses, sent, want)
			}
		}
	}
}

// On a Bag the budget of drops bounds the losses of the suffix too.
func TestLossesKeepTheBudget(t *testing.T) {
	link := registered(t, "atleastonce")
	link.Assumes = spec.Assumptions{Network: spec.BagNetwork, Drops: 2}
	sys := newSystem(t, link, link.Guarantee.Properties...)
	w := sys.World(nil)
	if err := w.Apply(world.Action{Kind: world.Send, From: 0, To: 1, Message: "a"}); err != nil {
		t.Fatal(err)
	}
	lost := 0
	ending, err := w.RunFair(world.Suffix{Lose: func(world.Action) bool { lost++; return true }})
	if err != nil || ending != world.Met || lost != 2 {
		t.Errorf("ending %d, %d losses, error %v, want all met after 2 losses", ending, lost, err)
	}
}

// Losses that never end are not fair: the suffix ends at its bound.
func TestEndlessLossesAreInconclusive(t *testing.T) {
	link := registered(t, "atleastonce")
	w := newSystem(t, link, link.Guarantee.Properties...).World(nil)
	if err := w.Apply(world.Action{Kind: world.Send, From: 0, To: 1, Message: "a"}); err != nil {
		t.Fatal(err)
	}
	ending, err := w.RunFair(world.Suffix{Lose: func(world.Action) bool { return true }})
	if err != nil || ending != world.Bound {
		t.Errorf("ending %d, error %v, want the bound", ending, err)
	}
}

// A cycle that was found without losses stays without.
func TestCycleHasNoLosses(t *testing.T) {
	link := registered(t, "stubborn")
	w := newSystem(t, link, link.Guarantee.Properties...).World(nil)
	if err := w.Apply(world.Action{Kind: world.Send, From: 0, To: 1, Message: "a"}); err != nil {
		t.Fatal(err)
	}
	asked := 0
	ending, err := w.RunFair(world.Suffix{Lose: func(world.Action) bool { asked++; return asked > 1 }})
	if err != nil || ending != world.Cycle || w.Owing() != 0 {
		t.Errorf("ending %d, owing %b, error %v, want a cycle that owes nothing", ending, w.Owing(), err)
	}
}

// What is repeated is sent in each round, and again in the cycle.
func TestRepeat(t *testing.T) {
	w, ending := follow(t, registered(t, "fairloss"), `send 0>1 "before"; fair; send 0>1 "a"; send 1>0 "b"`)
	if ending != world.Cycle {
		t.Fatalf("ending %d, want a cycle", ending)
	}
	events, _ := cycle(t, w)
	counts := map[string]int{}
	for _, e := range events {
		counts[e.String()]++
	}
	for _, want := range []string{`send 0>1 "a"`, `deliver 0>1 "a"`, `send 1>0 "b"`, `deliver 1>0 "b"`} {
		if counts[want] != 1 {
			t.Errorf("%s happens %d times in the cycle, want once: %v", want, counts[want], events)
		}
	}
	if len(events) != 8 {
		t.Errorf("the cycle has %d events, want 8: %v", len(events), events)
	}
}

// Every link of the registry ends its suffix with nothing owed, whatever went
// before, on a World and a Witness alike.
func TestWorldAndWitnessEndAlike(t *testing.T) {
	const schedule = "send 0>1 \"a\"\nsend 0>1 \"a\"\nsend 1>0 \"b\"\nfair\n"
	for _, link := range impl.Registry() {
		s, err := world.Parse(schedule)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(link.Guarantee.Properties, func(p spec.Property) bool { return p.Recurs == spec.Repeated }) {
			s.Repeat = []world.Request{{From: 0, To: 1, Message: "a"}}
		}
		witness, ending := follow(t, link, s.String())
		w := newSystem(t, link, link.Guarantee.Properties...).World(nil)
		got, err := w.Follow(s)
		if err != nil || got != ending || w.Owing() != witness.Owing() || w.Broken() != witness.Broken() || w.Steps() != witness.Steps() {
			t.Errorf("%s: ending %d, owing %b, broken %b, %d steps, error %v; the witness has %d, %b, %b, %d",
				link.Name, got, w.Owing(), w.Broken(), w.Steps(), err, ending, witness.Owing(), witness.Broken(), witness.Steps())
		}
		if ending == world.Bound || w.Owing() != 0 || w.Broken() != 0 {
			t.Errorf("%s: ending %d, owing %b, broken %b", link.Name, ending, w.Owing(), w.Broken())
		}
		if ending == world.Cycle {
			fairCycle(t, link, witness)
		}
	}
}

// TestNeverReady demands that a link which delivers everything and then keeps
// its application waiting for ever is said to, and that one which is ready now
// and then is not.
func TestNeverReady(t *testing.T) {
	link := func(ready func(sent, timeouts int) bool) impl.Link {
		return impl.Link{Name: "bounded", Guarantee: spec.AtLeastOnce, New: func(spec.Process, []spec.Process) impl.Layer {
			sent, timeouts := 0, 0
			return &planted{
				send: func(to spec.Process, m spec.Message, out *impl.Effects) {
					sent++
					transmitting(to, m, out)
					out.SetTimer(1, 1, 1)
				},
				receive: delivering,
				timeout: func(_ impl.TimerID, out *impl.Effects) {
					timeouts = (timeouts + 1) % 3
					out.Transmit(1, "a")
					out.SetTimer(1, 1, 1)
				},
				ready: func(spec.Process) bool { return ready(sent, timeouts) },
				key:   func() []byte { return []byte{byte(sent), byte(timeouts)} },
			}
		}}
	}
	for name, test := range map[string]struct {
		ready func(sent, timeouts int) bool
		want  string
	}{
		"never":               {func(int, int) bool { return false }, "is never ready to send to process 1 again"},
		"not after a message": {func(sent, _ int) bool { return sent == 0 }, "the link at process 0, handling what a fair network brings, is never ready to send to process 1 again"},
		"now and then":        {func(_, timeouts int) bool { return timeouts == 0 }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sys, err := world.New(link(test.ready), spec.AtLeastOnce.Properties)
			if err != nil {
				t.Fatal(err)
			}
			w := sys.World(nil)
			if name != "never" {
				if err := w.Apply(world.Action{Kind: world.Send, From: 0, To: 1, Message: "a"}); err != nil {
					t.Fatal(err)
				}
			}
			_, err = w.RunFair(world.Suffix{})
			var failure *world.Failure
			if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &failure) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// A schedule whose losses never happen is not the one that was meant.
func TestLossesThatNeverHappen(t *testing.T) {
	s, err := world.Parse(`send 0>1 "a"; fair; drop 0>1 "D\x01a"; drop 0>1 "never there"`)
	if err != nil {
		t.Fatal(err)
	}
	link := registered(t, "atleastonce")
	sys, err := world.New(link, link.Guarantee.Properties)
	if err != nil {
		t.Fatal(err)
	}
	_, err = sys.World(nil).Follow(s)
	if err == nil || err.Error() != "after fair: only 1 of the 2 losses happen" {
		t.Errorf("error %v", err)
	}
}
