package timed_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker"
	"fairloss/checker/timed"
	"fairloss/histories"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// times returns when each event of a kind happened at a process.
func times(r timed.Result, kind spec.Kind, p spec.Process) (list []string) {
	for _, e := range r.Events {
		if e.Kind == kind && e.Process == p {
			list = append(list, time.Duration(e.At).String())
		}
	}
	return list
}

// TestConditions wants of each condition that it does what it says to the
// deliveries of a link that adds nothing.
func TestConditions(t *testing.T) {
	tests := []struct{ conditions, deliveries string }{
		{"send=0>1:3@1ms/2ms", "1ms 3ms 5ms"},
		{"send=0>1:2@0s/1ms delay=5ms", "5ms 6ms"},
		{"send=*>1:1@0s/0s send=0>*:1@1ms/0s", "0s 1ms"},
		{"send=0>1:1@0s/0s send=0>1:1@3s/0s delay=1ms early=9ms until=2s", "9ms 3.001s"},
		{"send=0>1:3@0s/1ms loss=1 until=2ms", "2ms"},
		{"send=0>1:3@0s/1ms dup=1 until=1ms", "0s 0s 1ms 2ms"},
		{"send=0>1:3@0s/0s bandwidth=1000", "2ms 4ms 6ms"},
		{"send=0>1:3@0s/1ms bandwidth=2000 delay=1ms", "2ms 3ms 4ms"},
		{"send=0>1:4@0s/0s bandwidth=1000 queue=1", "2ms 4ms"},
		{"send=0>1:3@0s/0s work=1:2ms", "2ms 4ms 6ms"},
		{"send=0>1:3@0s/0s work=0:2ms", "2ms 4ms 6ms"},
		{"send=0>1:4@0s/0s work=1:2ms inbox=2", "2ms 4ms"},
		{"send=0>1:3@0s/1ms pause=1@1ms..5ms", "0s 5ms 5ms"},
		{"send=0>1:3@0s/1ms pause=0@1ms..5ms", "0s 5ms 5ms"},
		{"send=0>1:3@0s/1ms pause=*@1ms..5ms pause=1@5ms..6ms", "0s 6ms 6ms"},
		{"send=0>1:3@0s/1ms pause=1@1ms", "0s"},
		{"send=0>1:1@0s/0s work=1:4ms pause=1@1ms..5ms", "5ms"},
		{"send=0>1:3@0s/1ms down=1@1ms..2ms", "0s 2ms"},
		{"send=0>1:3@0s/1ms down=0@1ms..5ms", "0s 5ms 5ms"},
		{"send=0>1:3@0s/1ms down=1@1ms", "0s"},
		{"send=0>1:2@0s/1ms down=1@2ms..3ms work=1:2ms", ""},
		{"send=0>1:3@0s/1ms end=1ms", "0s 1ms"},
	}
	for _, tt := range tests {
		r := run(t, find(t, "fairloss"), tt.conditions, 1)
		if got := strings.Join(times(r, spec.Deliver, 1), " "); got != tt.deliveries {
			t.Errorf("%s: delivered at %s, want %s", tt.conditions, got, tt.deliveries)
		}
	}
}

func TestStats(t *testing.T) {
	tests := []struct {
		conditions string
		want       timed.Stats
	}{
		{"send=0>1:3@0s/1ms", timed.Stats{Steps: 6, Packets: 3, Inbox: 1}},
		{"send=0>1:3@0s/1ms loss=1", timed.Stats{Steps: 3, Packets: 3, Lost: 3}},
		{"send=0>1:3@0s/1ms dup=1", timed.Stats{Steps: 9, Packets: 3, Duplicated: 3, Inbox: 1}},
		{"send=0>1:4@0s/0s bandwidth=1000 queue=1", timed.Stats{Steps: 6, Packets: 4, Overflowed: 2, Inbox: 1}},
		{"send=0>1:4@0s/0s work=1:1ms inbox=3", timed.Stats{Steps: 7, Packets: 4, Refused: 1, Inbox: 3}},
		{"send=0>1:4@0s/0s work=1:2ms down=1@3ms..4ms", timed.Stats{Steps: 5, Packets: 4, Lost: 3, Inbox: 4}},
	}
	for _, tt := range tests {
		if got := run(t, find(t, "fairloss"), tt.conditions, 1).Stats; got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.conditions, got, tt.want)
		}
	}
}

