package timed_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// find returns the link of that name.
func find(t *testing.T, name string) impl.Link {
	t.Helper()
	all := slices.Concat(impl.Registry(), impl.Timed(), mutant.Registry(), mutant.Timed())
	i := slices.IndexFunc(all, func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("there is no link %s", name)
	}
	return all[i]
}

// idle transmits, executes all that it is sent, and does none of what leases,
// detectors and commits are for. Silent does not even transmit.
type (
	idle   struct{ impl.FairLossLink }
	silent struct{ idle }
)

func (l *silent) Send(spec.Process, spec.Message, *impl.Effects) {}

// TestIdleLinksPassNothing wants no property of time to hold of a link that
// does nothing for it, under the conditions of those that do.
func TestIdleLinksPassNothing(t *testing.T) {
	for _, tt := range []struct {
		parent, property string
		layer            impl.Factory
		verdict          spec.Verdict
	}{
		{"lease", spec.Exclusion.ID, impl.FactoryOf(idle{}), spec.Inconclusive},
		{"lease", spec.Fencing.ID, impl.FactoryOf(idle{}), spec.Inconclusive},
		{"fencedlease", spec.Fencing.ID, impl.FactoryOf(idle{}), spec.Inconclusive},
		{"commitwait", spec.ExternalConsistency.ID, impl.FactoryOf(idle{}), spec.Inconclusive},
		{"detector", spec.FD1.ID, impl.FactoryOf(silent{}), spec.Violated},
		{"detector", spec.FD2.ID, impl.FactoryOf(silent{}), spec.Inconclusive},
		{"eventualdetector", spec.FD1.ID, impl.FactoryOf(silent{}), spec.Violated},
		{"eventualdetector", "EFD2", impl.FactoryOf(silent{}), spec.Inconclusive},
		{"backoff", "AMP", impl.FactoryOf(silent{}), spec.Inconclusive},
	} {
		link := find(t, tt.parent)
		link.New = tt.layer
		r := run(t, link, link.Conditions, 1)
		if got := r.Of(tt.property); got != tt.verdict {
			t.Errorf("%s that is idle: %s is %s, want %s", tt.parent, tt.property, got, tt.verdict)
		}
	}
}

// TestScenarios wants of each fault of processes and clocks that a link which
// leans on time breaks under it, and that one which does not, or which leaves
// room for it, keeps the same property under the same conditions.
func TestScenarios(t *testing.T) {
	tests := []struct{ name, property, naive, repaired, conditions string }{
		{
			"a pause lets copies of a packet grow old", "PL2", "agededup", "recentonly",
			"end=3s delay=1ms..11ms dup=0.5 send=0>1:800@460ms/100µs pause=1@500ms..700ms",
		},
		{
			"a pause outlives a lease; the token does not", "FENCE", "no-fence", "fencedlease",
			"end=10s delay=10µs..100µs send=1>0:1500@0s/6ms send=2>0:1500@0s/6ms pause=1@4s..4.33s work=1:3ms work=2:3ms",
		},
		{
			"a clock that jumps back gives an old stamp", "FIFO", "stamps-raw", "commitwait",
			"end=5s delay=1ms..10ms send=1>0:200@900ms/1ms jump=1@1s:-4ms",
		},
		{
			"a clock that jumps forward forgets", "PL2", "agededup", "recentonly",
			"end=3s delay=1ms..11ms dup=0.5 send=0>1:800@460ms/100µs jump=1@500ms:20ms",
		},
		{
			"a slow process is not a crashed one", "EFD2", "fixed-timeout", "eventualdetector",
			"end=20s delay=1ms..20ms edges=0.3 work=2:12ms down=3@4s",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds() {
				if r := run(t, find(t, tt.naive), tt.conditions, seed+1); r.Of(tt.property) != spec.Violated {
					t.Errorf("seed %d: %s of %s is %s", seed+1, tt.property, tt.naive, r.Of(tt.property))
				}
				if r := run(t, find(t, tt.repaired), tt.conditions, seed+1); r.Of(tt.property) != spec.Holds {
					t.Errorf("seed %d: %s of %s is %s", seed+1, tt.property, tt.repaired, r.Of(tt.property))
				}
			}
		})
	}
}

