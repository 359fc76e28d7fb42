package jetstream

import (
	"testing"

	"fairloss/checker/linktest"
)

func TestPropMemory(t *testing.T) { linktest.TestTransport(t, Memory()) }
func TestPropNoIDs(t *testing.T)  { linktest.TestTransport(t, NoIDs()) }
