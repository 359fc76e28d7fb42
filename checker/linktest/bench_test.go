package linktest

import (
	"errors"
	"flag"
	"slices"
	"strconv"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/impl"
)

// BenchmarkRandom is the benchmark of that name in explore, with choices drawn
// by rapid: one operation is a whole campaign of rapid.
func BenchmarkRandom(b *testing.B) {
	for _, name := range []string{"fifo", "selectiverepeat"} {
		b.Run("rapid/"+name, func(b *testing.B) { benchmarkRandom(b, name) })
	}
}

func benchmarkRandom(b *testing.B, name string) {
	links := impl.Registry()
	i := slices.IndexFunc(links, func(l impl.Link) bool { return l.Name == name })
	c, err := explore.New(links[i])
	if err != nil {
		b.Fatal(err)
	}
	given := flag.Lookup("rapid.seed").Value
	kept := given.String()
	b.Cleanup(func() { _ = given.Set(kept) })
	next := uint64(0)
	run := func() {
		next++ // else every campaign draws the same schedules
		if err := errors.Join(given.Set(strconv.FormatUint(next, 10)), campaign(b, c)); err != nil {
			b.Fatal(err)
		}
	}
	for range 10 {
		run()
	}
	before := c.Stats().Steps
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		run()
	}
	elapsed := time.Since(start)
	steps := float64(c.Stats().Steps - before)
	b.ReportMetric(steps/elapsed.Seconds(), "steps/s")
	b.ReportMetric(float64(elapsed.Nanoseconds())/steps, "ns/step")
}
