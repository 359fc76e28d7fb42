package trial_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fairloss/checker"
	"fairloss/checker/trial"
	"fairloss/histories"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

func TestMain(m *testing.M) {
	trial.Child(victim)
	goleak.VerifyTestMain(m)
}

// rough is a small trial on a bad network. A link that needs a cable gets one
// that loses packets and keeps their order.
func rough(link impl.Link) trial.Config {
	cfg := trial.Config{Link: link, Messages: 300, Senders: 3, Loss: 0.2, Delay: 200 * time.Microsecond, Seed: 7}
	if link.Assumes.Network != spec.FIFONetwork {
		cfg.Duplicate, cfg.Reorder = 0.05, 0.1
	}
	return cfg
}

func violated(r trial.Result) (ids []string) {
	for _, j := range r.Judgements {
		if j.Verdict == spec.Violated {
			ids = append(ids, j.Property.ID)
		}
	}
	return ids
}

func hasForever(r trial.Result) bool {
	for _, e := range r.Events {
		if e.Kind == spec.Forever {
			return true
		}
	}
	return false
}

func TestLinksHold(t *testing.T) {
	for _, link := range impl.Registry() {
		t.Run(link.Name, func(t *testing.T) {
			r, err := trial.Run(t.Context(), rough(link), nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict() == spec.Violated || r.Ending != trial.Settled || r.Accepted == 0 || r.Packets.Lost == 0 {
				t.Errorf("%v, %v, %d accepted, %+v", r.Verdict(), r.Ending, r.Accepted, r.Packets)
			}
			for _, j := range r.Judgements {
				want := spec.Holds
				if unseen[j.Property.ID] {
					want = spec.Inconclusive
				}
				if j.Verdict != want {
					t.Errorf("%s is %v: %s", j.Property.ID, j.Verdict, j.Reason)
				}
			}
		})
	}
}

// unseen are the properties that a trial cannot judge from outside the link.
var unseen = map[string]bool{"BND": true, "CLS": true}

func TestMutantsAreCaught(t *testing.T) {
	caught := map[string]bool{
		"echoes": true, "stops": true, "never-retransmits": true, "confirms-sending": true, "delivers-header": true,
		"drops-overtaken": true, "short-memory": true, "short-hash": true, "flushes-backwards": true,
		"stuck-bit": true, "acknowledges-dropped": true,
	}
	for _, link := range mutant.Registry() {
		if !caught[link.Name] {
			continue
		}
		delete(caught, link.Name)
		t.Run(link.Name, func(t *testing.T) {
			r, err := trial.Run(t.Context(), rough(link), nil)
			if err != nil {
				t.Fatal(err)
			}
			if ids := violated(r); !strings.Contains(strings.Join(ids, " "), link.Breaks) {
				t.Errorf("it breaks %v, want %s", ids, link.Breaks)
			}
		})
	}
	for name := range caught {
		t.Errorf("there is no mutant %s", name)
	}
}

// restless loses every message and is in a new state at each timeout.
type restless struct {
	impl.FairLossLink
	Timeouts uint64
}

func (l *restless) Send(to spec.Process, _ spec.Message, out *impl.Effects) {
	out.SetTimer(impl.TimerID(to), time.Millisecond, time.Millisecond)
}

func (l *restless) Timeout(t impl.TimerID, out *impl.Effects) {
	l.Timeouts++
	out.SetTimer(t, time.Millisecond, time.Millisecond)
}

func (l *restless) AppendKey(b []byte) []byte {
	return append(b, byte(l.Timeouts), byte(l.Timeouts>>8))
}

func TestNeverSettled(t *testing.T) {
	link := impl.Link{Name: "restless", New: impl.FactoryOf(restless{}), Guarantee: spec.AtLeastOnce}
	r, err := trial.Run(t.Context(), trial.Config{Link: link, Messages: 10, Timeout: time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ending != trial.TimedOut || hasForever(r) || r.Verdict() != spec.Inconclusive {
		t.Errorf("%v, %v, with Forever: %v", r.Ending, r.Verdict(), hasForever(r))
	}
}

// What was not sent says nothing, even of a link that owes nothing.
func TestNotAllIsSent(t *testing.T) {
	link := find(t, "atmostonce")
	r, err := trial.Run(t.Context(), trial.Config{Link: link, Messages: 1 << 19, Timeout: 50 * time.Millisecond}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ending != trial.TimedOut || r.Left == 0 || r.Verdict() != spec.Inconclusive || len(violated(r)) > 0 {
		t.Errorf("%v, %d left, %v, %v violated", r.Ending, r.Left, r.Verdict(), violated(r))
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	link := impl.Registry()[3]
	r, err := trial.Run(ctx, trial.Config{Link: link, Messages: 1 << 19, Loss: 0.2}, func(delivered int) {
		if delivered > 0 {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Ending != trial.Interrupted || r.Verdict() != spec.Inconclusive || r.Delivered == 0 || len(violated(r)) > 0 {
		t.Errorf("%v, %v, %d delivered, %v violated", r.Ending, r.Verdict(), r.Delivered, violated(r))
	}
}

// A stubborn link below, and numbers above: a perfect link that confirms
// nothing. It is sent more than its senders may have unconfirmed.
func TestLinkThatConfirmsNothing(t *testing.T) {
	link := impl.Link{
		Name: "cachin", Guarantee: spec.Perfect,
		New: impl.Stack(impl.FactoryOf(impl.RetransmitForever{}), impl.FactoryOf(impl.EliminateDuplicates{})),
	}
	r, err := trial.Run(t.Context(), trial.Config{Link: link, Messages: 50, Senders: 2, Outstanding: 4, Loss: 0.2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict() != spec.Holds || r.Accepted != 50 {
		t.Errorf("%v, %d accepted: %v", r.Verdict(), r.Accepted, violated(r))
	}
}

type panics struct{ impl.FairLossLink }

func (*panics) Receive(spec.Process, impl.Packet, *impl.Effects) { panic("out of paper") }

func TestPanic(t *testing.T) {
	link := impl.Link{Name: "panics", New: impl.FactoryOf(panics{}), Guarantee: spec.FairLoss}
	_, err := trial.Run(t.Context(), trial.Config{Link: link, Messages: 10}, nil)
	if err == nil || !strings.Contains(err.Error(), "out of paper") || !strings.Contains(err.Error(), "receive") {
		t.Errorf("got error %v", err)
	}
}

func TestConfigErrors(t *testing.T) {
	link := impl.Registry()[0]
	for want, cfg := range map[string]trial.Config{
		"needs New":                      {},
		"messages is -1, want 1":         {Link: link, Messages: -1},
		"messages is 1000000000, want 1": {Link: link, Messages: 1e9},
		"senders is -2":                  {Link: link, Senders: -2},
		"outstanding is -3":              {Link: link, Outstanding: -3},
		"loss is 1.5":                    {Link: link, Loss: 1.5},
		"duplicate is -0.5":              {Link: link, Duplicate: -0.5},
		"must not be negative":           {Link: link, Delay: -1},
	} {
		if _, err := trial.Run(t.Context(), cfg, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q in it", err, want)
		}
	}
}

// The history of a trial can be written, read and judged again.
func TestHistory(t *testing.T) {
	r, err := trial.Run(t.Context(), rough(impl.Registry()[5]), nil)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w := histories.NewWriter(&file, r.Header)
	for _, e := range r.Events {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h, events, err := histories.ReadAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	judgements, err := checker.History(t.Context(), h, events)
	if err != nil {
		t.Fatal(err)
	}
	for i, j := range judgements {
		if j.Verdict != spec.Holds || j.Property.ID != r.Judgements[i].Property.ID {
			t.Errorf("%s is %v: %s", j.Property.ID, j.Verdict, j.Reason)
		}
	}
}

// BenchmarkRun is the trial by which links are compared: 100,000 messages from
// eight senders over a network that loses a fifth.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		r, err := trial.Run(b.Context(), trial.Config{
			Link: impl.Registry()[5], Messages: 100_000, Senders: 8, Loss: 0.2, Duplicate: 0.05, Reorder: 0.1, Seed: 1,
		}, nil)
		if err != nil || r.Verdict() != spec.Holds {
			b.Fatal(r.Verdict(), err)
		}
		b.ReportMetric(r.Rate(), "messages/s")
		b.ReportMetric(r.CPU.Seconds(), "cpu-s")
		b.ReportMetric(r.Check.Seconds(), "check-s")
	}
}
