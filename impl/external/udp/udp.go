// Package udp is UDP as a transport: a message in each datagram, nothing added.
//
// It is what the others are built upon, and shows what they have to make good.
// RFC 768 promises neither delivery nor order nor that a datagram arrives only
// once; what arrives was sent, so far as its checksum of 16 bits can tell
// (https://www.rfc-editor.org/rfc/rfc768). The wires of fairloss/checker/chaos
// have no such checksum: every change arrives. On a real network one that
// swaps words would, too, since the sum does not depend on their order.
package udp

import (
	"errors"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/spec"
)

// Transport returns UDP, which only claims that nothing comes from nowhere.
func Transport() transport.Transport {
	return transport.Transport{
		Name:      "udp",
		Guarantee: spec.Guarantee{Name: "no-creation", Properties: []spec.Property{spec.FLL3}},
		Faults:    spec.AllFaults &^ (spec.Corruption | spec.Forgery),
		Open:      open,
	}
}

func open(n *chaos.Network) (transport.Channel, error) {
	near, err := n.Dial(0, 1)
	if err != nil {
		return transport.Channel{}, err
	}
	far, err := n.Dial(1, 0)
	if err != nil {
		return transport.Channel{}, errors.Join(err, near.Close())
	}
	b := make([]byte, 1<<16)
	return transport.Channel{
		Send: func(m spec.Message) error {
			_, err := near.Write([]byte(m))
			return err
		},
		Receive: func() (spec.Message, error) {
			k, err := far.Read(b)
			return spec.Message(b[:k]), err
		},
		Close: func() error { return errors.Join(near.Close(), far.Close()) },
	}, nil
}
