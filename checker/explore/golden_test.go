package explore

import (
	"context"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// BenchmarkGolden searches the states that other model checkers were timed on.
func BenchmarkGolden(b *testing.B) {
	const payloads = "abcdef"
	for _, name := range []string{"golden/skip", "golden/next"} {
		b.Run(name, func(b *testing.B) {
			link := linkNamed(b, impl.Goldens(), name)
			safe := spec.AtMostOnce.With(spec.OrderOnly, spec.ACK).Properties
			var c Coverage
			for b.Loop() {
				c = searched(b, link, safe, payloads).cover
			}
			report(b, c)
		})
	}
	b.Run("liveness", func(b *testing.B) {
		link := linkNamed(b, impl.Goldens(), "golden/next")
		var r Exhaustive
		for b.Loop() {
			var err error
			r, err = Exhaust(context.Background(), link, Judged(link), Bounds{Workload: requests(payloads)})
			if err != nil {
				b.Fatal(err)
			}
			if f := finding(b, r, "PL1"); f.Verdict != spec.Holds {
				b.Fatalf("PL1 is %s: %s", f.Verdict, f.Reason)
			}
		}
		report(b, r.Coverage)
	})
}

func report(b *testing.B, c Coverage) {
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(float64(c.States)/seconds, "states/s")
	b.ReportMetric(float64(c.Transitions)/seconds, "transitions/s")
	b.ReportMetric(float64(c.Bytes)/float64(c.States), "bytes/state")
}
