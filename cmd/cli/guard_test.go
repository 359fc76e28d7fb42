package cli

import (
	"strings"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/impl"
	"fairloss/spec"
)

// hangs never returns from Receive, until the test ends.
type hangs struct {
	impl.FairLossLink
	until <-chan struct{}
}

func (l *hangs) Receive(spec.Process, impl.Packet, *impl.Effects) { <-l.until }

// A search of a link that hangs ends, and names the handler.
func TestGuarded(t *testing.T) {
	link := impl.Link{Name: "hangs in a search", Guarantee: spec.AtMostOnce, New: func(spec.Process, []spec.Process) impl.Layer {
		return &hangs{until: t.Context().Done()}
	}}
	err := guarded(link, 50*time.Millisecond, func() error {
		_, err := explore.Exhaust(t.Context(), link, []spec.Property{spec.PL2}, explore.Bounds{Workload: explore.Workload(link, 1, false)})
		return err
	})
	if err == nil || !breaksContract(err) || !strings.Contains(err.Error(), `handling Receive(0, "a"), has not returned`) {
		t.Errorf("error %v", err)
	}
}
