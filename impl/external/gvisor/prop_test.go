//go:build gvisor

package gvisor

import (
	"testing"

	"fairloss/checker/linktest"
)

func TestProp(t *testing.T) { linktest.TestTransport(t, Transport()) }
