// Package yamux is hashicorp/yamux as a transport: messages on one of its
// streams, over one byte stream of the network.
//
// What it claims: streams of bytes over one connection, in order, with flow
// control; it "relies on an underlying connection to provide reliability and
// ordering, such as TCP"
// (https://github.com/hashicorp/yamux/blob/v0.1.2/README.md). It adds no
// checksum and no retransmission: what the connection damages arrives damaged,
// and a connection that is reset takes along what was written to it. Only
// delays are faults that it says it withstands.
//
// Workaround: yamux keeps timers in a pool for the whole process. A timer
// belongs to the bubble that made it, and the next bubble that takes it out of
// the pool ends the process. Reset makes a new pool, reached by linkname.
package yamux

import (
	"errors"
	"io"
	"sync"
	_ "unsafe" // for linkname

	"github.com/hashicorp/yamux"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl/external/frame"
	"fairloss/impl/external/inbox"
	"fairloss/spec"
)

//go:linkname timers github.com/hashicorp/yamux.timerPool
var timers *sync.Pool

// Transport returns yamux, which claims FIFO delivery over a stream that does.
func Transport() transport.Transport {
	return transport.Transport{
		Name: "yamux", Guarantee: spec.FIFO, Open: open, Faults: spec.Reordering,
		Reset: func() { timers = &sync.Pool{New: timers.New} },
	}
}

func open(n *chaos.Network) (transport.Channel, error) {
	near, far := n.Stream(0, 1)
	config := yamux.DefaultConfig()
	config.LogOutput = io.Discard
	client, err1 := yamux.Client(near, config)
	later := config.Clone()
	later.KeepAliveInterval++ // no two timers at one instant
	server, err2 := yamux.Server(far, later)
	if err := errors.Join(err1, err2); err != nil {
		return transport.Channel{}, err
	}
	received := inbox.New()
	var running sync.WaitGroup
	running.Go(func() { received.Serve(server) })
	closeBoth := func() error {
		received.Close()
		err := errors.Join(client.Close(), server.Close())
		running.Wait()
		return err
	}
	out, err := client.OpenStream()
	if err != nil {
		return transport.Channel{}, errors.Join(err, closeBoth())
	}
	return transport.Channel{
		Send:    func(m spec.Message) error { return frame.Write(out, m) },
		Receive: received.Take,
		Close:   closeBoth,
	}, nil
}
