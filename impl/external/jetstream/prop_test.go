package jetstream

import (
	"testing"

	"fairloss/checker/linktest"
)

func TestPropMemory(t *testing.T) { linktest.TestTransport(t, Memory()) }
func TestPropFile(t *testing.T)   { linktest.TestTransport(t, File()) }
