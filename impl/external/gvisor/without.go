//go:build !gvisor

package gvisor

import (
	"fairloss/checker/chaos"
	"fairloss/checker/transport"
)

var open func(*chaos.Network) (transport.Channel, error)
