//go:build gvisor

package gvisor

import (
	"context"
	"crypto/rand"
	"errors"
	random "math/rand"
	"net"
	"sync"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"fairloss/checker/chaos"
)

const (
	nic   = 1
	mtu   = 1500
	queue = 512 // packets that wait to be transmitted
)

// host is a network stack, whose wire is a connected datagram socket.
type host struct {
	stack   *stack.Stack
	address tcpip.Address
	link    *channel.Endpoint
	wire    net.Conn
	stop    context.CancelFunc
	running sync.WaitGroup
}

func newHost(n *chaos.Network, self, peer int) (*host, error) {
	wire, err := n.Dial(self, peer)
	if err != nil {
		return nil, err
	}
	h := &host{
		stack: stack.New(stack.Options{
			NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
			TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
			RandSource:         random.NewSource(int64(self)),
			SecureRNG:          rand.Reader,
		}),
		address: tcpip.AddrFromSlice(n.Addr(self).(*net.UDPAddr).IP.To4()),
		link:    channel.New(queue, mtu, ""),
		wire:    wire,
	}
	err1 := h.stack.CreateNIC(nic, h.link)
	err2 := h.stack.AddProtocolAddress(nic, tcpip.ProtocolAddress{
		Protocol: ipv4.ProtocolNumber, AddressWithPrefix: h.address.WithPrefix(),
	}, stack.AddressProperties{})
	if err1 != nil || err2 != nil {
		return nil, errors.Join(failure(err1), failure(err2), wire.Close())
	}
	h.stack.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	h.running.Go(func() { h.transmit(ctx) })
	h.running.Go(h.receive)
	return h, nil
}

func failure(err tcpip.Error) error {
	if err == nil {
		return nil
	}
	return errors.New(err.String())
}

// transmit puts the packets of the stack on the wire.
func (h *host) transmit(ctx context.Context) {
	for {
		packet := h.link.ReadContext(ctx)
		if packet == nil {
			return
		}
		bytes := packet.ToView()
		h.wire.Write(bytes.AsSlice()) // lost, where the wire is closed
		bytes.Release()
		packet.DecRef()
	}
}

// receive hands what arrives to the stack.
func (h *host) receive() {
	b := make([]byte, 1<<16)
	for {
		k, err := h.wire.Read(b)
		if err != nil {
			return
		}
		packet := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(b[:k])})
		h.link.InjectInbound(ipv4.ProtocolNumber, packet)
		packet.DecRef()
	}
}

func (h *host) close() error {
	h.stack.Destroy()
	h.stop()
	err := h.wire.Close()
	h.running.Wait()
	return err
}
