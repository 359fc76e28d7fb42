package timed_test

import (
	"slices"
	"testing"

	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

func parse(t *testing.T, text string) timed.Conditions {
	t.Helper()
	c, err := timed.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCampaignHolds runs each link under random conditions that are no worse
// than those of its claim.
func TestCampaignHolds(t *testing.T) {
	runs := 40
	if testing.Short() || raceEnabled {
		runs = 10
	}
	for _, link := range impl.Timed() {
		t.Run(link.Name, func(t *testing.T) {
			t.Parallel()
			report, err := timed.Campaign(t.Context(), link, parse(t, link.Conditions), runs, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range report.Findings {
				if f.Verdict() != spec.Holds {
					t.Errorf("%s is %s: %s\nconditions: %s", f.Property.ID, f.Verdict(), f.Reason, f.Conditions)
				}
				if f.Held < runs/2 {
					t.Errorf("%s holds in only %d of %d runs; in %d it is inconclusive", f.Property.ID, f.Held, runs, f.Inconclusive)
				}
			}
		})
	}
}

// TestCampaignFinds wants each mutant caught by a campaign, and the conditions
// that are reported to show the fault when they are read back from text.
func TestCampaignFinds(t *testing.T) {
	for i, m := range mutant.Timed() {
		if raceEnabled && i%5 > 0 {
			continue // one goroutine makes a campaign: there is nothing to find
		}
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			report, err := timed.Campaign(t.Context(), m, parse(t, m.Conditions), 10, 1)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(report.Findings, func(f timed.Finding) bool { return f.Property.ID == m.Breaks })
			if i < 0 || report.Findings[i].Verdict() != spec.Violated {
				t.Fatalf("not caught by %s", m.Breaks)
			}
			f := report.Findings[i]
			f.Conditions, f.Reason = timed.Calm(m, f.Conditions, m.Breaks)
			t.Logf("%s: %s\n%s", f.Property.ID, f.Conditions, f.Reason)
			again, err := timed.Run(m, parse(t, f.Conditions.String()))
			if err != nil || again.Of(m.Breaks) != spec.Violated {
				t.Errorf("the conditions %s do not show it: %v", f.Conditions, err)
			}
		})
	}
}
