package memberlist

import (
	"testing"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// TestEmptyMessage says what becomes of an empty message, on a calm network:
// SendReliable returns no error, and the receiver drops it, though "delivery is
// guaranteed". SendBestEffort delivers it.
func TestEmptyMessage(t *testing.T) {
	for _, c := range []struct {
		transport transport.Transport
		message   spec.Message
		want      spec.Verdict
	}{
		{Reliable(), "", spec.Violated},
		{Reliable(), "alpha", spec.Holds},
		{BestEffort(), "", spec.Holds},
	} {
		c.transport.Guarantee = spec.AtLeastOnce
		r := transport.Run(t, c.transport, transport.Schedule{Sends: []transport.Send{{Message: c.message}}})
		if j := r.Of("PL1"); j.Verdict != c.want || r.Refused != 0 {
			t.Errorf("%s: PL1 of %q is %v (%s), want %v; %d refused", c.transport.Name, c.message, j.Verdict, j.Reason, c.want, r.Refused)
		}
	}
}
