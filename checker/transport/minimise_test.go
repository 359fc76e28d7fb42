package transport_test

import (
	"slices"
	"testing"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/spec"
)

// has reports whether a schedule has a fault of that kind, for a packet up to n
// in that direction.
func has(s transport.Schedule, kind chaos.Kind, from, n int) bool {
	return slices.ContainsFunc(s.Plan, func(f chaos.Fault) bool { return f.Kind == kind && f.From == from && f.Number >= n })
}

// TestMinimise compares with what is known to be the shortest schedule.
func TestMinimise(t *testing.T) {
	two := func(s transport.Schedule) bool {
		return len(s.Sends) >= 2 && has(s, chaos.Drop, 0, 2) && has(s, chaos.Duplicate, 1, 1)
	}
	// either both of two faults or neither, which no single removal finds
	even := func(s transport.Schedule) bool {
		return has(s, chaos.Drop, 0, 1) == has(s, chaos.Flip, 0, 1) && has(s, chaos.Delay, 1, 1)
	}
	for _, c := range []struct {
		name   string
		breaks func(transport.Schedule) bool
		want   string
	}{
		{"always", func(transport.Schedule) bool { return true }, `send 0>1 "alpha"`},
		{"two", two, `send 0>1 "alpha"; send 0>1 "bravo"; drop 0>1 2; duplicate 1>0 1 0s`},
		{"even", even, `send 0>1 "alpha"; delay 1>0 1 0s`},
	} {
		tried := 0
		for stream := range uint64(3000) {
			s := transport.Transport{}.Draw(transport.Seeded(2, stream))
			if !c.breaks(s) {
				continue
			}
			tried++
			got := transport.Minimise(s, 5000, c.breaks)
			slices.SortFunc(got.Plan, func(f, g chaos.Fault) int { return f.From - g.From })
			if got.Inline() != c.want {
				t.Errorf("%s: %s becomes %s, want %s", c.name, s.Inline(), got.Inline(), c.want)
			}
		}
		if tried == 0 {
			t.Errorf("%s: nothing breaks", c.name)
		}
	}
}

func TestMinimiseTries(t *testing.T) {
	s := transport.Transport{}.Draw(transport.Seeded(1, 1))
	asked := 0
	got := transport.Minimise(s, 7, func(transport.Schedule) bool { asked++; return false })
	if asked != 7 || got.Inline() != s.Inline() {
		t.Errorf("asked %d times, and %s becomes %s", asked, s.Inline(), got.Inline())
	}
}

// TestMinimiseMessages makes a long message a word.
func TestMinimiseMessages(t *testing.T) {
	s := parse(t, `seed 9; send 0>1 "zulu"*300 5s; drop 0>1 7`)
	got := transport.Minimise(s, 100, func(s transport.Schedule) bool { return len(s.Plan) == 1 && s.Sends[0].Message != spec.Message("") })
	if got.Inline() != `send 0>1 "alpha"; drop 0>1 1` {
		t.Errorf("it becomes %s", got.Inline())
	}
}
