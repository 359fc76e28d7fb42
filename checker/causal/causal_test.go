package causal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker/causal"
	"fairloss/checker/trial"
	"fairloss/checker/world"
	"fairloss/histories"
	"fairloss/impl"
	"fairloss/spec"
)

// closure returns by definition which events happened before which.
func closure(events []spec.Event) [][]bool {
	before := make([][]bool, len(events))
	for j, e := range events {
		before[j] = make([]bool, len(events))
		first := -1
		for i, c := range events[:j] {
			if e.Kind == spec.Forever || c.Kind == spec.Forever {
				continue
			}
			if c.Process == e.Process {
				before[j][i] = true
			}
			intruded := e.Kind == spec.Receive && (events[j-1].Kind == spec.Corrupt || events[j-1].Kind == spec.Forge)
			carried := (e.Kind == spec.Receive && !intruded || e.Kind == spec.Corrupt) && c.Kind == spec.Transmit && c.Packet == e.Packet ||
				(e.Kind == spec.Deliver || e.Kind == spec.Store) && c.Kind == spec.Send && c.Message == e.Message
			if first < 0 && carried && c.Process == e.Peer && c.Peer == e.Process {
				first = i
			}
		}
		if first >= 0 {
			before[j][first] = true
		}
		for i := range events[:j] { // what is before a cause is before its effect
			if before[j][i] {
				for k := range i {
					before[j][k] = before[j][k] || before[i][k]
				}
			}
		}
	}
	return before
}

// checkStamps compares the stamps of a history with the closure.
func checkStamps(events []spec.Event, order causal.Order) error {
	if len(order) != len(events) {
		return fmt.Errorf("%d stamps of %d events", len(order), len(events))
	}
	before := closure(events)
	for j := range events {
		for i := range events {
			want := before[j][i]
			if got := order.HappensBefore(i, j); got != want {
				return fmt.Errorf("event %d (%v) before %d (%v): %t, want %t", i, events[i], j, events[j], got, want)
			}
			if want && order[i].Lamport >= order[j].Lamport {
				return fmt.Errorf("event %d has the clock %d, %d has %d", i, order[i].Lamport, j, order[j].Lamport)
			}
		}
		longest := uint64(0) // chain of events that ends here
		for i := range events[:j] {
			if before[j][i] {
				longest = max(longest, order[i].Lamport)
			}
		}
		if events[j].Kind != spec.Forever && order[j].Lamport != longest+1 {
			return fmt.Errorf("event %d has the clock %d, want %d", j, order[j].Lamport, longest+1)
		}
	}
	return nil
}

// random returns a history of two to four processes with few contents, so that
// much is sent again and received again.
func random(r *rand.Rand) []spec.Event {
	processes := 2 + r.IntN(3)
	var events, sent []spec.Event
	for range 2 + r.IntN(30) {
		e := spec.Event{At: int64(len(events)), Process: spec.Process(r.IntN(processes))}
		e.Peer = (e.Process + 1 + spec.Process(r.IntN(processes-1))) % spec.Process(processes)
		switch n := r.IntN(10); {
		case n < 3 && len(sent) > 0:
			s := sent[r.IntN(len(sent))]
			e.Process, e.Peer, e.Packet, e.Message = s.Peer, s.Process, s.Packet, s.Message
			e.Kind = map[spec.Kind]spec.Kind{spec.Send: spec.Deliver, spec.Transmit: spec.Receive}[s.Kind]
			if e.Kind == spec.Deliver && r.IntN(4) == 0 {
				e.Kind = spec.Store
			}
		case n < 5:
			e.Kind, e.Message = spec.Send, spec.Message(rune('a'+r.IntN(2)))
			sent = append(sent, e)
		case n < 8:
			e.Kind, e.Packet = spec.Transmit, string(rune('a'+r.IntN(2)))
			sent = append(sent, e)
		case n == 8 && r.IntN(4) == 0:
			e = spec.Event{Kind: spec.Forever, At: e.At}
		default:
			e.Kind, e.Peer = spec.Crash, 0
		}
		events = append(events, e)
	}
	return events
}

