// Package sctp is pion/sctp as a transport: every message is a message of one
// ordered stream of one association.
//
// The package implements SCTP, a reliable transport which delivers the messages
// of a stream in order (https://www.rfc-editor.org/rfc/rfc9260, section 1.5) under a
// checksum, CRC-32C, and says of itself that it implements what WebRTC needs
// of it (https://github.com/pion/sctp).
//
// Workarounds, both so that two runs transmit the same packets: pion/sctp draws
// its tags and numbers from a generator that the package makes once. Reset makes a
// new one, reached by linkname; it takes its seed from crypto/rand. And two
// timers of what is sent first end at one instant (see apart).
package sctp

import (
	"errors"
	"net"
	"reflect"
	"unsafe" // for linkname, too

	"github.com/pion/randutil"
	"github.com/pion/sctp"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/spec"
)

//go:linkname random github.com/pion/sctp.globalMathRandomGenerator
var random randutil.MathRandomGenerator

// Transport returns SCTP, which claims FIFO delivery.
func Transport() transport.Transport {
	return transport.Transport{
		Name: "sctp", Guarantee: spec.FIFO, Open: open,
		Reset: func() { random = randutil.NewMathRandomGenerator() },
	}
}

func open(n *chaos.Network) (transport.Channel, error) {
	near, err := n.Dial(0, 1)
	if err != nil {
		return transport.Channel{}, err
	}
	far, err := n.Dial(1, 0)
	if err != nil {
		return transport.Channel{}, errors.Join(err, near.Close())
	}
	client, server, err := associate(near, far)
	if err != nil {
		return transport.Channel{}, err
	}
	apart(client)
	closeBoth := func() error { return errors.Join(client.Close(), server.Close()) }
	out, err := client.OpenStream(0, sctp.PayloadTypeWebRTCBinary)
	if err != nil {
		return transport.Channel{}, errors.Join(err, closeBoth())
	}
	return transport.Channel{
		Send: func(m spec.Message) error {
			_, err := out.Write([]byte(m))
			return err
		},
		Receive: receiver(server),
		Close:   closeBoth,
	}, nil
}

// associate makes an association of both ends, or closes them.
func associate(near, far net.Conn) (client, server *sctp.Association, err error) {
	accepted := make(chan error, 1)
	go func() {
		var err error
		server, err = sctp.ServerWithOptions(sctp.WithNetConn(far))
		accepted <- err
	}()
	if client, err = sctp.ClientWithOptions(sctp.WithNetConn(near)); err != nil {
		return nil, nil, errors.Join(err, near.Close(), far.Close(), <-accepted)
	}
	if err := <-accepted; err != nil {
		return nil, nil, errors.Join(err, client.Close())
	}
	return client, server, nil
}

// apart makes the first retransmission timeout of a client a millisecond longer.
// It is a second, and so is the timeout of the probe that is sent where no round
// trip was measured yet. Where what was sent first is lost, both end at one
// instant in virtual time, and a bubble runs them in random order.
func apart(client *sctp.Association) {
	timeout := reflect.ValueOf(client).Elem().FieldByName("rtoMgr").Elem().FieldByName("rto")
	*(*float64)(unsafe.Pointer(timeout.UnsafeAddr()))++
}

// receiver returns what waits for the stream of the client, which opens with
// its first message, and then reads from it.
func receiver(server *sctp.Association) func() (spec.Message, error) {
	var in *sctp.Stream
	b := make([]byte, 1<<16)
	return func() (_ spec.Message, err error) {
		if in == nil {
			if in, err = server.AcceptStream(); err != nil {
				return "", err
			}
		}
		k, err := in.Read(b)
		return spec.Message(b[:k]), err
	}
}
