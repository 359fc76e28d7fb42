//go:build long

package claims

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// TestLongClean makes 20,000 runs of each transport that has no finding under
// the faults which its claim withstands.
func TestLongClean(t *testing.T) {
	for _, c := range Registry() {
		if c.Over != Datagrams || slices.Contains(plainKCP, c.Name) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			built(t, c)
			if transport.Serve(t, c.Transport) {
				return
			}
			campaign := transport.NewCampaign(t, c.Transport)
			defer campaign.Close()
			for seed := range uint64(20_000) {
				if err := campaign.Run(c.Draw(transport.Seeded(seed, 20261124))); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range campaign.Findings {
				if f.Verdict() != spec.Holds {
					t.Errorf("%s is %v in run %d: %s (%s)", f.Property.ID, f.Verdict(), f.First, f.Reason, f.Schedule.Inline())
				}
			}
			t.Logf("%d runs, %d did not open; %d faults; %v of virtual time",
				campaign.Runs, campaign.Unopened, campaign.Stats.Faults(), campaign.Elapsed)
		})
	}
}

// TestLongRepeats makes 200 runs of each transport under one schedule, of ten
// messages, losses and delays. All have one verdict; it says how many histories
// there are, packets and times included, and how many runs a second.
func TestLongRepeats(t *testing.T) {
	for _, c := range Registry() {
		t.Run(c.Name, func(t *testing.T) {
			built(t, c)
			if transport.Serve(t, c.Transport) {
				return
			}
			w := transport.NewWorker(t, c.Transport)
			defer w.Close()
			s := transport.Schedule{Seed: 1}
			for i := range 10 {
				s.Sends = append(s.Sends, transport.Send{Message: spec.Message(fmt.Sprint("message ", i))})
			}
			for i, class := range Classes()[:2] {
				if class.Befalls(c.Over) {
					s.Plan = append(s.Plan, class.Draw(transport.Seeded(1, uint64(i)))...)
				}
			}
			verdicts, histories := map[string]int{}, map[string]int{}
			start := time.Now()
			for range 200 {
				r, err := w.Run(s, true)
				if err != nil {
					t.Fatal(err)
				}
				verdicts[fmt.Sprint(violated(r))]++
				histories[fmt.Sprint(r.Events)]++
			}
			t.Logf("%d histories, %.0f runs a second", len(histories), 200/time.Since(start).Seconds())
			if len(verdicts) != 1 {
				t.Errorf("it does not always break the same properties: %v", verdicts)
			}
		})
	}
}
