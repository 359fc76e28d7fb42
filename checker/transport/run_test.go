package transport_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

func parse(t *testing.T, text string) transport.Schedule {
	t.Helper()
	s, err := transport.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// provocations are schedules that show what is broken.
var provocations = map[string]string{
	"loses":      `send 0>1 "a"; drop 0>1 1`,
	"duplicates": `send 0>1 "a"; duplicate 0>1 1 0s`,
	"reorders":   `send 0>1 "a"; send 0>1 "b" 1ms; delay 0>1 1 10ms`,
	"creates":    `send 0>1 "a"; flip 0>1 1 72`,
	"leaks":      `send 0>1 "a"; drop 0>1 1`,
	"forgets":    `send 0>1 "a"`,
	"ticks":      `send 0>1 "a"`,
	"waits":      `send 0>1 "a"; drop 0>1 1`,
	"hangs":      `send 0>1 "a"`,
	"spins":      `send 0>1 "a"; drop 0>1 1`,
	"locks":      `send 0>1 "a"; drop 0>1 1`,
	"panics":     `send 0>1 "a"; truncate 0>1 1 3`,
	"breaks":     `send 0>1 "a"; drop 0>1 1`,
	"exits":      `send 0>1 "a"; drop 0>1 1`,
	"unlocks":    `send 0>1 "a"; drop 0>1 1`,
	"storms":     `send 0>1 "a"`,
	"outlives":   `send 0>1 "a"; drop 0>1 1`,
}

// broken returns the IDs of what a run violates.
func broken(r transport.Result) []string {
	var ids []string
	for _, j := range r.Judgements {
		if j.Verdict == spec.Violated {
			ids = append(ids, j.Property.ID)
		}
	}
	return ids
}

// TestVerdicts makes runs in worker processes: each broken transport gets its
// verdict under the schedule that provokes it, and none where nothing does.
func TestVerdicts(t *testing.T) {
	for _, b := range toy.All() {
		if b.Breaks == transport.Livelock.ID {
			b.Limit = 500 * time.Millisecond
		}
		t.Run(b.Name, func(t *testing.T) {
			if transport.Serve(t, b.Transport) {
				return
			}
			w := transport.NewWorker(t, b.Transport)
			defer w.Close()
			s := parse(t, provocations[b.Name])
			for range 2 { // a channel at package level is there in the second run
				r, err := w.Run(s, false)
				if err != nil {
					t.Fatal(err)
				}
				got := broken(r)
				if b.Breaks == "FATAL" && w.Started() == 1 && b.Name == "outlives" {
					continue
				}
				if !slices.Contains(got, b.Breaks) {
					t.Errorf("violated are %q, want %s", got, b.Breaks)
				}
				for _, id := range got {
					if id != b.Breaks && !slices.Contains(b.Also, id) {
						t.Errorf("%s is violated too: %s", id, r.Of(id).Reason)
					}
				}
				t.Logf("%s: %.300s", b.Breaks, r.Of(b.Breaks).Reason)
			}
		})
	}
}

func TestHonest(t *testing.T) {
	for _, text := range append(slices.Collect(maps.Values(provocations)), `send 0>1 "a"; cut 1>0 0s..30s; bandwidth 0>1 2000`) {
		r := transport.Run(t, toy.Honest, parse(t, text))
		for _, j := range r.Judgements {
			if j.Verdict != spec.Holds {
				t.Errorf("%s: %s is %v: %s", text, j.Property.ID, j.Verdict, j.Reason)
			}
		}
		if !r.Settled || r.Sent == 0 {
			t.Errorf("%s: not settled, or nothing sent: %+v", text, r)
		}
	}
}
