package explore

import (
	"context"
	"fmt"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// BenchmarkGolden searches the states that other model checkers were timed on,
// with one worker and with two. The bytes are those that the search counts
// itself; fairloss explore -json prints the peak of the process.
func BenchmarkGolden(b *testing.B) {
	const payloads = "abcdef"
	safe := spec.AtMostOnce.With(spec.OrderOnly, spec.ACK).Properties
	for _, name := range []string{"golden/skip", "golden/next"} {
		benchmarkGolden(b, name, name, payloads, safe)
	}
	next := linkNamed(b, impl.Goldens(), "golden/next")
	benchmarkGolden(b, "liveness", next.Name, payloads, Judged(next))
}

func benchmarkGolden(b *testing.B, title, name, payloads string, properties []spec.Property) {
	link := linkNamed(b, impl.Goldens(), name)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("%s/workers=%d", title, workers), func(b *testing.B) {
			var r Exhaustive
			for b.Loop() {
				var err error
				r, err = Exhaust(context.Background(), link, properties, Bounds{Workload: requests(payloads), Workers: workers})
				if err != nil {
					b.Fatal(err)
				}
			}
			for _, f := range r.Findings {
				breaks := name == "golden/skip" && f.Property.ID == "ACK"
				if breaks != (f.Verdict == spec.Violated) || f.Verdict == spec.Inconclusive {
					b.Fatalf("%s is %s: %s", f.Property.ID, f.Verdict, f.Reason)
				}
			}
			report(b, r.Coverage)
		})
	}
}

func report(b *testing.B, c Coverage) {
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(float64(c.States)/seconds, "states/s")
	b.ReportMetric(float64(c.Transitions)/seconds, "transitions/s")
	b.ReportMetric(float64(c.Bytes)/float64(c.States), "bytes/state")
}