// TestDraws wants drawn times to fill their range, and Edges to choose the ends.
func TestDraws(t *testing.T) {
	link := find(t, "fairloss")
	for edges, want := range map[string]int{"edges=0": 0, "edges=0.5": 500, "edges=1": 1000} {
		r := run(t, link, "send=0>1:1000@0s/1ms delay=100µs..200µs "+edges, 1)
		delays := timed.Delays(r.Events)
		ends := 0
		for _, d := range delays {
			if d == 100*time.Microsecond || d == 200*time.Microsecond {
				ends++
			}
			if d < 100*time.Microsecond || d > 200*time.Microsecond {
				t.Fatalf("%s: a delay of %v", edges, d)
			}
		}
		if len(delays) != 1000 || ends < want-60 || ends > want+60 {
			t.Errorf("%s: %d of %d delays are ends, want about %d", edges, ends, len(delays), want)
		}
	}
}

// ticking delivers the time at each tick of 10ms by the local clock.
type ticking struct {
	peer  spec.Process
	beats int
}

func newTicking(_ spec.Process, peers []spec.Process) impl.Layer { return &ticking{peer: peers[0]} }

func (l *ticking) Init(out *impl.Effects) { out.SetTimer(1, 10*time.Millisecond, 10*time.Millisecond) }

func (l *ticking) Timeout(t impl.TimerID, out *impl.Effects) {
	if l.beats++; l.beats <= 3 {
		out.Deliver(l.peer, spec.Message(out.Now().String()))
		out.SetTimer(t, 10*time.Millisecond, 10*time.Millisecond)
	}
}
func (l *ticking) Send(spec.Process, spec.Message, *impl.Effects)   {}
func (l *ticking) Receive(spec.Process, impl.Packet, *impl.Effects) {}

// TestTimersFollowTheLocalClock wants ticks at the real times at which the
// clock shows that they are due, and Now to be what it shows.
func TestTimersFollowTheLocalClock(t *testing.T) {
	link := impl.Link{New: newTicking, Guarantee: spec.FairLoss}
	tests := []struct{ conditions, real, local string }{
		{"", "10ms 20ms 30ms", "10ms 20ms 30ms"},
		{"drift=0:250000ppm", "8ms 16ms 24ms", "10ms 20ms 30ms"},
		{"drift=0:-200000ppm", "12.5ms 25ms 37.5ms", "10ms 20ms 30ms"},
		{"drift=1:250000ppm", "10ms 20ms 30ms", "10ms 20ms 30ms"},
		{"jump=0@0s:7s", "10ms 20ms 30ms", "7.01s 7.02s 7.03s"},
		{"jump=0@15ms:3ms", "10ms 17ms 27ms", "10ms 20ms 30ms"},
		{"jump=0@15ms:8ms", "10ms 15ms 25ms", "10ms 23ms 33ms"},
		{"jump=0@15ms:-8ms", "10ms 28ms 38ms", "10ms 20ms 30ms"},
		{"pause=0@5ms..25ms", "25ms 35ms 45ms", "25ms 35ms 45ms"},
		{"work=0:1ms", "11ms 22ms 33ms", "11ms 22ms 33ms"},
		{"down=0@15ms..16ms", "10ms 26ms 36ms 46ms", "10ms 26ms 36ms 46ms"},
	}
	for _, tt := range tests {
		r := run(t, link, tt.conditions, 1)
		var local []string
		for _, e := range r.Events {
			if e.Kind == spec.Deliver && e.Process == 0 {
				local = append(local, string(e.Message))
			}
		}
		if got := strings.Join(times(r, spec.Deliver, 0), " "); got != tt.real || strings.Join(local, " ") != tt.local {
			t.Errorf("%q: ticks at %s that show %s, want %s and %s", tt.conditions, got, local, tt.real, tt.local)
		}
	}
}

