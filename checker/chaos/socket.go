package chaos

import (
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	maxDatagram = 65507   // what fits into a UDP packet over IPv4
	sendBuffer  = 1 << 18 // bytes of a socket that may be on their way: more wait
)

// datagram is a packet that has arrived.
type datagram struct {
	from    netip.AddrPort
	payload string
}

// socket is one port of a host. It is a net.PacketConn; conn makes it connected.
type socket struct {
	waiter
	network     *Network
	host        int
	local       netip.AddrPort
	inbox       []datagram
	outstanding int            // bytes on their way
	remote      netip.AddrPort // where connected: nothing from elsewhere arrives
}

// ListenPacket opens the lowest free port of a host: Addr(host) if that is
// free. What is written to a port that nobody has is lost. Reading and writing
// behave as on a *net.UDPConn, and so do the errors.
func (n *Network) ListenPacket(host int) (net.PacketConn, error) {
	if n.ground != nil {
		conn, err := n.ground.open(host, nil)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	return n.open(host, netip.AddrPort{})
}

// Dial opens the lowest free port of a host, Addr(host) if that is free, and
// connects it to Addr(peer). Whoever is there sees datagrams from that port;
// two hosts that dial each other first of all are connected with each other.
func (n *Network) Dial(host, peer int) (net.Conn, error) {
	if n.ground != nil {
		conn, err := n.ground.open(host, n.ground.addr(peer).(*net.UDPAddr))
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	s, err := n.open(host, netip.AddrPortFrom(hostIP(peer), basePort))
	if err != nil {
		return nil, err
	}
	return conn{s}, nil
}

func (n *Network) open(host int, remote netip.AddrPort) (*socket, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, &net.OpError{Op: "listen", Net: "udp", Err: net.ErrClosed}
	}
	for port := uint16(basePort); port != 0; port++ {
		local := netip.AddrPortFrom(hostIP(host), port)
		if n.sockets[local] == nil {
			s := &socket{network: n, host: host, local: local, remote: remote, waiter: waiter{changed: sync.NewCond(&n.mu)}}
			s.fault = s.opError
			n.sockets[local] = s
			return s, nil
		}
	}
	return nil, &net.OpError{Op: "listen", Net: "udp", Err: syscall.EADDRINUSE}
}

// LocalAddr returns the address of the port, a *net.UDPAddr.
func (s *socket) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(s.local) }

func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	d, err := s.receive()
	if err != nil {
		return 0, nil, s.fault("read", err)
	}
	return copy(b, d.payload), net.UDPAddrFromAddrPort(d.from), nil
}

func (s *socket) receive() (datagram, error) {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	for {
		switch err := s.read.err(); {
		case s.closed:
			return datagram{}, net.ErrClosed
		case err != nil:
			return datagram{}, err
		case len(s.inbox) > 0:
			d := s.inbox[0]
			s.inbox = s.inbox[1:]
			return d, nil
		}
		s.changed.Wait()
	}
}

func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, s.fault("write", &net.AddrError{Err: "not a UDP address", Addr: to.String()})
	}
	address := udp.AddrPort()
	if s.remote.IsValid() {
		return 0, s.fault("write", net.ErrWriteToConnected)
	}
	if err := s.transmit(b, netip.AddrPortFrom(address.Addr().Unmap(), address.Port())); err != nil {
		return 0, s.fault("write", err)
	}
	return len(b), nil
}

// transmit waits until the send buffer has room, and hands a packet to the wire.
func (s *socket) transmit(b []byte, to netip.AddrPort) error {
	n := s.network
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		switch err := s.write.err(); {
		case s.closed:
			return net.ErrClosed
		case err != nil:
			return err
		case len(b) > maxDatagram:
			return syscall.EMSGSIZE
		case hostOf(to.Addr()) < 0:
			return syscall.ENETUNREACH
		case s.outstanding < sendBuffer:
			s.dispatch(string(b), to)
			return nil
		}
		s.changed.Wait()
	}
}

func (s *socket) dispatch(packet string, to netip.AddrPort) {
	n := s.network
	d := direction{s.host, hostOf(to.Addr())}
	f := n.transmit(d, packet, false)
	for i, a := range f.arrive {
		held := 0
		if i == 0 {
			held = len(packet)
		}
		s.outstanding += held
		n.add(n.now()+a.after, func(time.Duration) {
			s.outstanding -= held
			s.changed.Broadcast()
			n.arrive(d, s.local, to, a)
		})
	}
}

// arrive puts a packet into the inbox of the port that it is for.
func (n *Network) arrive(d direction, from, to netip.AddrPort, a transit) {
	s := n.sockets[to]
	if s == nil || s.remote.IsValid() && s.remote != from {
		return
	}
	n.received(d, a)
	s.inbox = append(s.inbox, datagram{from, a.packet})
	s.changed.Broadcast()
}

func (s *socket) Close() error {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	if s.closed {
		return s.fault("close", net.ErrClosed)
	}
	s.shut()
	delete(s.network.sockets, s.local)
	return nil
}

// opError is an error as the standard library has it.
func (s *socket) opError(op string, err error) error {
	e := &net.OpError{Op: op, Net: "udp", Source: s.LocalAddr(), Err: err}
	if s.remote.IsValid() {
		e.Addr = net.UDPAddrFromAddrPort(s.remote)
	}
	return e
}

// conn is a socket that is connected.
type conn struct{ *socket }

// RemoteAddr returns the address that it is connected to, a *net.UDPAddr.
func (c conn) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.remote) }

func (c conn) Read(b []byte) (int, error) {
	n, _, err := c.ReadFrom(b)
	return n, err
}

func (c conn) Write(b []byte) (int, error) {
	if err := c.transmit(b, c.remote); err != nil {
		return 0, c.fault("write", err)
	}
	return len(b), nil
}
