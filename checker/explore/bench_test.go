package explore

import (
	"testing"
	"time"
)

// BenchmarkRandom runs random schedules on a campaign that has learnt most of
// what there is: one operation is a schedule with its fair suffix, judged by
// all properties that the link claims. linktest has the same with choices
// drawn by rapid.
func BenchmarkRandom(b *testing.B) {
	for _, name := range []string{"fifo", "selectiverepeat"} {
		b.Run("own-seeds/"+name, func(b *testing.B) { benchmarkRandom(b, name) })
	}
}

func benchmarkRandom(b *testing.B, name string) {
	c := campaign(b, named(b, name))
	run(b, c, 1, 100_000)
	src := Seeded(2, 0)
	before := c.Stats().Steps
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		if err := c.Run(src); err != nil {
			b.Fatal(err)
		}
	}
	elapsed := time.Since(start)
	steps := float64(c.Stats().Steps - before)
	b.ReportMetric(steps/elapsed.Seconds(), "steps/s")
	b.ReportMetric(float64(elapsed.Nanoseconds())/steps, "ns/step")
}
