package netlink

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"fairloss/impl"
	"fairloss/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a layer that does what the test says; what it says nothing of, it
// passes on.
type script struct {
	init    func(out *impl.Effects)
	send    func(m spec.Message, out *impl.Effects)
	receive func(p impl.Packet, out *impl.Effects)
	timeout func(t impl.TimerID, out *impl.Effects)
}

func (l script) Init(out *impl.Effects) {
	if l.init != nil {
		l.init(out)
	}
}

func (l script) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	if l.send != nil {
		l.send(m, out)
		return
	}
	out.Transmit(to, impl.Packet(m))
}

func (l script) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if l.receive != nil {
		l.receive(p, out)
		return
	}
	out.Deliver(from, spec.Message(p))
}

func (l script) Timeout(t impl.TimerID, out *impl.Effects) {
	if l.timeout != nil {
		l.timeout(t, out)
	}
}

// gate is a layer that is ready while the test says so.
type gate struct {
	script
	ready func() bool
}

func (g gate) Ready(spec.Process) bool { return g.ready() }

func of(l impl.Layer) impl.Factory {
	return func(spec.Process, []spec.Process) impl.Layer { return l }
}

// open opens a link on a wire and closes it with the test.
func open(t *testing.T, w *wire, self spec.Process, l impl.Layer) *Link {
	t.Helper()
	link, err := Open(w.listen(name(fmt.Sprint(self))), self, memoryPeers, of(l))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	return link
}

func send(t *testing.T, l *Link, m spec.Message) *Receipt {
	t.Helper()
	r, err := l.Send(t.Context(), 1-l.self, m)
	if err != nil {
		t.Fatalf("send %q: %v", m, err)
	}
	return r
}

func recv(t *testing.T, l *Link) spec.Message {
	t.Helper()
	from, m, err := l.Recv(t.Context())
	if err != nil || from != 1-l.self {
		t.Fatalf("recv: from %d, %v", from, err)
	}
	return m
}

func confirmed(r *Receipt) bool {
	select {
	case <-r.Confirmed():
		return true
	default:
		return false
	}
}

// pair opens two links over UDP sockets that listen as said.
func pair(tb testing.TB, network, address string, factory impl.Factory, wrap func(net.PacketConn) net.PacketConn) [2]*Link {
	tb.Helper()
	var conns [2]net.PacketConn
	peers := make(map[spec.Process]net.Addr)
	for p := range conns {
		c, err := net.ListenPacket(network, address)
		if err != nil {
			tb.Skipf("no loopback: %v", err)
		}
		conns[p] = c
		port := c.LocalAddr().(*net.UDPAddr).Port
		peers[spec.Process(p)] = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	}
	var links [2]*Link
	for p, c := range conns {
		if wrap != nil {
			c = wrap(c)
		}
		l, err := Open(c, spec.Process(p), peers, factory)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = l.Close() })
		links[p] = l
	}
	return links
}

// onlyPacketConn hides what else a socket can do.
type onlyPacketConn struct{ net.PacketConn }

func TestOverUDP(t *testing.T) {
	const messages = 200
	for name, c := range map[string]struct {
		network, address string
		wrap             func(net.PacketConn) net.PacketConn
	}{
		"IPv4":             {"udp4", "127.0.0.1:0", nil},
		"both families":    {"udp", ":0", nil},
		"plain PacketConn": {"udp4", "127.0.0.1:0", func(c net.PacketConn) net.PacketConn { return onlyPacketConn{c} }},
	} {
		t.Run(name, func(t *testing.T) {
			links := pair(t, c.network, c.address, impl.FactoryOf(impl.SelectiveRepeat{Window: 8}), c.wrap)
			var both sync.WaitGroup
			for _, l := range links {
				both.Go(func() {
					for i := range messages {
						if _, err := l.Send(t.Context(), 1-l.self, spec.Message(fmt.Sprint(i))); err != nil {
							t.Errorf("send %d: %v", i, err)
						}
					}
				})
				both.Go(func() {
					for i := range messages {
						from, m, err := l.Recv(t.Context())
						if from != 1-l.self || m != spec.Message(fmt.Sprint(i)) || err != nil {
							t.Errorf("message %d: from %d, %q, %v", i, from, m, err)
						}
					}
				})
			}
			both.Wait()
			for _, l := range links {
				if err := l.Drain(t.Context()); err != nil {
					t.Errorf("drain: %v", err)
				}
				if p := l.Pending(); len(p) > 0 {
					t.Errorf("after Drain %d messages are pending", len(p))
				}
				if s := l.Stats(); s.Sent < messages || s.Received < messages || s.WriteErrors > 0 || s.Foreign > 0 {
					t.Errorf("stats: %+v", s)
				}
			}
			for _, l := range links {
				if err := l.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
			goleak.VerifyNone(t)
		})
	}
}

func TestFIFOOverLossyWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		r := rand.New(rand.NewPCG(1, 2))
		w.lose = func() bool { return r.IntN(5) == 0 }
		a, b := open(t, w, 0, &impl.SelectiveRepeat{Window: 8}), open(t, w, 1, &impl.SelectiveRepeat{Window: 8})
		const messages = 500
		var receipts []*Receipt
		var sending sync.WaitGroup
		sending.Go(func() {
			for i := range messages {
				receipts = append(receipts, send(t, a, spec.Message(fmt.Sprint(i%7))))
			}
		})
		for i := range messages {
			if m := recv(t, b); m != spec.Message(fmt.Sprint(i%7)) {
				t.Errorf("message %d is %q", i, m)
			}
		}
		sending.Wait()
		if err := a.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		for i, r := range receipts {
			if !confirmed(r) {
				t.Errorf("message %d is not confirmed", i)
			}
		}
	})
}

func TestSendBlocksUntilReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		seen, limit := []spec.Message{}, 0
		l := open(t, w, 0, gate{
			script{
				init:    func(out *impl.Effects) { out.SetTimer(1, time.Minute, time.Minute) },
				send:    func(m spec.Message, _ *impl.Effects) { seen = append(seen, m) },
				timeout: func(impl.TimerID, *impl.Effects) { limit = 2 },
			},
			func() bool { return len(seen) < limit },
		})
		var mu sync.Mutex
		sends := make(map[spec.Message]error)
		returned := func() map[spec.Message]error {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return maps.Clone(sends)
		}
		begin := func(ctx context.Context, m spec.Message) {
			go func() {
				_, err := l.Send(ctx, 1, m)
				mu.Lock()
				defer mu.Unlock()
				sends[m] = err
			}()
			synctest.Wait()
		}
		ctx, cancel := context.WithCancel(t.Context())
		begin(t.Context(), "first")
		begin(ctx, "given up")
		begin(t.Context(), "second")
		begin(t.Context(), "third")
		if got := returned(); len(got) > 0 {
			t.Errorf("sends returned before the link was ready: %v", got)
		}
		cancel()
		if got := returned(); len(got) != 1 || !errors.Is(got["given up"], context.Canceled) {
			t.Errorf("after cancel: %v", got)
		}
		time.Sleep(2 * time.Minute)
		if got := returned(); len(got) != 3 || got["first"] != nil || got["second"] != nil {
			t.Errorf("when the link takes two: %v", got)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if got := returned(); !errors.Is(got["third"], ErrClosed) {
			t.Errorf("after Close: %v", got)
		}
		if !slices.Equal(seen, []spec.Message{"first", "second"}) {
			t.Errorf("the link saw %q", seen)
		}
		if pending := l.Pending(); len(pending) != 2 || pending[0].Message() != "first" || pending[1].To() != 1 {
			t.Errorf("pending: %v", pending)
		}
	})
}

// Whatever the moment at which the context ends, a Send fails if and only if
// the link does not see the message.
func TestSendFailsOnlyIfTheLinkNeverSaw(t *testing.T) {
	const senders, messages = 4, 200
	seen := make(map[spec.Message]int)
	l := open(t, newWire(), 0, script{send: func(m spec.Message, _ *impl.Effects) { seen[m]++ }})
	var mu sync.Mutex
	taken := make(map[spec.Message]int)
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range messages {
				m := spec.Message(fmt.Sprint(s, i))
				ctx, cancel := context.WithCancel(t.Context())
				go cancel()
				if _, err := l.Send(ctx, 1, m); err == nil {
					mu.Lock()
					taken[m]++
					mu.Unlock()
				} else if !errors.Is(err, context.Canceled) {
					t.Errorf("send: %v", err)
				}
				cancel()
			}
		})
	}
	sending.Wait()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if len(seen) != len(taken) {
		t.Errorf("the link saw %d messages, Send took %d", len(seen), len(taken))
	}
	for m := range taken {
		if seen[m] != 1 {
			t.Errorf("the link saw %q %d times", m, seen[m])
		}
	}
}

func TestSendRefuses(t *testing.T) {
	l := open(t, newWire(), 0, script{})
	if _, err := l.Send(t.Context(), 2, "x"); err == nil || !strings.Contains(err.Error(), "no peer 2") {
		t.Errorf("an unknown process: %v", err)
	}
	if _, err := l.Send(t.Context(), 0, "x"); err == nil {
		t.Error("itself: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Send(ctx, 1, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	if p := l.Pending(); len(p) > 0 {
		t.Errorf("pending: %v", p)
	}
}

func TestManyDeliveriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages = 3 * maxWaiting
		b := open(t, newWire(), 0, script{init: func(out *impl.Effects) {
			for i := range messages {
				out.Deliver(1, spec.Message(fmt.Sprint(i)))
			}
		}})
		for i := range messages {
			if m := recv(t, b); m != spec.Message(fmt.Sprint(i)) {
				t.Fatalf("message %d is %q", i, m)
			}
		}
	})
}

func TestStableStaysInMemory(t *testing.T) {
	l := open(t, newWire(), 0, script{
		init: func(out *impl.Effects) { out.Store([]byte("a")) },
		send: func(m spec.Message, out *impl.Effects) {
			out.Commit([]byte(m), impl.Delivery{From: 1, Message: "1"}, impl.Delivery{From: 1, Message: "2"})
		},
	})
	if got := l.Stable(); string(got) != "a" {
		t.Errorf("stable: %q", got)
	}
	send(t, l, "b")
	if one, two := recv(t, l), recv(t, l); one != "1" || two != "2" {
		t.Errorf("committed deliveries: %q, %q", one, two)
	}
	if got := l.Stable(); string(got) != "b" {
		t.Errorf("stable: %q", got)
	}
}