// battery compares the stamps of random histories with the closure.
func battery(stamp func([]spec.Event) causal.Order, histories int) error {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range histories {
		events := random(r)
		if err := checkStamps(events, stamp(events)); err != nil {
			return fmt.Errorf("history %d: %w", n, err)
		}
	}
	return nil
}

func TestClocksOfRandomHistories(t *testing.T) {
	histories := 20_000
	if testing.Short() {
		histories = 3000
	}
	if err := battery(causal.OrderOf, histories); err != nil {
		t.Error(err)
	}
}

// instead stamps a history in which each event has been replaced.
func instead(replace func(i int, e spec.Event) spec.Event) func([]spec.Event) causal.Order {
	return func(events []spec.Event) causal.Order {
		events = slices.Clone(events)
		for i, e := range events {
			events[i] = replace(i, e)
		}
		return causal.OrderOf(events)
	}
}

// The battery sees stamps that are wrong.
func TestBatterySeesBrokenClocks(t *testing.T) {
	for name, stamp := range map[string]func([]spec.Event) causal.Order{
		"nothing is received": instead(func(_ int, e spec.Event) spec.Event {
			if e.Kind == spec.Receive || e.Kind == spec.Deliver {
				e.Kind = spec.Crash
			}
			return e
		}),
		"channels are one": instead(func(_ int, e spec.Event) spec.Event {
			e.Peer = e.Process
			return e
		}),
		"contents are one": instead(func(_ int, e spec.Event) spec.Event {
			e.Message, e.Packet = "", ""
			return e
		}),
		"there is one process": instead(func(_ int, e spec.Event) spec.Event {
			e.Process, e.Peer = 0, 0
			return e
		}),
		"nobody knows anything": func(events []spec.Event) causal.Order { return make(causal.Order, len(events)) },
		"the last one is the source": func(events []spec.Event) causal.Order {
			latest := instead(func(i int, e spec.Event) spec.Event {
				later := slices.ContainsFunc(events[i+1:], func(o spec.Event) bool {
					return o.Kind == e.Kind && o.Process == e.Process && o.Peer == e.Peer && o.Packet == e.Packet && o.Message == e.Message
				})
				if later && (e.Kind == spec.Send || e.Kind == spec.Transmit) {
					e.Kind = spec.Crash
				}
				return e
			})
			return latest(events)
		},
		"ticks are forgotten": func(events []spec.Event) causal.Order {
			order := causal.OrderOf(events)
			for i := range order {
				order[i].Lamport = (order[i].Lamport + 1) / 2
			}
			return order
		},
	} {
		if err := battery(stamp, 1000); err == nil {
			t.Errorf("where %s, the stamps pass", name)
		}
	}
}

