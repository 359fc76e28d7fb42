package netlink

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"fairloss/impl"
	"fairloss/spec"
)

const (
	maxDatagram   = 65507 // bytes that UDP carries over IPv4
	maxReadErrors = 100   // in a row: then the socket is taken to be broken
)

// socket is a connection on which processes have addresses.
type socket struct {
	conn      net.PacketConn
	udp       udpConn // conn, where it is one: it then neither reads nor writes with allocations
	addresses map[spec.Process]peer
	processes map[address]spec.Process
	buffer    []byte // of write

	sent, received, dropped, foreign atomic.Int64

	mu          sync.Mutex
	writeErrors int
	writeError  error
}

type udpConn interface {
	ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort(b []byte, addr netip.AddrPort) (int, error)
}

type peer struct {
	addr net.Addr
	address
}

// address is a net.Addr that can be compared.
type address struct {
	port netip.AddrPort // of a *net.UDPAddr
	text string         // of any other
}

func addressOf(a net.Addr) address {
	if u, ok := a.(*net.UDPAddr); ok {
		return address{port: unmapped(u.AddrPort())}
	}
	return address{text: a.Network() + " " + a.String()}
}

// unmapped makes one address of the two forms that an IPv4 address has on a
// socket for IPv6.
func unmapped(p netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(p.Addr().Unmap(), p.Port()) }

func newSocket(conn net.PacketConn, self spec.Process, peers map[spec.Process]net.Addr) (*socket, error) {
	s := &socket{
		conn:      conn,
		addresses: make(map[spec.Process]peer),
		processes: make(map[address]spec.Process),
	}
	s.udp, _ = conn.(udpConn)
	for _, p := range slices.Sorted(maps.Keys(peers)) {
		if p == self {
			continue
		}
		if peers[p] == nil {
			return nil, fmt.Errorf("netlink: process %d has no address", p)
		}
		a := addressOf(peers[p])
		if a.text == "" && (!a.port.IsValid() || a.port.Addr().IsUnspecified()) {
			return nil, fmt.Errorf("netlink: the address %v of process %d names no host", peers[p], p)
		}
		if other, taken := s.processes[a]; taken {
			return nil, fmt.Errorf("netlink: processes %d and %d have one address, %v", other, p, peers[p])
		}
		if a.text != "" {
			s.udp = nil
		}
		s.addresses[p] = peer{peers[p], a}
		s.processes[a] = p
	}
	return s, nil
}

func (s *socket) knows(p spec.Process) bool {
	_, ok := s.addresses[p]
	return ok
}

func (s *socket) peers() []spec.Process { return slices.Sorted(maps.Keys(s.addresses)) }

// read reads one packet into b and returns its length and sender; the sender
// is unknown where known is false.
func (s *socket) read(b []byte) (n int, from spec.Process, known bool, err error) {
	var a address
	if s.udp != nil {
		n, a.port, err = s.udp.ReadFromUDPAddrPort(b)
		a.port = unmapped(a.port)
	} else {
		var addr net.Addr
		if n, addr, err = s.conn.ReadFrom(b); err == nil && addr != nil {
			a = addressOf(addr)
		}
	}
	from, known = s.processes[a]
	return n, from, known, err
}

// write sends p, or counts why it did not.
func (s *socket) write(to spec.Process, p impl.Packet) {
	err := s.tryWrite(to, p)
	if err == nil {
		s.sent.Add(1)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeErrors++
	s.writeError = err
}

func (s *socket) tryWrite(to spec.Process, p impl.Packet) error {
	peer, ok := s.addresses[to]
	if !ok {
		return fmt.Errorf("netlink: a packet for process %d, which is no peer", to)
	}
	if len(p) > maxDatagram {
		return fmt.Errorf("netlink: a packet of %d bytes for process %d: a datagram holds at most %d", len(p), to, maxDatagram)
	}
	s.buffer = append(s.buffer[:0], p...)
	var err error
	if s.udp != nil {
		_, err = s.udp.WriteToUDPAddrPort(s.buffer, peer.port)
	} else {
		_, err = s.conn.WriteTo(s.buffer, peer.addr)
	}
	return err
}

// Stats counts packets.
type Stats struct {
	Sent        int   // written to the socket
	Received    int   // from peers, queued for the layer
	Dropped     int   // from peers, when the queue was full
	Foreign     int   // from addresses that are no peer's
	WriteErrors int   // not written: too large for a datagram, or refused by the socket
	WriteError  error // the last of them
}

func (s *socket) stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Sent:        int(s.sent.Load()),
		Received:    int(s.received.Load()),
		Dropped:     int(s.dropped.Load()),
		Foreign:     int(s.foreign.Load()),
		WriteErrors: s.writeErrors,
		WriteError:  s.writeError,
	}
}

// packet is a packet that was read.
type packet struct {
	from spec.Process
	data impl.Packet
}

// read queues what comes from the socket until the link is closed.
func (l *Link) read() {
	b := make([]byte, maxDatagram+1)
	failures := 0
	for {
		n, from, known, err := l.socket.read(b)
		if err != nil {
			if failures++; failures == maxReadErrors || errors.Is(err, net.ErrClosed) {
				l.shut(fmt.Errorf("%w: reading: %w", ErrClosed, err))
				return
			}
			continue
		}
		failures = 0
		if !known {
			l.socket.foreign.Add(1)
			continue
		}
		select {
		case l.packets <- packet{from, impl.Packet(b[:n])}:
			l.socket.received.Add(1)
		default:
			l.socket.dropped.Add(1)
		}
	}
}
