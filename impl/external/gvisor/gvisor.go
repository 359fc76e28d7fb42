//go:build gvisor

package gvisor

import (
	"errors"
	_ "unsafe" // for linkname

	"gvisor.dev/gvisor/pkg/sync"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl/external/frame"
	"fairloss/impl/external/inbox"
	"fairloss/spec"
)

//go:linkname idle runtime.isIdleInSynctest
var idle [sync.WaitReasonSelect + 1]bool

func init() { idle[sync.WaitReasonSelect] = true }

func open(n *chaos.Network) (transport.Channel, error) {
	near, err1 := newHost(n, 0, 1)
	far, err2 := newHost(n, 1, 0)
	if err := errors.Join(err1, err2); err != nil {
		return transport.Channel{}, err
	}
	closeBoth := func() error { return errors.Join(near.close(), far.close()) }
	to := tcpip.FullAddress{Addr: far.address, Port: 1}
	listener, err := gonet.ListenTCP(far.stack, to, ipv4.ProtocolNumber)
	if err != nil {
		return transport.Channel{}, errors.Join(err, closeBoth())
	}
	received := inbox.New()
	far.running.Go(func() { received.Serve(listener) })
	out, err := gonet.DialTCP(near.stack, to, ipv4.ProtocolNumber)
	if err != nil {
		return transport.Channel{}, errors.Join(err, listener.Close(), closeBoth())
	}
	return transport.Channel{
		Send:    func(m spec.Message) error { return frame.Write(out, m) },
		Receive: received.Take,
		Close: func() error {
			received.Close()
			return errors.Join(out.Close(), listener.Close(), closeBoth())
		},
	}, nil
}
