package timed

import (
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// usualCount and usualEvery are the streams of Usual.
const (
	usualCount = 20
	usualEvery = 20 * time.Millisecond
)

// Usual returns conditions for a link that names none: a stream on each channel
// that it sends on, at most one for each process where these are many, delays of
// some milliseconds, clocks that drift a little, and faults that end. A network
// that keeps the order of packets has one delay, and copies nothing.
func Usual(link impl.Link) Conditions {
	c := Conditions{
		End: 20 * time.Second, Until: 3 * time.Second,
		Delay: Range{time.Millisecond, 10 * time.Millisecond}, Edges: 0.2, Loss: 0.1, Duplicate: 0.05,
		Drifts: []Drift{{1, 200}},
	}
	if link.Assumes.Network == spec.FIFONetwork {
		c.Delay, c.Duplicate = Range{5 * time.Millisecond, 5 * time.Millisecond}, 0
	}
	for _, ch := range link.Sends() {
		if link.Size() <= 4 || ch.To == (ch.From+1)%spec.Process(link.Size()) || link.Channels != nil {
			c.Sends = append(c.Sends, Stream{From: ch.From, To: ch.To, Count: usualCount, Every: usualEvery})
		}
	}
	return c
}
