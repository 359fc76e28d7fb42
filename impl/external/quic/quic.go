// Package quic is quic-go as a transport, in four ways: messages on one stream,
// each message on a stream of its own, messages as datagrams, and messages on
// one stream in the first flight of a resumed connection (0-RTT).
//
// What it claims (https://quic-go.net/docs, and the standards that it says it
// implements): a stream is a reliable, ordered sequence of bytes, and streams
// do not wait for each other (https://www.rfc-editor.org/rfc/rfc9000, section 2); a
// datagram is not sent again when it is lost (https://www.rfc-editor.org/rfc/rfc9221,
// section 5); every packet is authenticated, and one that arrives again is
// dropped (RFC 9000, sections 12.3 and 21). Data in a first flight may be
// replayed: RFC 9001, section 9.2, says so, and so does the documentation of
// quic.EarlyListener.
//
// Closing a connection drops what is not delivered yet.
package quic

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/quic-go/quic-go"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl/external/inbox"
	"fairloss/spec"
)

// Stream returns one stream, which claims FIFO delivery.
func Stream() transport.Transport {
	return transport.Transport{Name: "quic stream", Guarantee: spec.FIFO, Open: opens(oneStream)}
}

// Streams returns a stream for each message, which claims to be perfect, and no
// order.
func Streams() transport.Transport {
	return transport.Transport{Name: "quic streams", Guarantee: spec.Perfect, Open: opens(manyStreams)}
}

// Datagrams returns datagrams, which claim to be delivered at most once.
func Datagrams() transport.Transport {
	return transport.Transport{Name: "quic datagrams", Guarantee: spec.AtMostOnce, Open: opens(datagrams)}
}

// EarlyData returns one stream that begins in the first flight, judged by what
// a stream claims. It keeps that where no packet comes twice or late.
func EarlyData() transport.Transport {
	return transport.Transport{
		Name: "quic 0-rtt", Guarantee: spec.FIFO, Open: opens(earlyStream),
		Faults: spec.AllFaults &^ (spec.Duplication | spec.Reordering),
	}
}

// link is a client, a server, and what the server has received.
type link struct {
	client, server quic.Transport
	received       *inbox.Inbox
	ctx            context.Context // of everything that runs
	stop           context.CancelFunc
	running        sync.WaitGroup
}

// config has a connection outlast every silence of a run. With the timeouts that
// quic-go sets otherwise, 5 s for a handshake and 30 s later on, a connection
// ends when its peer has been silent for longer, as documented at quic.Config,
// and what was sent last may be lost with it.
var config = &quic.Config{
	Allow0RTT: true, EnableDatagrams: true,
	HandshakeIdleTimeout: 2 * transport.End, MaxIdleTimeout: 2 * transport.End,
}

// opens returns the Open of a transport that sends as connect says.
func opens(connect func(l *link) (func(spec.Message) error, error)) func(n *chaos.Network) (transport.Channel, error) {
	return func(n *chaos.Network) (transport.Channel, error) {
		near, err1 := n.ListenPacket(0)
		far, err2 := n.ListenPacket(1)
		if err := errors.Join(err1, err2); err != nil {
			return transport.Channel{}, err
		}
		l := &link{received: inbox.New()}
		l.client.Conn, l.server.Conn = near, far
		l.ctx, l.stop = context.WithCancel(context.Background())
		// A clone, since the first run would draw the ticket keys of all.
		listener, err := l.server.ListenEarly(serverTLS.Clone(), config)
		if err != nil {
			return transport.Channel{}, errors.Join(err, l.close())
		}
		l.running.Go(func() { l.serve(listener) })
		send, err := connect(l)
		if err != nil {
			return transport.Channel{}, errors.Join(err, l.close())
		}
		return transport.Channel{Send: send, Receive: l.received.Take, Close: l.close}, nil
	}
}

func (l *link) to() net.Addr { return l.server.Conn.LocalAddr() }

func (l *link) close() error {
	l.stop()
	l.received.Close()
	err := errors.Join(l.client.Close(), l.server.Close(), l.client.Conn.Close(), l.server.Conn.Close())
	l.running.Wait()
	return err
}
