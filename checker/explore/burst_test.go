package explore

import (
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Where a link says that the workload comes in one burst, random schedules
// begin with it; what they say agrees with what is known of the link.
func TestCampaignBurst(t *testing.T) {
	for _, link := range impl.Goldens() {
		c, err := New(link)
		if err != nil {
			t.Fatal(err)
		}
		for n := range uint64(2000) {
			if err := c.Run(Seeded(1, n)); err != nil {
				t.Fatal(err)
			}
			first := true
			for _, m := range c.trace {
				if sends := m.Kind() == world.Send; sends && !first {
					t.Fatalf("%s: schedule %d sends after another action", link.Name, n)
				} else {
					first = sends
				}
			}
		}
		r, err := c.Report()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			want := spec.Holds
			if link.Name == "golden/skip" && f.Property.ID == "ACK" {
				want = spec.Violated
			}
			if f.Verdict != want {
				t.Errorf("%s: %s is %s (%s), want %s", link.Name, f.Property.ID, f.Verdict, f.Reason, want)
			}
		}
	}
}
