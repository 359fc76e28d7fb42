package netlink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// losing is a connection that loses some of what is written to it.
type losing struct {
	net.PacketConn
	mu    sync.Mutex
	loses func() bool
}

func (c *losing) WriteTo(b []byte, to net.Addr) (int, error) {
	c.mu.Lock()
	loses := c.loses()
	c.mu.Unlock()
	if loses {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

func always() bool { return true }

// sometimes loses three of ten packets.
func sometimes() func() bool {
	random := rand.New(rand.NewPCG(1, 0))
	return func() bool { return random.IntN(10) < 3 }
}

// perfect is a link that confirms what it has delivered.
var perfect = impl.Stack(impl.FactoryOf(impl.RetransmitUntilAcknowledged{}), impl.FactoryOf(impl.EliminateDuplicates{}))

// loopback opens a link between two processes over UDP on loopback, which
// loses packets in both directions.
func loopback(t *testing.T, factory impl.Factory, loses func() bool) (links [2]*Link) {
	t.Helper()
	var conns [2]net.PacketConn
	peers := map[spec.Process]net.Addr{}
	for p := range conns {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		conns[p] = &losing{PacketConn: conn, loses: loses}
		peers[spec.Process(p)] = conn.LocalAddr()
		loses = sometimes()
	}
	for p, conn := range conns {
		link, err := Open(conn, spec.Process(p), peers, factory)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = link.Close() })
		links[p] = link
	}
	return links
}

// Shutdown returned nil, so everything that was sent was delivered.
func TestShutdown(t *testing.T) {
	const messages = 300
	links := loopback(t, perfect, sometimes())
	for i := range messages {
		send(t, links[0], spec.Message(fmt.Sprint(i)))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := links[0].Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(links[0].Pending()); n != 0 {
		t.Errorf("%d messages are pending", n)
	}
	// Nothing that comes from now on can count: process 0 is gone.
	if n := len(links[1].deliveries); n != messages {
		t.Errorf("%d of %d messages were delivered", n, messages)
	}
	if _, err := links[0].Send(t.Context(), 1, "late"); !errors.Is(err, ErrClosed) {
		t.Errorf("a send after Shutdown: %v", err)
	}
	if err := links[0].Shutdown(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("a second Shutdown: %v", err)
	}
}

// To close right after sending returns nil too, and everything may be lost.
func TestCloseLosesWhatShutdownWaitsFor(t *testing.T) {
	for _, tt := range []struct {
		name  string
		close func(context.Context, *Link) error
		err   error
	}{
		{"close at once", func(_ context.Context, l *Link) error { return l.Close() }, nil},
		{"shut down", func(ctx context.Context, l *Link) error { return l.Shutdown(ctx) }, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			links := loopback(t, perfect, always)
			for range 20 {
				send(t, links[0], "x")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if err := tt.close(ctx, links[0]); !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			} else if err != nil && !strings.Contains(err.Error(), "20 messages unconfirmed") {
				t.Errorf("got %v", err)
			}
			if n := links[1].Stats().Received; n != 0 {
				t.Errorf("%d packets got through a connection that loses all", n)
			}
			if n := len(links[0].Pending()); n != 20 {
				t.Errorf("%d messages are pending, want 20", n)
			}
		})
	}
}

// A link that confirms what it has not delivered makes Shutdown return too
// early: nil is worth what ACK is.
func TestShutdownBelievesTheLink(t *testing.T) {
	liar := script{send: func(m spec.Message, out *impl.Effects) {
		out.Transmit(1, impl.Packet(m))
		out.Confirm(1, m)
	}}
	links := loopback(t, of(liar), always)
	send(t, links[0], "x")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := links[0].Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if n := links[1].Stats().Received; n != 0 {
		t.Errorf("%d packets got through a connection that loses all", n)
	}
}

// Sends that the layer has not seen fail when the link shuts down, and leave
// nothing behind.
func TestShutdownRejectsWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		l := open(t, w, 0, gate{script{}, func() bool { return false }})
		result := make(chan error)
		go func() {
			_, err := l.Send(t.Context(), 1, "x")
			result <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Shutdown(ctx); err != nil {
			t.Errorf("nothing was taken, so nothing can be lost: %v", err)
		}
		if err := <-result; !errors.Is(err, ErrClosed) {
			t.Errorf("the send that waited: %v", err)
		}
		if err := l.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "needs a context that can end") {
			t.Errorf("a context without end: %v", err)
		}
	})
}
