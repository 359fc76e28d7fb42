package explore

import (
	"context"
	"slices"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// requests are messages from process 0 to 1, one for each byte of payloads.
func requests(payloads string) []world.Request {
	var list []world.Request
	for i := range payloads {
		list = append(list, world.Request{From: 0, To: 1, Message: spec.Message(payloads[i : i+1])})
	}
	return list
}

// requestsOf is requests, but a link that names its messages sends the first of
// them for an a, the second for a b, and so on.
func requestsOf(link impl.Link, payloads string) []world.Request {
	list := requests(payloads)
	for i := range list {
		list[i].Message = link.Message(int(payloads[i] - 'a'))
	}
	return list
}

// exhausted searches a link with one message for each byte of payloads.
func exhausted(t testing.TB, link impl.Link, payloads string, properties ...spec.Property) Exhaustive {
	t.Helper()
	r, err := Exhaust(context.Background(), link, properties, Bounds{Workload: requestsOf(link, payloads)})
	if err != nil {
		t.Fatalf("%s, %q: %v", link.Name, payloads, err)
	}
	return r
}

// finding returns what a search says of a property.
func finding(t testing.TB, r Exhaustive, id string) Finding {
	t.Helper()
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Property.ID == id })
	if i < 0 {
		t.Fatalf("%s: no finding on %s", r.Link.Name, id)
	}
	return r.Findings[i]
}

func linkNamed(t testing.TB, list []impl.Link, name string) impl.Link {
	t.Helper()
	i := slices.IndexFunc(list, func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("no link %s", name)
	}
	return list[i]
}

// Every link keeps what it claims, for ever.
func TestExhaustLinks(t *testing.T) {
	for _, link := range append(impl.Registry(), linkNamed(t, impl.Goldens(), "golden/next")) {
		for _, payloads := range []string{"ab", "abc", "aa", "aba"} {
			r := exhausted(t, link, payloads, Judged(link)...)
			for _, f := range r.Findings {
				if _, claimed := link.Guarantee.Property(f.Property.ID); !claimed && f.Tested == 0 {
					continue // it never confirms
				}
				if f.Verdict != spec.Holds {
					t.Errorf("%s, %q: %s is %s: %s", link.Name, payloads, f.Property.ID, f.Verdict, f.Reason)
				}
			}
		}
	}
}

// What a link keeps in spite of faults, and what these void, it keeps for ever.
func TestExhaustFaults(t *testing.T) {
	for _, test := range []struct {
		link    string
		assumes spec.Assumptions
	}{
		{"fairloss", spec.Assumptions{Cuts: 1, Crashes: 1, Recoveries: 1}},
		{"stubborn", spec.Assumptions{Cuts: 2}},
		{"stubborn", spec.Assumptions{Crashes: 1, Recoveries: 1, Cuts: 1}},
		{"atleastonce", spec.Assumptions{Crashes: 1, Cuts: 1}}, // they do not recover
		{"perfect", spec.Assumptions{Cuts: 2}},
		{"perfect", spec.Assumptions{Crashes: 2}}, // they do not recover
		{"fifo", spec.Assumptions{Cuts: 1}},
		{"alternatingbit", spec.Assumptions{Network: spec.FIFONetwork, Capacity: 2, Cuts: 1}},
		{"logged", spec.Assumptions{Crashes: 1, Recoveries: 1, Cuts: 1}},
		{"exactlyonce", spec.Assumptions{Crashes: 1, Recoveries: 1, Cuts: 1}},
		{"authenticated", spec.Assumptions{Corruptions: 1, Forgeries: 1}},
	} {
		link := linkNamed(t, impl.Registry(), test.link)
		link.Assumes = test.assumes
		for _, f := range exhausted(t, link, "ab", link.Guarantee.Properties...).Findings {
			if f.Verdict != spec.Holds {
				t.Errorf("%s on %s: %s is %s: %s", link.Name, link.Assumes, f.Property.ID, f.Verdict, f.Reason)
			}
		}
	}
}

