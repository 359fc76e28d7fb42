package transport_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// BenchmarkRun makes runs of ten messages under a loss of 20 % and reordering.
func BenchmarkRun(b *testing.B) {
	testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "bench", F: func(t *testing.T) {
		for b.Loop() {
			transport.Run(t, toy.Honest, lossy)
		}
	}}})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// lossy sends ten messages; of forty packets in each direction a fifth is lost,
// and a fifth late.
var lossy = func() transport.Schedule {
	random := rand.New(rand.NewPCG(1, 1))
	var s transport.Schedule
	for i := range 10 {
		s.Sends = append(s.Sends, transport.Send{Message: spec.Message(rune('a' + i))})
	}
	for n := range 80 {
		f := chaos.Fault{Kind: chaos.Drop, From: n % 2, To: 1 - n%2, Number: 1 + n/2}
		switch random.IntN(5) {
		case 0:
			s.Plan = append(s.Plan, f)
		case 1:
			f.Kind, f.Time = chaos.Delay, 5*time.Millisecond
			s.Plan = append(s.Plan, f)
		}
	}
	return s
}()
