package mylink_test

import (
	"errors"
	"testing"
	"time"

	"fairloss/checker/chaos"
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

// TestSeldomOpens checks a transport that does what it claims in one run of ten.
func TestSeldomOpens(t *testing.T) {
	runs, seldom := 0, toy.Honest
	seldom.Open = func(n *chaos.Network) (linktest.Channel, error) {
		if runs++; runs%10 != 0 {
			return linktest.Channel{}, errors.New("not today")
		}
		return toy.Honest.Open(n)
	}
	linktest.TestTransport(t, seldom)
}