// walk returns the history of a random walk through the world of a link.
func walk(t *testing.T, link impl.Link, r *rand.Rand) []spec.Event {
	t.Helper()
	sys, err := world.New(link, nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := sys.Witness([]world.Request{{To: 1, Message: "a"}, {To: 1, Message: "a"}, {To: 1, Message: "b"}, {From: 1, Message: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		moves := w.Enabled(nil)
		if len(moves) == 0 {
			break
		}
		if err := w.Do(moves[r.IntN(len(moves))]); err != nil {
			t.Fatal(err)
		}
	}
	return w.History()
}

// recorded returns histories of real links: of random walks through the world,
// and one over sockets.
func recorded(t *testing.T) map[string][]spec.Event {
	t.Helper()
	all := map[string][]spec.Event{}
	r := rand.New(rand.NewPCG(5, 6))
	for _, link := range impl.Registry() {
		for n := range 5 {
			all[fmt.Sprintf("world: %s, walk %d", link.Name, n)] = walk(t, link, r)
		}
	}
	fifo := impl.Registry()[slices.IndexFunc(impl.Registry(), func(l impl.Link) bool { return l.Name == "fifo" })]
	result, err := trial.Run(t.Context(), trial.Config{Link: fifo, Messages: 60, Senders: 4, Loss: 0.1, Duplicate: 0.1, Seed: 7, Timeout: time.Minute}, nil)
	if err != nil {
		t.Fatal(err)
	}
	all["sockets: fifo"] = result.Events
	return all
}

func TestRecordedHistories(t *testing.T) {
	all := recorded(t)
	if len(all) < 50 {
		t.Fatalf("only %d histories", len(all))
	}
	for name, events := range all {
		order := causal.OrderOf(events)
		hears := map[spec.Process]bool{}
		for i, s := range order {
			for j := range order {
				if order.HappensBefore(j, i) && order[j].Process != s.Process {
					hears[s.Process] = true
				}
			}
		}
		if len(hears) == 0 {
			t.Errorf("%s: nothing at one process happened before anything at another", name)
		}
		for p := range spec.Process(2) {
			if err := causal.Check(behind(events, p)); (err != nil) != hears[p] {
				t.Errorf("%s: the clock of process %d is far behind: %v; it hears of others: %t", name, p, err, hears[p])
			}
		}
		if err := checkStamps(events, order); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := causal.Check(events); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := causal.CheckClocks(events, lamport(order)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// behind returns the events with the clock of a process behind all others.
func behind(events []spec.Event, p spec.Process) []spec.Event {
	late := slices.Clone(events)
	for i, e := range late {
		if e.Process == p {
			late[i].At -= events[len(events)-1].At + 1
		}
	}
	return late
}

func lamport(order causal.Order) []uint64 {
	var clocks []uint64
	for _, s := range order {
		clocks = append(clocks, s.Lamport)
	}
	return clocks
}

// What was forged, or was corrupted into what is sent later, is no receipt of
// it; what was corrupted was sent.
func TestIntruded(t *testing.T) {
	transmit := spec.Event{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "p"}
	receive := spec.Event{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "p"}
	forge := spec.Event{Kind: spec.Forge, Process: 1, Peer: 0}
	corrupt := spec.Event{Kind: spec.Corrupt, Process: 1, Peer: 0, Packet: "q"}
	sent := spec.Event{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "q"}
	for name, c := range map[string]struct {
		events        []spec.Event
		contradiction bool
	}{
		"received too early":    {[]spec.Event{receive, transmit}, true},
		"forged":                {[]spec.Event{forge, receive, transmit}, false},
		"forged and received":   {[]spec.Event{forge, receive, receive, transmit}, true},
		"corrupted":             {[]spec.Event{sent, corrupt, receive, transmit}, false},
		"corrupted too early":   {[]spec.Event{corrupt, receive, sent}, true},
		"forged, then received": {[]spec.Event{forge, receive, transmit, receive}, false},
	} {
		if err := causal.Check(c.events); (err != nil) != c.contradiction {
			t.Errorf("%s: %v", name, err)
		}
		if err := checkStamps(c.events, causal.OrderOf(c.events)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// In the corpus only histories in which something is delivered that was not
// sent before contradict the causal order.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../histories/testdata/corpus/*.jsonl")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	contradict := 0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		h, events, err := histories.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if causal.Check(events) == nil {
			continue
		}
		contradict++
		_, created := h.Expect["SL2"]
		if !created {
			t.Errorf("%s: %v", filepath.Base(file), causal.Check(events))
		}
	}
	if contradict == 0 {
		t.Error("no history of the corpus contradicts the causal order, though one delivers before it sends")
	}
}

// A perturbed clock is rejected exactly where it contradicts the closure.
func perturbed(check func([]spec.Event, []uint64) error, histories int) (rejected int, err error) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range histories {
		events := random(r)
		clocks := lamport(causal.OrderOf(events))
		for range r.IntN(3) {
			clocks[r.IntN(len(clocks))] = r.Uint64N(uint64(len(clocks)))
		}
		want := false
		for j, causes := range closure(events) {
			for i, is := range causes {
				want = want || is && clocks[i] >= clocks[j]
			}
		}
		got := check(events, clocks)
		if (got != nil) != want {
			return rejected, fmt.Errorf("history %d, clocks %v: %v, want a contradiction: %t", n, clocks, got, want)
		}
		if got != nil {
			rejected++
		}
	}
	return rejected, nil
}

func TestPerturbedClocks(t *testing.T) {
	histories := 20_000
	if testing.Short() {
		histories = 3000
	}
	rejected, err := perturbed(causal.CheckClocks, histories)
	if err != nil {
		t.Fatal(err)
	}
	if rejected < histories/10 || rejected > histories*9/10 {
		t.Errorf("%d of %d rejected", rejected, histories)
	}
	for name, check := range map[string]func([]spec.Event, []uint64) error{
		"accepts": func([]spec.Event, []uint64) error { return nil },
		"lets equal clocks pass": func(events []spec.Event, clocks []uint64) error {
			times := slices.Clone(events)
			for i := range times {
				times[i].At = int64(clocks[i])
			}
			return causal.Check(times)
		},
		"sees no packets": func(events []spec.Event, clocks []uint64) error {
			events = slices.Clone(events)
			for i := range events {
				events[i].Peer = events[i].Process
			}
			return causal.CheckClocks(events, clocks)
		},
	} {
		if _, err := perturbed(check, 2000); err == nil {
			t.Errorf("a checker that %s passes", name)
		}
	}
}

func TestContradictions(t *testing.T) {
	send := spec.Event{Kind: spec.Send, Peer: 1, Message: "a", At: 5}
	deliver := spec.Event{Kind: spec.Deliver, Process: 1, Message: "a", At: 7}
	transmit := spec.Event{Kind: spec.Transmit, Peer: 1, Packet: "p", At: 5}
	receive := spec.Event{Kind: spec.Receive, Process: 1, Packet: "p", At: 5}
	late := func(e spec.Event, at int64) spec.Event { e.At = at; return e }
	for name, c := range map[string]struct {
		events []spec.Event
		want   string // "" where nothing is wrong
	}{
		"nothing":                 {nil, ""},
		"in order":                {[]spec.Event{send, transmit, receive, deliver}, ""},
		"received twice":          {[]spec.Event{transmit, receive, receive}, ""},
		"received first":          {[]spec.Event{receive, transmit}, `event 1: receive 0>1 "p" comes before it is sent, by event 2`},
		"delivered first":         {[]spec.Event{deliver, late(send, 9)}, `event 1: deliver 0>1 "a" comes before it is sent, by event 2`},
		"from nowhere":            {[]spec.Event{receive, deliver}, ""},
		"on another channel":      {[]spec.Event{receive, {Kind: spec.Transmit, Peer: 2, Packet: "p", At: 6}}, ""},
		"a clock behind":          {[]spec.Event{send, late(deliver, 4)}, `event 2: deliver 0>1 "a" is at 4, and send 0>1 "a", which happened before it, at 5`},
		"a clock that jumps back": {[]spec.Event{send, late(transmit, 3)}, `event 2: transmit 0>1 "p" is at 3, and send 0>1 "a", which happened before it, at 5`},
		"apart, with no message":  {[]spec.Event{send, {Kind: spec.Send, Process: 1, Message: "b", At: 2}}, ""},
	} {
		err := causal.Check(c.events)
		var contradiction *causal.Contradiction
		switch {
		case c.want == "" && err == nil:
		case err == nil || err.Error() != c.want || !errors.As(err, &contradiction):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestClocksOfOtherEvents(t *testing.T) {
	defer func() {
		if p := recover(); p == nil || !strings.HasPrefix(p.(string), "causal: ") {
			t.Errorf("panic %v", p)
		}
	}()
	causal.CheckClocks(make([]spec.Event, 2), []uint64{1})
}

// Two sends at different processes know nothing of each other; a receipt knows
// all that its sender knew.
func ExampleClocks() {
	var clocks causal.Clocks
	for _, e := range []spec.Event{
		{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "x"},
		{Kind: spec.Transmit, Process: 1, Peer: 0, Packet: "y"},
		{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "x"},
	} {
		s := clocks.Observe(e)
		fmt.Println(s.Lamport, s.Vector, e)
	}
	// Output:
	// 1 [1] transmit 0>1 "x"
	// 1 [0 1] transmit 1>0 "y"
	// 2 [1 2] receive 0>1 "x"
}

func ExampleCheck() {
	err := causal.Check([]spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "lunch?", At: 1200},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "lunch?", At: 1145},
	})
	fmt.Println(err)
	// Output:
	// event 2: deliver 0>1 "lunch?" is at 1145, and send 0>1 "lunch?", which happened before it, at 1200
}
