package explore_test

import (
	"strings"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// TestTimedIsNotJudged wants no engine that counts steps to judge a property of
// times: AMP with a window of so many nanoseconds would break after as many
// packets.
func TestTimedIsNotJudged(t *testing.T) {
	amp := spec.Amplification(0, 0, time.Second)
	link := impl.Link{
		Name: "stubborn", New: impl.FactoryOf(impl.RetransmitForever{}),
		Guarantee: spec.Guarantee{Name: "few", Properties: []spec.Property{amp, spec.PL3}},
	}
	unjudged := func(engine string, p spec.Property, v spec.Verdict, reason string) {
		t.Helper()
		if p.ID != amp.ID || v != spec.Inconclusive || !strings.Contains(reason, "needs virtual time") {
			t.Errorf("%s: %s is %s: %q", engine, p.ID, v, reason)
		}
	}
	c, err := explore.New(link)
	if err != nil {
		t.Fatal(err)
	}
	for k := range uint64(20) {
		if err := c.Run(explore.Seeded(1, k)); err != nil {
			t.Fatal(err)
		}
	}
	report, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) != 3 || report.Findings[1].Verdict != spec.Holds {
		t.Fatalf("the campaign says %+v, want AMP, PL3 and ACK", report.Findings)
	}
	unjudged("campaign", report.Findings[0].Property, report.Findings[0].Verdict, report.Findings[0].Reason)

	found, err := explore.Exhaust(t.Context(), link, []spec.Property{spec.PL3, amp}, explore.Bounds{Workload: explore.Workload(link, 1, false), MaxStates: 100})
	if err != nil {
		t.Fatal(err)
	}
	if found.Findings[0].Tested == 0 || found.Findings[0].Property.ID != spec.PL3.ID {
		t.Errorf("the search says of PL3: %+v", found.Findings[0])
	}
	unjudged("search", found.Findings[1].Property, found.Findings[1].Verdict, found.Findings[1].Reason)

	s, err := world.Parse(`send 0>1 "a"; deliver 0>1 "a"`)
	if err != nil {
		t.Fatal(err)
	}
	_, judgements, err := explore.Replay(link, s, amp, spec.PL3)
	if err != nil || len(judgements) != 2 || judgements[1].Verdict != spec.Holds {
		t.Fatalf("the replay says %+v, %v", judgements, err)
	}
	unjudged("replay", judgements[0].Property, judgements[0].Verdict, judgements[0].Reason)
}
