package sctp_test

import (
	"testing"

	"fairloss/checker/linktest"
	"fairloss/impl/external/sctp"
)

func TestProp(t *testing.T) { linktest.TestTransport(t, sctp.Transport()) }
