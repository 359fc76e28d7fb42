package netlink

import (
	"net"
	"sync"
	"sync/atomic"

	"fairloss/spec"
)

// wire is a network in memory. A packet is lost where lose says so, and where
// 4096 others wait.
type wire struct {
	mu    sync.Mutex
	ports map[string]*memoryConn
	lose  func() bool // called with mu held; nil loses nothing
}

type name string

func (n name) Network() string { return "memory" }
func (n name) String() string  { return string(n) }

func newWire() *wire { return &wire{ports: make(map[string]*memoryConn)} }

func (w *wire) listen(n name) *memoryConn {
	c := &memoryConn{wire: w, name: n, inbox: make(chan datagram, 4096), closed: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ports[string(n)] = c
	return c
}

type datagram struct {
	from name
	data []byte
}

// memoryConn is one end of a wire. What it does not define it does not have.
type memoryConn struct {
	net.PacketConn
	wire   *wire
	name   name
	inbox  chan datagram
	once   sync.Once
	closed chan struct{}
	broken atomic.Pointer[error] // what every read returns, if set before it
}

func (c *memoryConn) ReadFrom(b []byte) (int, net.Addr, error) {
	if err := c.broken.Load(); err != nil {
		return 0, nil, *err
	}
	select {
	case d := <-c.inbox:
		return copy(b, d.data), d.from, nil
	case <-c.closed:
		return 0, nil, net.ErrClosed
	}
}

func (c *memoryConn) WriteTo(b []byte, to net.Addr) (int, error) {
	select {
	case <-c.closed:
		return 0, net.ErrClosed
	default:
	}
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	peer := c.wire.ports[to.String()]
	if peer == nil || c.wire.lose != nil && c.wire.lose() {
		return len(b), nil
	}
	select {
	case peer.inbox <- datagram{c.name, append([]byte{}, b...)}:
	default:
	}
	return len(b), nil
}

func (c *memoryConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

var memoryPeers = map[spec.Process]net.Addr{0: name("0"), 1: name("1")}
