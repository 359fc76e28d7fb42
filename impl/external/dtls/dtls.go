// Package dtls is pion/dtls as a transport: a message in each record.
//
// The package implements DTLS 1.2 (https://github.com/pion/dtls), which leaves
// loss and order to the application, drops what was changed on the way, and
// drops what arrives again (https://www.rfc-editor.org/rfc/rfc6347, sections 4.1.2.6 and
// 4.1.2.7). The ends share a key, so that no certificate is needed.
//
// What claims nothing of delivery breaks nothing when it ends: a flipped bit in
// a handshake makes it fail, and a forged record ends a connection.
package dtls

import (
	"context"
	"errors"
	"time"

	"github.com/pion/dtls/v3"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/spec"
)

// patience is how long a handshake may take; DTLS itself has no bound.
const patience = time.Minute

// Transport returns DTLS, which claims that a message is delivered at most once.
func Transport() transport.Transport {
	return transport.Transport{Name: "dtls", Guarantee: spec.AtMostOnce, Open: open}
}

func open(n *chaos.Network) (transport.Channel, error) {
	near, err1 := n.ListenPacket(0)
	far, err2 := n.ListenPacket(1)
	if err := errors.Join(err1, err2); err != nil {
		return transport.Channel{}, err
	}
	key := dtls.WithPSK(func([]byte) ([]byte, error) { return []byte("secret"), nil })
	hint := dtls.WithPSKIdentityHint([]byte("fairloss"))
	cipher := dtls.WithCipherSuites(dtls.TLS_PSK_WITH_AES_128_GCM_SHA256)
	client, err1 := dtls.ClientWithOptions(near, far.LocalAddr(), key, hint, cipher)
	server, err2 := dtls.ServerWithOptions(far, near.LocalAddr(), key, hint, cipher)
	if err := errors.Join(err1, err2); err != nil {
		return transport.Channel{}, err
	}
	closeBoth := func() error { return errors.Join(client.Close(), server.Close()) }
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	accepted := make(chan error, 1)
	go func() { accepted <- server.HandshakeContext(ctx) }()
	if err := errors.Join(client.HandshakeContext(ctx), <-accepted); err != nil {
		return transport.Channel{}, errors.Join(err, closeBoth())
	}
	b := make([]byte, 1<<14)
	return transport.Channel{
		Send: func(m spec.Message) error {
			_, err := client.Write([]byte(m))
			return err
		},
		Receive: func() (spec.Message, error) {
			k, err := server.Read(b)
			return spec.Message(b[:k]), err
		},
		Close: closeBoth,
	}, nil
}