// Every mutant is refuted by the property that it is there to break, and by
// none that it does not declare.
func TestExhaustMutants(t *testing.T) {
	for _, link := range mutant.Registry() {
		broken := map[string]bool{}
		for _, payloads := range []string{"aa", "ab", "abc", "abcd", "abcde", "abcdef"} {
			if broken[link.Breaks] {
				break
			}
			r := exhausted(t, link, payloads, Judged(link)...)
			for _, f := range r.Findings {
				if f.Verdict != spec.Violated {
					continue
				}
				broken[f.Property.ID] = true
				c := f.Counterexample
				if !c.Shortest {
					t.Errorf("%s: %s is not broken in the shortest way: %s", link.Name, f.Property.ID, c.Schedule.Inline())
				}
				if id := f.Property.ID; id != link.Breaks && !slices.Contains(link.Also, id) {
					t.Errorf("%s breaks %s too, which it does not declare: %s", link.Name, id, c.Schedule.Inline())
				}
				if f.Property.ID == link.Breaks {
					t.Logf("%s, %d messages, %v, %d states: %s in %d actions: %s", link.Name, len(payloads),
						r.Coverage.Elapsed+r.Repeated.Elapsed, r.Coverage.States+r.Repeated.States, f.Property.ID, c.Schedule.Len(), c.Schedule.Inline())
				}
			}
		}
		if !broken[link.Breaks] {
			t.Errorf("%s is not refuted by %s", link.Name, link.Breaks)
		}
	}
}

// Links that keep order let one close them gracefully. A perfect link does not:
// the confirmation of the last message says nothing of those before it.
func TestGracefulClose(t *testing.T) {
	for _, link := range impl.Registry() {
		_, ordered := link.Guarantee.Property(spec.FIFODelivery.ID)
		if !ordered && link.Name != "perfect" {
			continue
		}
		want := spec.Violated
		if ordered {
			want = spec.Holds
		}
		if f := finding(t, exhausted(t, link, "abc", spec.GracefulClose), "CLS"); f.Verdict != want {
			t.Errorf("%s: CLS is %s (%s), want %s", link.Name, f.Verdict, f.Reason, want)
		}
	}
}

