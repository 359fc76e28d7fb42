//go:build long

package claims

import (
	"testing"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// TestLongClean makes 20,000 runs of each transport that has no finding under
// the faults which its claim withstands.
func TestLongClean(t *testing.T) {
	for _, c := range Registry() {
		if c.Over != Datagrams || c.Module == kcpGo && c.Name != "kcp aes" {
			continue // plain KCP has findings
		}
		t.Run(c.Name, func(t *testing.T) {
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
			t.Logf("%d runs, %d did not open (%s); %d faults; %v of virtual time",
				campaign.Runs, campaign.Unopened, campaign.WhyNot, campaign.Stats.Faults(), campaign.Elapsed)
		})
	}
}
