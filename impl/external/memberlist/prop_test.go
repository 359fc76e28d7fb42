package memberlist

import (
	"testing"

	"fairloss/checker/linktest"
)

func TestProp(t *testing.T) { linktest.TestTransport(t, BestEffort()) }
