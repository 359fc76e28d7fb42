package timed_test

import (
	"fmt"
	"math"
	"sort"
	"testing"
	"time"

	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/spec"
)

// smallest returns, by bisection, the smallest drift up to most, in parts per
// million, under which one of twenty seeds breaks the property.
func smallest(t *testing.T, link impl.Link, id, conditions string, most int) int {
	t.Helper()
	return 1 + sort.Search(most, func(i int) bool {
		c := parse(t, fmt.Sprintf(conditions, i+1))
		for c.Seed = 1; c.Seed <= 20; c.Seed++ {
			r, err := timed.Run(link, c)
			if err != nil {
				t.Fatal(err)
			}
			if r.Of(id) == spec.Violated {
				return true
			}
		}
		return false
	})
}

// TestSmallestDrift compares the smallest drift that breaks a link with what
// can be calculated: the first whole number of ppm beyond a bound. Within is
// how far, relative to the bound, it may be found above it, where it takes luck
// to meet the worst moment; it must never be found below.
func TestSmallestDrift(t *testing.T) {
	const ms = time.Millisecond
	ppm := func(ratio float64) int { return int(math.Floor(ratio*1e6)) + 1 }
	tests := []struct {
		name       string
		link       impl.Link
		property   spec.Property
		conditions string
		bound      int
		within     float64
	}{
		{
			// Two copies arrive at most 10ms apart; the receiver's fast clock
			// must not make that more than what it remembers.
			"deduplication by age",
			impl.Link{New: impl.FactoryOf(impl.DeduplicateByAge{Keep: 10*ms + 5*time.Microsecond})},
			spec.PL2,
			"end=1s delay=1ms..11ms edges=0.5 dup=1 send=0>1:200@0s/1ms drift=1:%dppm",
			ppm(10.005/10 - 1), 0,
		},
		{
			// The last message of process 1 is sent at 9.9s, the next of
			// process 2 4.1ms later, when the former is committed.
			"order by timestamps",
			impl.Link{New: impl.FactoryOf(impl.OrderByTimestamp{Hold: 60 * ms}), Processes: 3},
			spec.ExternalConsistency,
			"end=20s delay=1ms..2ms edges=0.5 send=1>0:100@0s/100ms send=2>0:100@4.1ms/100ms drift=1:%dppm",
			ppm(4.1 / 9900), 0,
		},
		{
			// With an uncertainty of 5ms it is committed 10ms later, so two
			// clocks may be that far apart; the next message comes at 10.1ms.
			"order by timestamps, commit wait",
			impl.Link{New: impl.FactoryOf(impl.OrderByTimestamp{Uncertainty: 5 * ms, Hold: 60 * ms}), Processes: 3},
			spec.ExternalConsistency,
			"end=20s delay=1ms..2ms edges=0.5 send=1>0:100@0s/100ms send=2>0:100@10.1ms/100ms drift=1:%dppm",
			ppm(10. / 9900), 0.02,
		},
		{
			// The slow clock of the holder makes the length longer than length,
			// guard and two delays.
			"lease",
			impl.Link{New: impl.Lease{Length: 100 * ms, Guard: 250 * time.Microsecond, Retry: ms}.New, Processes: 3},
			spec.Exclusion,
			"end=5s delay=10µs drift=1:-%dppm",
			ppm(1 - 100/100.27), 0.05,
		},
		{
			// Two heartbeats arrive at most 119ms apart; the fast clock of the
			// listener must not make that more than its patience.
			"perfect detector",
			impl.Link{New: impl.Heartbeat{Every: 100 * ms, Patience: 120 * ms}.New},
			spec.FD2,
			"end=20s delay=1ms..20ms edges=0.5 drift=1:%dppm",
			ppm(120./119 - 1), 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.link.Guarantee = spec.Guarantee{Properties: []spec.Property{tt.property}}
			found := smallest(t, tt.link, tt.property.ID, tt.conditions, 20_000)
			t.Logf("smallest drift that breaks %s: %d ppm; calculated: %d ppm", tt.property.ID, found, tt.bound)
			if found < tt.bound || float64(found) > float64(tt.bound)*(1+tt.within) {
				t.Errorf("found %d ppm, calculated %d (or up to %v more)", found, tt.bound, tt.within)
			}
		})
	}
}
