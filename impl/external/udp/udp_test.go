package udp_test

import (
	"testing"

	"fairloss/checker/linktest"
	"fairloss/impl/external/udp"
)

func TestProp(t *testing.T) { linktest.TestTransport(t, udp.Transport()) }
