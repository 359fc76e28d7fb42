package netlink

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

func TestSlowReceiverLosesPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		a, b := open(t, w, 0, script{}), open(t, w, 1, script{})
		const messages = 3 * maxWaiting
		for range messages {
			send(t, a, "x")
		}
		synctest.Wait()
		s := b.Stats()
		if s.Received+s.Dropped != messages || s.Dropped == 0 || s.Received > 2*maxWaiting+2 {
			t.Fatalf("stats: %+v", s)
		}
		for range s.Received {
			recv(t, b)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, m, err := b.Recv(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("one message too many: %q, %v", m, err)
		}
		send(t, a, "y")
		if m := recv(t, b); m != "y" {
			t.Errorf("then %q", m)
		}
	})
}

func TestForeignPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		a := open(t, w, 0, script{})
		stranger := w.listen("2")
		defer stranger.Close()
		if _, err := stranger.WriteTo([]byte("x"), name("0")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s := a.Stats(); s.Foreign != 1 || s.Received != 0 {
			t.Errorf("stats: %+v", s)
		}
	})
}

func TestPacketsThatCannotBeWritten(t *testing.T) {
	for name, c := range map[string]struct {
		to   spec.Process
		size int
		want string
	}{
		"the largest": {1, maxDatagram, ""},
		"too large":   {1, maxDatagram + 1, "65508 bytes"},
		"to nobody":   {5, 1, "no peer"},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, newWire(), 0, script{init: func(out *impl.Effects) {
				out.Transmit(c.to, impl.Packet(strings.Repeat("x", c.size)))
			}})
			s := l.Stats()
			if c.want == "" {
				if s.Sent != 1 || s.WriteErrors != 0 || s.WriteError != nil {
					t.Errorf("stats: %+v", s)
				}
				return
			}
			if s.Sent != 0 || s.WriteErrors != 1 || !strings.Contains(s.WriteError.Error(), c.want) {
				t.Errorf("stats: %+v", s)
			}
			send(t, l, "the link lives on")
		})
	}
}

func TestBrokenSocketClosesTheLink(t *testing.T) {
	conn := newWire().listen("0")
	broken := errors.New("cable cut")
	conn.broken.Store(&broken)
	l, err := Open(conn, 0, memoryPeers, of(script{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Recv(t.Context()); !errors.Is(err, broken) || !errors.Is(err, ErrClosed) {
		t.Errorf("recv: %v", err)
	}
	if err := l.Close(); !errors.Is(err, broken) {
		t.Errorf("close: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	w := newWire()
	udp := func(s string) net.Addr { return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(s)) }
	for name, c := range map[string]struct {
		conn    net.PacketConn
		peers   map[spec.Process]net.Addr
		factory impl.Factory
		want    string
	}{
		"no connection": {nil, memoryPeers, of(script{}), "needs a connection"},
		"no factory":    {w.listen("0"), memoryPeers, nil, "a factory"},
		"no address":    {w.listen("0"), map[spec.Process]net.Addr{1: nil}, of(script{}), "process 1 has no address"},
		"no host":       {w.listen("0"), map[spec.Process]net.Addr{1: udp("0.0.0.0:9")}, of(script{}), "0.0.0.0:9 of process 1 names no host"},
		"a wildcard":    {w.listen("0"), map[spec.Process]net.Addr{1: udp("[::]:9")}, of(script{}), "names no host"},
		"one for two": {
			w.listen("0"),
			map[spec.Process]net.Addr{1: udp("127.0.0.1:9"), 2: udp("[::ffff:127.0.0.1]:9")},
			of(script{}), "processes 1 and 2 have one address",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(c.conn, 0, c.peers, c.factory); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error: %v, want %q", err, c.want)
			}
		})
	}
}

func TestFactoryIsToldTheOthers(t *testing.T) {
	l, err := Open(newWire().listen("0"), 3, map[spec.Process]net.Addr{7: name("7"), 3: name("3"), 0: name("0")},
		func(self spec.Process, peers []spec.Process) impl.Layer {
			if self != 3 || !slices.Equal(peers, []spec.Process{0, 7}) {
				t.Errorf("self %d, peers %v", self, peers)
			}
			return script{}
		})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
