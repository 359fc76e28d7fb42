// Package inbox is where the server of a transport puts what it receives on
// all of its connections and streams, for one receiver to take.
//
// A server that is attacked, or whose network changes packets, may come to
// more connections than its client has opened. An application would serve them
// all; so must an adapter, or it hides what they deliver.
package inbox

import (
	"net"
	"sync"

	"fairloss/spec"
)

// Inbox is open from New until Close. Its methods may be called concurrently.
type Inbox struct {
	messages chan spec.Message
	closed   chan struct{}
	once     sync.Once
}

// New returns an inbox without messages.
func New() *Inbox {
	return &Inbox{messages: make(chan spec.Message), closed: make(chan struct{})}
}

// Put waits until the message is taken, and reports whether it was: not if the
// inbox is closed before.
func (b *Inbox) Put(m spec.Message) bool {
	select {
	case b.messages <- m:
		return true
	case <-b.closed:
		return false
	}
}

// Take waits for the next message. The error is net.ErrClosed once the inbox
// is closed.
func (b *Inbox) Take() (spec.Message, error) {
	select {
	case m := <-b.messages:
		return m, nil
	case <-b.closed:
		return "", net.ErrClosed
	}
}

// Close ends every Put and Take.
func (b *Inbox) Close() { b.once.Do(func() { close(b.closed) }) }
