package linktest

import (
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/impl"
	"fairloss/spec"
)

// A pass says which faults the schedules saw, where there were any.
func TestStatsCountFaults(t *testing.T) {
	link := impl.Link{
		Name: "sealed", New: impl.Sealed(impl.CRC32C()), Guarantee: spec.AtMostOnce,
		Assumes: spec.Assumptions{Crashes: 1, Recoveries: 1, Cuts: 1, Corruptions: 1, Forgeries: 1},
	}
	c, err := explore.New(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := campaign(t, c); err != nil {
		t.Fatal(err)
	}
	text := statsText(c.Stats())
	for _, fault := range []string{" crashes", " cuts", " corruptions", " forgeries"} {
		if !strings.Contains(text, fault) {
			t.Errorf("no%s in %q", fault, text)
		}
	}
	if calm := statsText(explore.Stats{Schedules: 1}); strings.Contains(calm, "crashes") || strings.Contains(calm, "cuts") {
		t.Errorf("faults that never were: %q", calm)
	}
}
