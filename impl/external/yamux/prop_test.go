package yamux

import (
	"testing"

	"fairloss/checker/linktest"
	"fairloss/spec"
)

// A delay may be long enough for yamux to give the connection up, and a reset
// ends it: what arrives is at most once and in order, come what may.
func TestProp(t *testing.T) {
	tr := Transport()
	tr.Guarantee = spec.Guarantee{Name: "ordered", Properties: []spec.Property{spec.PL2, spec.PL3, spec.OrderOnly}}
	tr.Faults |= spec.Crashes
	linktest.TestTransport(t, tr)
}
