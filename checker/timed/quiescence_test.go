package timed_test

import (
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// TestQuiescence wants a link that is settled and still transmits to break QUI,
// with packets that go on after the Forever event.
func TestQuiescence(t *testing.T) {
	tests := []struct {
		name  string
		layer impl.Factory
		want  spec.Verdict
	}{
		{"until acknowledged", impl.FactoryOf(impl.RetransmitUntilAcknowledged{}), spec.Holds},
		{"for ever", impl.FactoryOf(impl.RetransmitForever{}), spec.Violated},
	}
	for _, tt := range tests {
		link := impl.Link{
			Name: tt.name, New: impl.Stack(tt.layer, impl.FactoryOf(impl.EliminateDuplicates{})),
			Guarantee: spec.Perfect.With(spec.Quiescence("")),
		}
		r := run(t, link, "send=0>1:2@0s/1ms end=1s", 1)
		for _, j := range r.Judgements {
			want := spec.Holds
			if j.Property.ID == "QUI" {
				want = tt.want
			}
			if j.Verdict != want {
				t.Errorf("%s: %s is %s (%s), want %s", tt.name, j.Property.ID, j.Verdict, j.Reason, want)
			}
		}
	}
}
