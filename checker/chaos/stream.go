package chaos

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	window  = 1 << 18 // bytes of a stream that are not read yet: more wait
	segment = 1 << 16 // bytes of one write on the wire; longer ones are several
)

// end is one end of a byte stream.
type end struct {
	waiter
	network     *Network
	way         direction // from here to the other end
	local       netip.AddrPort
	other       *end
	inbox       []arrival
	outstanding int           // bytes written here and not read there
	last        time.Duration // when the last write arrives
	finished    bool          // the other end has closed
	broken      error
}

// arrival is what has arrived of one write.
type arrival struct {
	unread string
	held   int // bytes that are outstanding until it is read
}

// Stream returns the two ends of a new byte stream between hosts. It behaves as
// a TCP connection does, addresses, deadlines, errors and close included, but
// for this: each write is a packet, which faults can lose, change or repeat.
// Writes arrive in order: one that is delayed delays those after it.
func (n *Network) Stream(host, peer int) (atHost, atPeer net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	port := uint16(basePort + 2*len(n.streams)%(1<<15))
	a := &end{network: n, way: direction{host, peer}, local: netip.AddrPortFrom(hostIP(host), port+1), waiter: waiter{changed: sync.NewCond(&n.mu)}}
	b := &end{network: n, way: direction{peer, host}, local: netip.AddrPortFrom(hostIP(peer), port), waiter: waiter{changed: sync.NewCond(&n.mu)}}
	a.other, b.other = b, a
	a.fault, b.fault = a.opError, b.opError
	a.closed, b.closed = n.closed, n.closed
	n.streams = append(n.streams, a, b)
	return a, b
}

// LocalAddr returns the address of this end, a *net.TCPAddr.
func (e *end) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(e.local) }

// RemoteAddr returns the address of the other end, a *net.TCPAddr.
func (e *end) RemoteAddr() net.Addr { return e.other.LocalAddr() }

func (e *end) Read(b []byte) (int, error) {
	e.network.mu.Lock()
	defer e.network.mu.Unlock()
	for {
		switch err := e.read.err(); {
		case e.closed:
			return 0, e.fault("read", net.ErrClosed)
		case err != nil:
			return 0, e.fault("read", err)
		case len(b) == 0:
			return 0, nil
		case len(e.inbox) > 0:
			return e.take(b), nil
		case e.broken != nil:
			return 0, e.fault("read", e.broken)
		case e.finished:
			return 0, io.EOF
		}
		e.changed.Wait()
	}
}

// take reads what has arrived, as much as fits.
func (e *end) take(b []byte) int {
	n := 0
	for len(e.inbox) > 0 && n < len(b) {
		first := &e.inbox[0]
		k := copy(b[n:], first.unread)
		n += k
		if first.unread = first.unread[k:]; first.unread == "" {
			e.other.release(first.held)
			e.inbox = e.inbox[1:]
		}
	}
	return n
}

// release takes note that bytes are outstanding no more.
func (e *end) release(held int) {
	e.outstanding -= held
	e.changed.Broadcast()
}

func (e *end) Write(b []byte) (int, error) {
	e.network.mu.Lock()
	defer e.network.mu.Unlock()
	written := 0
	for {
		switch err := e.write.err(); {
		case e.closed:
			return written, e.fault("write", net.ErrClosed)
		case err != nil:
			return written, e.fault("write", err)
		case e.broken != nil:
			return written, e.fault("write", e.broken)
		case e.finished:
			return written, e.fault("write", syscall.EPIPE)
		case written == len(b):
			return written, nil
		case e.outstanding < window:
			next := b[written:min(written+segment, len(b))]
			e.dispatch(string(next))
			if written += len(next); written == len(b) {
				return written, nil
			}
			continue
		}
		e.changed.Wait()
	}
}

// dispatch hands one write to the wire.
func (e *end) dispatch(packet string) {
	n := e.network
	f := n.transmit(e.way, packet, true)
	if f.reset {
		e.reset()
		e.other.reset()
		return
	}
	for i, a := range f.arrive {
		held := 0
		if i == 0 {
			held = len(packet)
		}
		e.outstanding += held
		e.last = n.add(max(n.now()+a.after, e.last), func(time.Duration) { e.other.arrive(a, held) })
	}
}

// arrive takes what the other end has written.
func (e *end) arrive(a transit, held int) {
	switch {
	case e.broken != nil || e.other.broken != nil:
		return
	case e.closed:
		e.other.reset()
		return
	}
	e.network.received(e.other.way, a)
	if a.packet == "" {
		e.other.release(held)
		return
	}
	e.inbox = append(e.inbox, arrival{a.packet, held})
	e.changed.Broadcast()
}

// reset breaks the connection at this end: what is on its way is lost, what
// has arrived can still be read.
func (e *end) reset() {
	if e.broken == nil {
		e.broken = syscall.ECONNRESET
	}
	e.changed.Broadcast()
}

func (e *end) Close() error {
	n := e.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if e.closed {
		return e.fault("close", net.ErrClosed)
	}
	e.shut()
	n.add(max(n.now()+BaseDelay+1, e.last), func(time.Duration) {
		e.other.finished = true
		e.other.changed.Broadcast()
	})
	return nil
}

// opError is an error as the standard library has it.
func (e *end) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: e.LocalAddr(), Addr: e.RemoteAddr(), Err: err}
}
