package timed

import (
	"cmp"
	"slices"
	"time"

	"fairloss/spec"
)

// clock is the local clock of a process, as a function of real time. All but
// its jumps never goes backwards.
type clock struct {
	ppm   int64
	jumps []Jump // in the order of time
}

func (c Conditions) clock(p spec.Process) clock {
	var k clock
	for _, d := range c.Drifts {
		if on(d.Process, p) {
			k.ppm += int64(d.PPM)
		}
	}
	for _, s := range c.Jumps {
		if on(s.Process, p) {
			k.jumps = append(k.jumps, s)
		}
	}
	k.ppm = max(-maxPPM, min(k.ppm, maxPPM))
	slices.SortStableFunc(k.jumps, func(a, b Jump) int { return cmp.Compare(a.At, b.At) })
	return k
}

// steady is what the clock would show without jumps.
func (k clock) steady(t time.Duration) time.Duration {
	return time.Duration(int64(t) * (1_000_000 + k.ppm) / 1_000_000)
}

// read returns what the clock shows at the real time t.
func (k clock) read(t time.Duration) time.Duration {
	shown := k.steady(t)
	for _, j := range k.jumps {
		if j.At <= t {
			shown += j.By
		}
	}
	return shown
}

// when returns the first real time, not before t, at which the clock shows
// local or more.
func (k clock) when(local, t time.Duration) time.Duration {
	shift := time.Duration(0)
	for i := range len(k.jumps) + 1 {
		next := forever
		if i < len(k.jumps) {
			next = k.jumps[i].At
		}
		if t < next {
			if at := max(t, k.invert(local-shift)); at < next {
				return at
			}
			t = next
		}
		if i < len(k.jumps) {
			shift += k.jumps[i].By
		}
	}
	return forever
}

// invert returns the first time at which steady is x or more.
func (k clock) invert(x time.Duration) time.Duration {
	if x <= 0 {
		return 0
	}
	if x > 2*maxTime {
		return forever
	}
	t := time.Duration(int64(x) / (1_000_000 + k.ppm) * 1_000_000)
	t += time.Duration(int64(x) % (1_000_000 + k.ppm) * 1_000_000 / (1_000_000 + k.ppm))
	for k.steady(t) < x {
		t++
	}
	for t > 0 && k.steady(t-1) >= x {
		t--
	}
	return t
}