// durable stores what it is sent, and delivers it after a crash. It cancels the
// timer that would deliver "late" when it receives anything.
type durable struct{}

func (l *durable) Init(out *impl.Effects) { out.SetTimer(1, 5*time.Millisecond, 5*time.Millisecond) }

func (l *durable) Recover(stable []byte, out *impl.Effects) {
	out.Deliver(0, spec.Message("recovered "+string(stable)))
}
func (l *durable) Timeout(impl.TimerID, *impl.Effects) {}

func (l *durable) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(m))
}

func (l *durable) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	out.Commit([]byte(p), impl.Delivery{From: from, Message: spec.Message(p)})
	out.CancelTimer(1)
}

func TestCrash(t *testing.T) {
	link := impl.Link{New: impl.FactoryOf(durable{}), Guarantee: spec.FairLoss}
	r := run(t, link, "send=0>1:2@0s/1ms down=1@2ms..3ms down=1@4ms", 1)
	var got []string
	for _, e := range r.Events {
		if e.Process == 1 && e.Kind != spec.Receive {
			got = append(got, fmt.Sprintf("%v %v", time.Duration(e.At), e))
		}
	}
	want := []string{`0s store 0>1 "m1"`, `0s deliver 0>1 "m1"`, `1ms store 0>1 "m2"`, `1ms deliver 0>1 "m2"`, `2ms crash 1`, `3ms recover 1`, `3ms deliver 0>1 "recovered m2"`, `4ms crash 1`}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestLinksThatSurviveCrashes wants what such links promise held, whenever
// processes crash, and a mutant caught by what it logs.
func TestLinksThatSurviveCrashes(t *testing.T) {
	violated := map[string]int{}
	for _, name := range []string{"logged", "exactlyonce", "logs-header"} {
		for seed := range uint64(20) {
			conditions := fmt.Sprintf("end=20s delay=1ms..3ms loss=0.3 until=1s send=0>1:10@0s/1ms down=0@%dms..8ms down=1@%dms..30ms", seed%8, 9+seed)
			r := run(t, find(t, name), conditions, seed+1)
			if r.Verdict() == spec.Violated {
				violated[name]++
			} else if find(t, name).Kind == impl.Correct && r.Verdict() != spec.Holds {
				t.Errorf("%s, seed %d: %+v", name, seed+1, r.Judgements)
			}
		}
	}
	if violated["logged"]+violated["exactlyonce"] > 0 || violated["logs-header"] == 0 {
		t.Errorf("violated, of 20 runs each: %v", violated)
	}
}

// A process that has stored nothing begins again as at its first start.
func TestCrashOfWhatStoredNothing(t *testing.T) {
	link := impl.Link{New: newLate, Guarantee: spec.FairLoss}
	r := run(t, link, "end=1s down=1@2ms..3ms", 1)
	if got := strings.Join(times(r, spec.Deliver, 1), " "); got != "8ms" {
		t.Errorf("its timer expires at %s, want 8ms: 5ms after Init", got)
	}
}

// late is a timer that another event cancels while its expiry waits.
type late struct {
	durable
	peer spec.Process
}

func newLate(_ spec.Process, peers []spec.Process) impl.Layer { return &late{peer: peers[0]} }

func (l *late) Timeout(_ impl.TimerID, out *impl.Effects) { out.Deliver(l.peer, "late") }

func TestCancelledExpiryIsDropped(t *testing.T) {
	link := impl.Link{New: newLate, Guarantee: spec.FairLoss}
	for conditions, want := range map[string]bool{
		"send=0>1:1@1s/0s":                                true,
		"send=0>1:1@3ms/0s pause=1@2ms..9ms":              false,
		"send=0>1:1@7ms/0s pause=1@2ms..9ms":              true,
		"send=0>1:1@4ms/0s work=1:3ms":                    false,
		"send=0>1:1@1ms/0s delay=10ms pause=1@20ms..21ms": true,
	} {
		r := run(t, link, conditions, 1)
		got := slices.ContainsFunc(r.Events, func(e spec.Event) bool { return e.Process == 1 && e.Message == "late" })
		if got != want {
			t.Errorf("%s: the timer expires: %t, want %t", conditions, got, want)
		}
	}
}

// TestSameSeedSameHistory demands the same bytes of two runs, and others of
// another seed.
func TestSameSeedSameHistory(t *testing.T) {
	for _, link := range slices.Concat(impl.Timed(), mutant.Timed()) {
		history := func(seed uint64) string {
			r := run(t, link, link.Conditions, seed)
			var b bytes.Buffer
			if err := histories.WriteAll(&b, histories.Header{Processes: link.Size()}, r.Events); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		if first := history(1); first != history(1) {
			t.Errorf("%s: two runs of one seed differ", link.Name)
		} else if first == history(2) {
			t.Errorf("%s: two seeds are one run", link.Name)
		}
	}
}

// TestHistoriesAreJudgedAgain wants the judgements of a run again from the file
// of its history, of every link and mutant, and among processes that crash.
func TestHistoriesAreJudgedAgain(t *testing.T) {
	for _, link := range slices.Concat(impl.Timed(), mutant.Timed()) {
		c := parse(t, link.Conditions)
		c.Seed = 1
		for range 2 {
			r, err := timed.Run(link, c)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := timed.WriteHistory(&b, link, c, r.Events); err != nil {
				t.Fatalf("%s: %v", link.Name, err)
			}
			h, events, err := histories.ReadAll(&b)
			if err != nil {
				t.Fatalf("%s: %v", link.Name, err)
			}
			again, err := checker.History(t.Context(), h, events)
			if err != nil {
				t.Fatalf("%s: %v", link.Name, err)
			}
			said := func(list []checker.Judgement) map[string]string {
				m := map[string]string{}
				for _, j := range list {
					m[j.Property.ID] = fmt.Sprint(j.Verdict, j.Broken, j.Reason)
				}
				return m
			}
			if got, want := said(again), said(r.Judgements); !maps.Equal(got, want) {
				t.Errorf("%s, %s:\n%v\nfrom the file:\n%v", link.Name, c, want, got)
			}
			c.Downs = append(c.Downs, timed.Interval{Process: timed.Everyone, From: time.Second, To: 1100 * time.Millisecond})
		}
	}
}

// stubbornly never stops, and panics when it is told to.
type stubbornly struct{}

func (l *stubbornly) Init(out *impl.Effects) { out.SetTimer(1, 1, 1) }
func (l *stubbornly) Timeout(t impl.TimerID, out *impl.Effects) {
	out.SetTimer(t, 1, 1)
}

func (l *stubbornly) Receive(_ spec.Process, p impl.Packet, _ *impl.Effects) {
	panic("told to by " + p)
}

func (l *stubbornly) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(m))
}

