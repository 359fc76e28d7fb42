package dtls_test

import (
	"testing"

	"fairloss/checker/linktest"
	"fairloss/impl/external/dtls"
)

func TestProp(t *testing.T) { linktest.TestTransport(t, dtls.Transport()) }
