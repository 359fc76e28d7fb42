package chaos

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// ground is what the sockets of a network are, where they are real ones.
type ground interface {
	addr(host int) net.Addr
	open(host int, remote *net.UDPAddr) (*net.UDPConn, error)
	close() error
}

// Loopback returns a network of so many hosts whose sockets are UDP sockets of
// this machine, on its loopback interface. A proxy stands between them that does
// what the plan says, by number as ever, in real time. Packets can be lost on
// their way through the kernel, too. Streams are in memory, as elsewhere.
//
// Packets come from the proxy: Addr(host) is where it takes packets for that
// host, not the local address of a socket there. Outside of bubbles only. It
// panics where Plan.Check has something to say.
func Loopback(plan Plan, hosts int) (*Network, error) {
	n := New(plan)
	p := &proxy{network: n}
	n.ground = p
	for host := range hosts {
		f, err := p.front(host)
		if err != nil {
			return nil, errors.Join(err, n.Close())
		}
		p.first = append(p.first, f)
	}
	return n, nil
}

// Real returns a network whose sockets open makes: bound to Addr(host) or, if
// remote is not nil, any socket that is connected to it. No plan comes into it:
// it is for sockets in network namespaces, say, with faults of the kernel's.
func Real(open func(host int, remote *net.UDPAddr) (*net.UDPConn, error), hosts ...*net.UDPAddr) *Network {
	n := New(nil)
	n.ground = &machine{opened: open, hosts: hosts}
	return n
}

// machine is a network without a proxy.
type machine struct {
	mu     sync.Mutex
	opened func(host int, remote *net.UDPAddr) (*net.UDPConn, error)
	hosts  []*net.UDPAddr
	conns  []*net.UDPConn
}

func (m *machine) addr(host int) net.Addr { return m.hosts[host] }

func (m *machine) open(host int, remote *net.UDPAddr) (*net.UDPConn, error) {
	conn, err := m.opened(host, remote)
	if err == nil {
		m.mu.Lock()
		m.conns = append(m.conns, conn)
		m.mu.Unlock()
	}
	return conn, err
}

func (m *machine) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, conn := range m.conns {
		_ = conn.Close() // it may be closed
	}
	return nil
}

// proxy stands between sockets on the loopback interface.
type proxy struct {
	network *Network
	reading sync.WaitGroup

	mu     sync.Mutex
	first  []*front
	fronts []*front
}

// front stands for one socket towards all others: what is sent to it is for
// that socket, and what that socket sends comes from it.
type front struct {
	host int
	conn *net.UDPConn
	real *net.UDPConn // what it stands for; nil where nobody has it
}

// front opens a front for a host.
func (p *proxy) front(host int) (*front, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(1 << 20) // as much as the machine allows
	f := &front{host: host, conn: conn}
	p.mu.Lock()
	p.fronts = append(p.fronts, f)
	p.mu.Unlock()
	p.reading.Go(func() { p.read(f) })
	return f, nil
}

func (p *proxy) addr(host int) net.Addr { return p.first[host].conn.LocalAddr() }

// open opens a socket behind the first front of its host if that is free, or
// behind a new one.
func (p *proxy) open(host int, remote *net.UDPAddr) (*net.UDPConn, error) {
	if host < 0 || host >= len(p.first) {
		return nil, fmt.Errorf("chaos: host %d: there are %d", host, len(p.first))
	}
	local := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	var conn *net.UDPConn
	var err error
	if remote == nil {
		conn, err = net.ListenUDP("udp4", local)
	} else {
		conn, err = net.DialUDP("udp4", local, remote)
	}
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(1 << 20)
	if p.claim(p.first[host], conn) {
		return conn, nil
	}
	f, err := p.front(host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	p.claim(f, conn)
	return conn, nil
}

// claim has a front stand for a socket, if it stands for none.
func (p *proxy) claim(f *front, conn *net.UDPConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.real == nil {
		f.real = conn
	}
	return f.real == conn
}

// read takes what is sent to one front until that is closed.
func (p *proxy) read(to *front) {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := to.conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.forward(from, to, string(buf[:n]))
		}
	}
}

// sender returns the front of the socket with that address, nil where nobody
// has opened one here.
func (p *proxy) sender(address netip.AddrPort) *front {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.fronts {
		if f.real != nil && f.real.LocalAddr().(*net.UDPAddr).AddrPort() == address {
			return f
		}
	}
	return nil
}

// forward lets the plan decide what becomes of a packet.
func (p *proxy) forward(address netip.AddrPort, to *front, packet string) {
	from := p.sender(address)
	if from == nil {
		return
	}
	n := p.network
	n.mu.Lock()
	defer n.mu.Unlock()
	d := direction{from.host, to.host}
	for _, a := range n.transmit(d, packet, false).arrive {
		n.add(n.now()+a.after, func(time.Duration) { p.arrive(d, from, to, a) })
	}
}

// arrive sends a packet to the socket that it is for.
func (p *proxy) arrive(d direction, from, to *front, a transit) {
	p.mu.Lock()
	real := to.real
	p.mu.Unlock()
	if real == nil {
		return
	}
	p.network.received(d, a)
	_, _ = from.conn.WriteToUDPAddrPort([]byte(a.packet), real.LocalAddr().(*net.UDPAddr).AddrPort()) // it may be closed
}

func (p *proxy) close() error {
	p.mu.Lock()
	fronts := p.fronts
	p.mu.Unlock()
	var errs []error
	for _, f := range fronts {
		errs = append(errs, f.conn.Close())
		if f.real != nil {
			_ = f.real.Close() // it may be closed
		}
	}
	p.reading.Wait()
	return errors.Join(errs...)
}