func TestErrors(t *testing.T) {
	link := impl.Link{New: impl.FactoryOf(stubbornly{}), Guarantee: spec.FairLoss}
	for text, want := range map[string]string{
		"loss=2":                   "timed: probability 2: want 0 to 1",
		"pause=2@0s":               "timed: process 2: there are 2",
		"send=0>1:1@0s/0s end=1µs": `timed: the link breaks the contract of a layer: in Receive(0, "m1") at process 1 it panics: told to by m1`,
		"end=1h":                   "timed: the link breaks the contract of a layer: more than 10000000 events",
	} {
		if (testing.Short() || raceEnabled) && text == "end=1h" {
			continue
		}
		if _, err := timed.Run(link, parse(t, text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// straying is a link of which a message says whom it transmits to.
type straying struct{ durable }

func (l *straying) Send(_ spec.Process, m spec.Message, out *impl.Effects) {
	out.Commit([]byte(m), impl.Delivery{From: 7, Message: m})
}

func TestStrayEffects(t *testing.T) {
	link := impl.Link{New: impl.FactoryOf(straying{}), Guarantee: spec.FairLoss}
	const want = `timed: the link breaks the contract of a layer: it names process 7, which is no peer, in Send(1, "m1") at process 0`
	if _, err := timed.Run(link, parse(t, "send=0>1:1@0s/0s")); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// scribbling writes to the stable value that it recovers with.
type scribbling struct{ durable }

func (l *scribbling) Recover(stable []byte, out *impl.Effects) {
	out.Deliver(0, spec.Message(stable))
	stable[0]++
}

// What a link does to the slice that it recovers with is not stored.
func TestRecoveryLeavesWhatIsStored(t *testing.T) {
	link := impl.Link{New: impl.FactoryOf(scribbling{}), Guarantee: spec.FairLoss}
	r := run(t, link, "send=0>1:1@0s/0s down=1@1ms..2ms down=1@3ms..4ms", 1)
	var got []spec.Message
	for _, e := range r.Events {
		if e.Kind == spec.Deliver && e.Process == 1 {
			got = append(got, e.Message)
		}
	}
	if !slices.Equal(got, []spec.Message{"m1", "m1", "m1"}) {
		t.Errorf("delivered %q", got)
	}
}

// Liveness is judged where a run has come to its end, or to rest.
func TestSettled(t *testing.T) {
	tests := []struct {
		link, conditions string
		settled          bool
		property         string
		verdict          spec.Verdict
	}{
		{"perfect", "send=0>1:5@0s/1ms loss=0.5", true, "PL1", spec.Holds},
		{"perfect", "send=0>1:5@0s/1ms pause=1@2ms..600ms end=1s", true, "PL1", spec.Holds},
		{"drops-overflow", "send=0>1:50@0s/1ms", true, "PL1", spec.Violated},
		// The network or the receiver gives it no chance.
		{"perfect", "send=0>1:5@0s/1ms loss=1 end=1s", false, "PL1", spec.Inconclusive},
		{"perfect", "send=0>1:5@0s/1ms pause=1@2ms end=1s", false, "PL1", spec.Inconclusive},
		{"perfect", "send=0>1:5@0s/1ms delay=5s end=4s", false, "PL1", spec.Inconclusive},
		{"perfect", "send=0>1:5@0s/1ms bandwidth=1 end=4s", false, "PL1", spec.Inconclusive},
		{"perfect", "send=0>1:5@0s/1ms work=1:3s end=4s", false, "PL1", spec.Inconclusive},
		// A detector never comes to its end, but to rest, unless a fault or a
		// timer reaches into the second half.
		{"never-suspects", "down=3@2s end=10s", true, "FD1", spec.Violated},
		{"never-suspects", "down=3@2s end=3s", false, "FD1", spec.Inconclusive},
		{"never-suspects", "down=3@2s jump=1@6s:1ms end=10s", false, "FD1", spec.Inconclusive},
		{"never-suspects", "down=3@0s pause=1@1s..3s end=10s", false, "FD1", spec.Inconclusive},
		{"never-suspects", "down=3@10ms end=900ms", false, "FD1", spec.Inconclusive},
		{"never-suspects", "down=3@10ms end=1100ms", true, "FD1", spec.Violated},
	}
	for _, tt := range tests {
		r := run(t, find(t, tt.link), tt.conditions, 1)
		if r.Settled != tt.settled || r.Of(tt.property) != tt.verdict {
			t.Errorf("%s under %s: settled: %t, %s %s; want %t, %s", tt.link, tt.conditions, r.Settled, tt.property, r.Of(tt.property), tt.settled, tt.verdict)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for _, name := range []string{"perfect", "lease", "backoff"} {
		b.Run(name, func(b *testing.B) {
			links := slices.Concat(impl.Registry(), impl.Timed())
			link := links[slices.IndexFunc(links, func(l impl.Link) bool { return l.Name == name })]
			text := link.Conditions
			if text == "" {
				text = "end=1h delay=1ms..5ms loss=0.1 until=30m send=0>1:20000@0s/10ms"
			}
			c, err := timed.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			steps := 0
			for b.Loop() {
				r, err := timed.Run(link, c)
				if err != nil {
					b.Fatal(err)
				}
				steps += r.Stats.Steps
			}
			b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
