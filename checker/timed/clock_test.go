package timed

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestClockIsInverted compares when with a search through all times.
func TestClockIsInverted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		c := Conditions{Drifts: []Drift{{0, random.IntN(1_000_000) - 500_000}}}
		for range random.IntN(4) {
			c.Jumps = append(c.Jumps, Jump{Everyone, time.Duration(random.IntN(300)), time.Duration(random.IntN(200) - 100)})
		}
		k := c.clock(0)
		from, local := time.Duration(random.IntN(300)), time.Duration(random.IntN(700)-200)
		want := from
		for k.read(want) < local {
			want++
		}
		if got := k.when(local, from); got != want {
			t.Fatalf("%v: from %d the clock shows %d at %d, want %d", c, from, local, got, want)
		}
	}
}

func TestClockOfAnHour(t *testing.T) {
	for _, ppm := range []int{-500_000, -1, 0, 1, 200, 500_000} {
		k := Conditions{Drifts: []Drift{{0, ppm}}}.clock(0)
		if ppm != 0 && k.read(maxTime) != maxTime+time.Duration(int64(ppm)*3_600_000_000/1000*1000/1000) {
			t.Errorf("%d ppm: after an hour it shows %v", ppm, k.read(maxTime))
		}
		for _, at := range []time.Duration{1, time.Second, maxTime - 1, maxTime} {
			if got := k.when(k.read(at), 0); k.read(got) != k.read(at) || got > at {
				t.Errorf("%d ppm: %v is found at %v", ppm, at, got)
			}
		}
		if got := k.when(3*maxTime, 0); got != forever {
			t.Errorf("%d ppm: three hours are over at %v", ppm, got)
		}
	}
}

func TestAgendaIsInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var a agenda
	for range 2000 {
		a.set(due{at: time.Duration(random.IntN(100))})
		if random.IntN(3) == 0 {
			a.next()
		}
	}
	last := a.next()
	for len(a.heap) > 0 {
		next := a.next()
		if next.at < last.at || next.at == last.at && next.order < last.order {
			t.Fatalf("%v after %v", next, last)
		}
		last = next
	}
}
