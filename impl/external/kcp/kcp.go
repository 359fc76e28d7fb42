// Package kcp is kcp-go as a transport, in three ways: plain, encrypted with
// AES, and plain in stream mode. It carries bytes; each message comes after its
// length.
//
// What it claims: a "smooth, resilient, ordered, error-checked and anonymous
// delivery of streams over UDP packets" (https://pkg.go.dev/github.com/xtaci/kcp-go/v5).
// Its checksum belongs to the encryption, so that plain packets have none; the
// README says that these can be tampered with, not that they are not
// error-checked. KCP has no handshake and no farewell: a session of the server
// begins with the first packet from an address, or with a packet numbered 0 of
// another conversation, which ends the one before.
//
// Workarounds: kcp-go has one scheduler in a package-level variable, started
// with the program and so outside every bubble, which a bubble must not use. A
// fresh one never ends in virtual time: it waits until a task is overdue, and
// there timers fire at the instant they are set for. So each run replaces it,
// and executes its tasks by timers (see startClock). It reads the clock from
// the start of the program, which linkname sets to that of the run, so that two
// runs transmit the same packets.
package kcp

import (
	"errors"
	"sync"

	"github.com/xtaci/kcp-go/v5"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl/external/frame"
	"fairloss/impl/external/inbox"
	"fairloss/spec"
)

// Plain returns KCP without encryption, which claims FIFO delivery.
func Plain() transport.Transport {
	return transport.Transport{Name: "kcp", Guarantee: spec.FIFO, Open: func(n *chaos.Network) (transport.Channel, error) {
		return open(n, nil, false)
	}}
}

// AES returns KCP under AES-256, which claims FIFO delivery.
func AES() transport.Transport {
	return transport.Transport{Name: "kcp aes", Guarantee: spec.FIFO, Open: func(n *chaos.Network) (transport.Channel, error) {
		block, err := kcp.NewAESBlockCrypt(make([]byte, 32))
		if err != nil {
			return transport.Channel{}, err
		}
		return open(n, block, false)
	}}
}

// Stream returns KCP without encryption in stream mode, which fills packets up
// with what is written next. It claims FIFO delivery.
func Stream() transport.Transport {
	return transport.Transport{Name: "kcp stream", Guarantee: spec.FIFO, Open: func(n *chaos.Network) (transport.Channel, error) {
		return open(n, nil, true)
	}}
}

// conversation is the identifier that both ends of a session agree upon; kcp-go
// draws one.
const conversation = 1

// link is a client, a server, and what the server has received.
type link struct {
	clock    *clock
	client   *kcp.UDPSession
	listener *kcp.Listener
	received *inbox.Inbox
	running  sync.WaitGroup
}

// open connects both ends; a block that is nil is no encryption.
func open(n *chaos.Network, block kcp.BlockCrypt, stream bool) (transport.Channel, error) {
	near, err1 := n.ListenPacket(0)
	far, err2 := n.ListenPacket(1)
	if err := errors.Join(err1, err2); err != nil {
		return transport.Channel{}, err
	}
	l := &link{clock: startClock(), received: inbox.New()}
	l.listener, err1 = kcp.ServeConn(block, 0, 0, far)
	l.client, err2 = kcp.NewConn3(conversation, far.LocalAddr(), block, 0, 0, near)
	if err := errors.Join(err1, err2); err != nil {
		return transport.Channel{}, err
	}
	l.client.SetStreamMode(stream) //lint:ignore SA1019 deprecated without another way
	l.running.Go(l.serve)
	return transport.Channel{
		Send:    func(m spec.Message) error { return frame.Write(l.client, m) },
		Receive: l.received.Take,
		Close: func() error {
			l.received.Close()
			err := errors.Join(l.client.Close(), near.Close(), far.Close())
			l.running.Wait()
			l.clock.stop()
			return err
		},
	}, nil
}

// serve serves every session, until the socket of the server is closed.
func (l *link) serve() {
	for {
		s, err := l.listener.AcceptKCP()
		if err != nil {
			return
		}
		l.running.Go(func() { l.read(s) })
	}
}

func (l *link) read(s *kcp.UDPSession) {
	defer s.Close()
	for {
		m, err := frame.Read(s)
		if err != nil || !l.received.Put(m) {
			return
		}
	}
}
