package gvisor

import (
	"fairloss/checker/transport"
	"fairloss/spec"
)

// Transport returns TCP, which claims FIFO delivery. Without the build tag its
// Open is nil.
func Transport() transport.Transport {
	return transport.Transport{
		Name: "tcp gvisor", Guarantee: spec.FIFO, Open: open,
		Faults: spec.Loss | spec.Duplication | spec.Reordering | spec.Partitions,
	}
}
