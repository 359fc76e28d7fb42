package impl

import "fairloss/spec"

// Goldens returns the links whose states other model checkers have counted,
// with the network and the workload that they were counted under. The slice is
// fresh at each call.
func Goldens() []Link {
	oneWay := []spec.Channel{{From: 0, To: 1}}
	lossySet := spec.Assumptions{Network: spec.LossySetNetwork}
	return []Link{
		{
			Name: "golden/skip", Kind: Golden, New: FactoryOf(GoldenLink{}), Burst: true, Assumes: lossySet, Channels: oneWay,
			Guarantee: spec.AtMostOnce.With(spec.OrderOnly),
			Doc:       "Delivers any number above the last one, and acknowledges every number: it confirms what it will never deliver.",
		},
		{
			Name: "golden/next", Kind: Golden, New: FactoryOf(GoldenLink{Next: true}), Burst: true, Assumes: lossySet, Channels: oneWay,
			Guarantee: spec.FIFO,
			Doc:       "Delivers only the next number, and acknowledges only what it has delivered.",
		},
	}
}
