// Package kcp is kcp-go as a transport, in four ways: plain, plain in stream
// mode, encrypted with AES, and this once more from an address that had another
// conversation before. It carries bytes; each message comes after its length.
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
	"net"
	"sync"
	"time"

	"github.com/xtaci/kcp-go/v5"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl/external/frame"
	"fairloss/impl/external/inbox"
	"fairloss/spec"
)

// Plain returns KCP without encryption, which claims FIFO delivery.
func Plain() transport.Transport {
	return transport.Transport{Name: "kcp", Guarantee: spec.FIFO, Open: link{}.open}
}

// Stream returns KCP without encryption in stream mode, which fills packets up
// with what is written next. It claims FIFO delivery.
func Stream() transport.Transport {
	return transport.Transport{Name: "kcp stream", Guarantee: spec.FIFO, Open: link{stream: true}.open}
}

// AES returns KCP under AES-256, which claims FIFO delivery.
func AES() transport.Transport {
	return transport.Transport{Name: "kcp aes", Guarantee: spec.FIFO, Open: link{block: aes()}.open}
}

// Again returns KCP under AES-256 for a client that was restarted, or has got
// the address of another: before its conversation there was one from the same
// address. It claims FIFO delivery, and keeps it where no packet comes twice or late.
func Again() transport.Transport {
	return transport.Transport{
		Name: "kcp aes again", Guarantee: spec.FIFO, Open: link{block: aes(), again: true}.open,
		Faults: spec.AllFaults &^ (spec.Duplication | spec.Reordering),
	}
}

// aes returns AES-256 under a key that both ends have.
func aes() kcp.BlockCrypt {
	block, err := kcp.NewAESBlockCrypt(make([]byte, 32))
	if err != nil {
		panic("kcp: " + err.Error()) // it accepts keys of this length
	}
	return block
}

// link is a client, a server, and what the server has received.
type link struct {
	block    kcp.BlockCrypt // nil is no encryption
	stream   bool
	again    bool // there was a conversation before
	clock    *clock
	near     net.PacketConn
	client   *kcp.UDPSession
	far      net.PacketConn
	listener *kcp.Listener
	received *inbox.Inbox
	running  *sync.WaitGroup
}

// open connects both ends.
func (l link) open(n *chaos.Network) (_ transport.Channel, err error) {
	if l.far, err = n.ListenPacket(1); err != nil {
		return transport.Channel{}, err
	}
	l.clock, l.received, l.running = startClock(), inbox.New(), &sync.WaitGroup{}
	if l.listener, err = kcp.ServeConn(l.block, 0, 0, l.far); err != nil {
		return transport.Channel{}, err
	}
	l.running.Go(l.serve)
	if l.again {
		err = l.before(n)
	}
	if err = errors.Join(err, l.dial(n, 1)); err != nil {
		return transport.Channel{}, errors.Join(err, l.close())
	}
	return transport.Channel{
		Send:    func(m spec.Message) error { return frame.Write(l.client, m) },
		Receive: l.received.Take,
		Close:   func() error { return errors.Join(l.hangUp(), l.close()) },
	}, nil
}

// dial begins a conversation under a number that is its own; kcp-go draws one.
func (l *link) dial(n *chaos.Network, conversation uint32) (err error) {
	if l.near, err = n.ListenPacket(0); err != nil {
		return err
	}
	l.client, err = kcp.NewConn3(conversation, l.far.LocalAddr(), l.block, 0, 0, l.near)
	if err != nil {
		return err
	}
	l.client.SetStreamMode(l.stream) //lint:ignore SA1019 deprecated without another way
	return nil
}

func (l *link) hangUp() error { return errors.Join(l.client.Close(), l.near.Close()) }

// before has a conversation that ends before the first message is complete.
func (l *link) before(n *chaos.Network) error {
	if err := l.dial(n, 2); err != nil {
		return err
	}
	_, err := l.client.Write([]byte{0})
	time.Sleep(time.Second)
	return errors.Join(err, l.hangUp())
}

// close closes the server.
func (l *link) close() error {
	l.received.Close()
	err := l.far.Close()
	l.running.Wait()
	l.clock.stop()
	return err
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