// A lease with a guard is no match for a pause: only what is done under it is
// fenced.
func TestLeaseIsRefutedByPauses(t *testing.T) {
	r := run(t, find(t, "lease"), "end=10s delay=10µs..100µs send=1>0:1000@0s/10ms pause=1@1s..1.33s pause=1@2s..2.33s pause=1@3s..3.33s pause=1@4s..4.33s pause=2@5s..5.33s pause=2@6s..6.33s", 1)
	if r.Of("LEASE") != spec.Violated || r.Of("FENCE") != spec.Holds {
		t.Errorf("LEASE is %s, FENCE is %s", r.Of("LEASE"), r.Of("FENCE"))
	}
}

// TestCatchUp lets a process come back to which twenty others have twenty
// messages each. All of them may send at once, or be asked one by one.
func TestCatchUp(t *testing.T) {
	const conditions = "end=1m0s delay=1ms..2ms inbox=32 send=*>0:20@0s/10ms down=0@0s..1s work=0:200µs"
	last := func(r timed.Result) (at time.Duration) {
		for _, e := range r.Events {
			if e.Kind == spec.Deliver {
				at = time.Duration(e.At)
			}
		}
		return at
	}
	flooding := find(t, "perfect")
	flooding.Processes = 21
	for seed := range seeds() {
		flooded := run(t, flooding, conditions, seed+1)
		coordinated := run(t, find(t, "catchup"), conditions, seed+1)
		if got := len(timed.Delays(coordinated.Events)); coordinated.Stats.Refused > 0 || got != 400 {
			t.Errorf("seed %d: the process that pulls refuses %d packets and gets %d messages of 400", seed+1, coordinated.Stats.Refused, got)
		}
		if flooded.Stats.Refused < 1000 {
			t.Errorf("seed %d: the process that is flooded refuses %d packets only", seed+1, flooded.Stats.Refused)
		}
		if seed == 0 {
			t.Logf("flooded: %d packets, %d refused, the last message at %v", flooded.Stats.Packets, flooded.Stats.Refused, last(flooded))
			t.Logf("pulling: %d packets, %d refused, the last message at %v", coordinated.Stats.Packets, coordinated.Stats.Refused, last(coordinated))
		}
	}
}

// TestFanOut asks a hundred processes at once: what one of them does in one
// case of a hundred, the slowest of them does in two of three.
func TestFanOut(t *testing.T) {
	const servers = 100
	link := find(t, "fairloss")
	link.Processes = servers + 1
	r := run(t, link, "end=1h0m0s delay=1ms..101ms send=0>*:1000@0s/1s", 1)
	one, all := timed.Delays(r.Events), timed.FanOut(r.Events)
	if len(one) != 1000*servers || len(all) != 1000 {
		t.Fatalf("%d messages and %d requests, want %d and 1000", len(one), len(all), 1000*servers)
	}
	slow := timed.Quantile(one, 0.99)
	after, _ := slices.BinarySearch(all, slow)
	share := float64(len(all)-after) / float64(len(all))
	want := 1 - math.Pow(0.99, servers)
	t.Logf("P50 %v and P99 %v of one; P50 %v and P99 %v of the slowest of %d; %.1f%% of these are slower than the P99 of one, calculated %.1f%%",
		timed.Quantile(one, 0.5), slow, timed.Quantile(all, 0.5), timed.Quantile(all, 0.99), servers, 100*share, 100*want)
	deviation := math.Sqrt(want * (1 - want) / float64(len(all)))
	if math.Abs(share-want) > 4*deviation {
		t.Errorf("%.3f of the requests are slower than the P99 of one message, want %.3f ± %.3f", share, want, 4*deviation)
	}
}

// A longer queue before a process that is too slow delivers no more in the
// same time, only later.
func TestLongerQueuesWait(t *testing.T) {
	link := find(t, "fairloss")
	var delivered []int
	var waits []time.Duration
	for _, inbox := range []string{"inbox=8", "inbox=512"} {
		r := run(t, link, "end=4s send=0>1:4000@0s/1ms work=1:2ms "+inbox, 1)
		delays := timed.Delays(r.Events)
		delivered, waits = append(delivered, len(delays)), append(waits, timed.Quantile(delays, 0.5))
	}
	t.Logf("%d messages after %v (P50) with an inbox of 8, %d after %v with one of 512", delivered[0], waits[0], delivered[1], waits[1])
	if delivered[0] != delivered[1] || waits[0] > 20*time.Millisecond || waits[1] < 500*time.Millisecond {
		t.Errorf("delivered %v messages after %v", delivered, waits)
	}
}