// A link that keeps order tells of a new schema before it carries a record
// written by it. That saves who reads by their own schema in this direction,
// and in the other one nothing does.
func TestOrderIsNoSchema(t *testing.T) {
	link := linkNamed(t, mutant.Registry(), "reads-by-own-schema")
	link.Assumes.Network = spec.FIFOPerfectNetwork
	for from, want := range []spec.Verdict{spec.Holds, spec.Violated} {
		workload := []world.Request{{From: spec.Process(from), To: spec.Process(1 - from), Message: "a"}}
		r, err := Exhaust(context.Background(), link, []spec.Property{spec.PL3}, Bounds{Workload: workload, MaxStates: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		if f := r.Findings[0]; f.Verdict != want {
			t.Errorf("records from process %d: PL3 is %s (%s), want %s", from, f.Verdict, f.Reason, want)
		} else if f.Counterexample != nil {
			t.Log(f.Counterexample.Schedule.Inline())
		}
	}
}

// toggler retransmits until it is acknowledged, to a receiver that is ready
// and not ready in turn, and changes at each packet that announces data. It
// needs a network that is fair, and no more: every packet may arrive infinitely
// often, and the data only where it is not wanted.
type toggler struct {
	impl.Layer
	pending bool
	ready   bool
}

func (l *toggler) Init(*impl.Effects) {}

func (l *toggler) Send(to spec.Process, _ spec.Message, out *impl.Effects) {
	l.pending = true
	l.Timeout(impl.TimerID(to), out)
}

func (l *toggler) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	switch {
	case p == "announce":
		l.ready = !l.ready
	case p == "data" && l.ready:
		out.Deliver(from, "a")
		out.Transmit(from, "done")
	case p == "done" && l.pending:
		l.pending = false
		out.CancelTimer(impl.TimerID(from))
	}
}

func (l *toggler) Timeout(t impl.TimerID, out *impl.Effects) {
	out.Transmit(spec.Process(t), "announce")
	out.Transmit(spec.Process(t), "data")
	out.SetTimer(t, impl.RetransmitAtLeast, impl.RetransmitAtMost)
}

func (l *toggler) AppendKey(b []byte) []byte {
	for _, v := range []bool{l.pending, l.ready} {
		b = append(b, '0')
		if v {
			b[len(b)-1] = '1'
		}
	}
	return b
}

// The counterexamples to liveness that are known to be the shortest.
func TestLassos(t *testing.T) {
	tests := []struct {
		link     impl.Link
		property spec.Property
		payloads string
		stem     int
		cycle    int
	}{
		{linkNamed(t, impl.Registry(), "atmostonce"), spec.PL1, "a", 1, 0},
		{linkNamed(t, impl.Registry(), "perfect"), spec.SL1, "a", 3, 0},
		{linkNamed(t, mutant.Registry(), "never-retransmits"), spec.PL1, "a", 2, 0}, // the send, then its timer
		{linkNamed(t, mutant.Registry(), "drops-overtaken"), spec.PL1, "ab", 6, 0},
		{linkNamed(t, mutant.Registry(), "stuck-bit"), spec.PL1, "ab", 4, 3},
		{linkNamed(t, mutant.Registry(), "echoes"), spec.FLL2, "a", 2, 1},
		{linkNamed(t, mutant.Registry(), "tires"), spec.FLL1, "a", 2, 2},
		{impl.Link{Name: "toggler", New: impl.FactoryOf(toggler{}), Guarantee: spec.AtLeastOnce}, spec.PL1, "a", 1, 4},
	}
	for _, test := range tests {
		f := finding(t, exhausted(t, test.link, test.payloads, test.property), test.property.ID)
		if f.Verdict != spec.Violated {
			t.Errorf("%s, %s: %s %s, want violated", test.link.Name, f.Property.ID, f.Verdict, f.Reason)
			continue
		}
		s := f.Counterexample.Schedule
		if len(s.Actions) != test.stem || len(s.Cycle) != test.cycle || !f.Counterexample.Shortest {
			t.Errorf("%s, %s: %d actions and a cycle of %d, shortest %t; want %d and %d: %s", test.link.Name, f.Property.ID,
				len(s.Actions), len(s.Cycle), f.Counterexample.Shortest, test.stem, test.cycle, s.Inline())
		}
		for _, flow := range f.Counterexample.Traffic() {
			if flow.Sent == 0 || flow.Received == 0 {
				t.Errorf("%s: %s", test.link.Name, flow)
			}
		}
	}
}

// A search that was stopped says what it covered, and is no pass; what it has
// found stands.
func TestExhaustBounds(t *testing.T) {
	link := linkNamed(t, impl.Goldens(), "golden/skip")
	workload := requests("abcde")
	cancelled, cancel := context.WithCancel(context.Background())
	calls := 0
	stopping := func(Coverage) {
		if calls++; calls == 3 {
			cancel()
		}
	}
	for name, b := range map[string]Bounds{
		"states":  {Workload: workload, MaxStates: 10000},
		"bytes":   {Workload: workload, MaxBytes: 2 << 20},
		"context": {Workload: workload, Progress: stopping},
	} {
		r, err := Exhaust(cancelled, link, append(Judged(link), spec.PL1), b)
		if err != nil {
			t.Fatal(err)
		}
		if c := r.Coverage; c.Complete || c.States == 0 || c.States >= 599200 || c.Frontier == 0 {
			t.Errorf("%s: covered %+v", name, c)
		}
		for _, f := range r.Findings {
			switch {
			case f.Property.ID == "ACK" && f.Verdict == spec.Violated:
			case f.Property.ID == "PL1" && f.Verdict == spec.Violated && !f.Counterexample.Shortest:
			case f.Verdict != spec.Inconclusive || f.Reason == "":
				t.Errorf("%s: %s is %s, %q", name, f.Property.ID, f.Verdict, f.Reason)
			}
		}
	}
}

// A property that nothing put to the test does not hold.
func TestExhaustVacuous(t *testing.T) {
	r, err := Exhaust(context.Background(), impl.Registry()[0], spec.FairLoss.Properties, Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != spec.Inconclusive || f.Reason == "" {
			t.Errorf("%s without a message is %s, %q", f.Property.ID, f.Verdict, f.Reason)
		}
	}
}
