package transport

import (
	"slices"
	"time"

	"fairloss/checker/chaos"
	"fairloss/spec"
)

// Transport is somebody's code that carries messages from process 0 to process
// 1 over a network.
type Transport struct {
	Name      string
	Guarantee spec.Guarantee // what its documentation claims

	// Open connects both ends: process 0 at host 0, process 1 at host 1. It
	// runs in a bubble. After an error nothing is judged in this run.
	Open func(n *chaos.Network) (Channel, error)

	// Reset makes package-level state new, before each run and in its bubble;
	// nil where there is none.
	Reset func()

	// Faults is what its claim withstands: schedules that are drawn have no
	// others. The zero value is all. Resets of streams count as Crashes, and
	// delays, limits of bandwidth and queues as Reordering and Loss.
	Faults spec.Faults

	// Limit is how long a run may take on the clock of this machine, before it
	// counts as one that never ends; 0 is DefaultLimit. A run takes some
	// milliseconds where nothing is wrong.
	Limit time.Duration
}

// DefaultLimit is the limit of a transport whose Limit is 0.
const DefaultLimit = 20 * time.Second

func (tr Transport) limit() time.Duration {
	if tr.Limit == 0 {
		return DefaultLimit
	}
	return tr.Limit
}

// Channel is an open transport. Send and Receive are called by one goroutine
// each, and Close by a third while Receive waits.
type Channel struct {
	// Send takes a message at process 0. Nil says that the transport has it.
	// After an error it may arrive or not, and is not owed.
	Send func(m spec.Message) error
	// Receive waits for the next message at process 1; an error is its end.
	Receive func() (spec.Message, error)
	// Close closes both ends. Afterwards nothing of the transport may run, and
	// Receive has returned.
	Close func() error
}

// claims returns the property of the transport with that ID: one of its
// guarantee, or one of Conduct.
func (tr Transport) claims(id string) (spec.Property, bool) {
	for _, p := range tr.properties() {
		if p.ID == id {
			return p, true
		}
	}
	return spec.Property{}, false
}

func (tr Transport) properties() []spec.Property {
	return slices.Concat(tr.Guarantee.Properties, Conduct)
}
