package mylink_test

import (
	"errors"
	"testing"

	"example.com/mylink"

	"fairloss/checker/chaos"
	"fairloss/checker/linktest"
	"fairloss/spec"
)

// courier connects two ends of a Courier over a network.
func courier(hasty bool) func(n *chaos.Network) (linktest.Channel, error) {
	return func(n *chaos.Network) (linktest.Channel, error) {
		there, errThere := n.Dial(1, 0)
		here, err := n.Dial(0, 1)
		if err := errors.Join(err, errThere); err != nil {
			return linktest.Channel{}, err
		}
		a, b := mylink.NewCourier(here, hasty), mylink.NewCourier(there, hasty)
		closeBoth := func() error { return errors.Join(a.Close(), b.Close()) }
		return linktest.Channel{Send: a.Send, Receive: b.Receive, Close: closeBoth}, nil
	}
}

// What the courier withstands: it has no checksum.
const faults = spec.Loss | spec.Duplication | spec.Reordering | spec.Partitions

func TestPropCourier(t *testing.T) {
	linktest.TestTransport(t, linktest.Transport{Name: "courier", Guarantee: spec.FIFO, Open: courier(false), Faults: faults})
}

func TestPropHasty(t *testing.T) {
	linktest.TestTransport(t, linktest.Transport{Name: "hasty", Guarantee: spec.FIFO, Open: courier(true), Faults: faults})
}
