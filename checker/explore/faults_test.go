package explore

import (
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// On the network of each set of faults, what a link sends once shows just
// these faults.
func TestSurroundings(t *testing.T) {
	shows := []struct {
		fault    spec.Faults
		property spec.Property
	}{{spec.Loss, spec.PL1}, {spec.Duplication, spec.PL2}, {spec.Reordering, spec.OrderOnly}}
	known := map[spec.Assumptions]bool{}
	for faults := range 2 * spec.Reordering {
		assumes := spec.Surroundings(faults)
		if known[assumes] {
			t.Errorf("%s: %s is the network of other faults too", faults, assumes)
		}
		known[assumes] = true
		link := impl.Link{Name: "once", New: impl.FactoryOf(impl.FairLossLink{}), Assumes: assumes}
		r := exhausted(t, link, "abc", spec.PL1, spec.PL2, spec.OrderOnly, spec.PL3)
		for _, s := range shows {
			f := finding(t, r, s.property.ID)
			if shown := f.Verdict == spec.Violated; f.Verdict == spec.Inconclusive || shown != (faults&s.fault != 0) {
				t.Errorf("%s, on %s: %s is %s, so that there is %s: %t", faults, assumes, s.property.ID, f.Verdict, s.fault, shown)
			}
		}
		if f := finding(t, r, "PL3"); f.Verdict != spec.Holds {
			t.Errorf("%s, on %s: %s", faults, assumes, f.Reason)
		}
	}
	if len(known) != 8 {
		t.Errorf("%d sets of faults, want 8", len(known))
	}
}
