package mylink_test

import (
	"testing"
	"time"

	"fairloss/checker/linktest"
	"fairloss/checker/transport/toy"
)

// TestHonestTransport and TestBrokenTransports check transports that are not
// those of this module.
func TestHonestTransport(t *testing.T) { linktest.TestTransport(t, toy.Honest) }

func TestBrokenTransports(t *testing.T) {
	for _, b := range toy.All() {
		if b.Breaks == "LIVELOCK" {
			b.Limit = 500 * time.Millisecond
		}
		t.Run(b.Name, func(t *testing.T) { linktest.TestTransport(t, b.Transport) })
	}
}
