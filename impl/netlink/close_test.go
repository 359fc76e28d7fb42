package netlink

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

func TestCloseUnblocksAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := gate{script{}, func() bool { return false }}
		never := open(t, newWire(), 0, closed)
		pending := open(t, newWire(), 0, script{})
		send(t, pending, "x")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		calls := map[string]func() error{
			"Send":  func() error { _, err := never.Send(ctx, 1, "x"); return err },
			"Recv":  func() error { _, _, err := never.Recv(ctx); return err },
			"Drain": func() error { return pending.Drain(ctx) },
		}
		var blocked sync.WaitGroup
		for name, call := range calls {
			blocked.Go(func() {
				if err := call(); !errors.Is(err, ErrClosed) {
					t.Errorf("%s during Close: %v", name, err)
				}
			})
		}
		synctest.Wait()
		for range 2 {
			for _, l := range []*Link{never, pending} {
				if err := l.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
		}
		blocked.Wait()
		for name, call := range calls {
			if err := call(); !errors.Is(err, ErrClosed) {
				t.Errorf("%s after Close: %v", name, err)
			}
		}
		if p := pending.Pending(); len(p) != 1 || confirmed(p[0]) {
			t.Errorf("pending after Close: %v", p)
		}
	})
}

func TestPanicClosesTheLink(t *testing.T) {
	bad := func() { panic("off by one") }
	long := spec.Message(strings.Repeat("x", 100))
	for name, c := range map[string]struct {
		layer impl.Layer
		event string
	}{
		"send":    {script{send: func(spec.Message, *impl.Effects) { bad() }}, `send 1 "hello"`},
		"receive": {script{receive: func(impl.Packet, *impl.Effects) { bad() }}, `receive 1 "` + string(long[:64]) + `"… (100 bytes)`},
		"timeout": {
			script{
				send:    func(_ spec.Message, out *impl.Effects) { out.SetTimer(7, time.Second, time.Second) },
				timeout: func(impl.TimerID, *impl.Effects) { bad() },
			},
			"timeout 7",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				l := open(t, w, 0, c.layer)
				peer := open(t, w, 1, script{})
				_, sendErr := l.Send(t.Context(), 1, "hello")
				if (sendErr != nil) != (name == "send") {
					t.Errorf("the send returns %v", sendErr)
				}
				send(t, peer, long)
				_, _, err := l.Recv(t.Context())
				for err == nil {
					_, _, err = l.Recv(t.Context())
				}
				_, later := l.Send(t.Context(), 1, "later")
				for _, err := range []error{err, later, l.Drain(t.Context()), l.Close(), l.Close()} {
					if !errors.Is(err, ErrClosed) || !strings.Contains(err.Error(), "process 0 at "+c.event+" panics: off by one") {
						t.Errorf("error: %v", err)
					}
				}
				if n := len(l.Pending()); (n == 0) != (name == "send") {
					t.Errorf("%d pending", n)
				}
			})
		})
	}
	t.Run("ready", func(t *testing.T) {
		l := open(t, newWire(), 0, gate{script{}, func() bool { panic("off by one") }})
		if _, err := l.Send(t.Context(), 1, "x"); err == nil || !strings.Contains(err.Error(), "at ready 1 panics: off by one") {
			t.Errorf("error: %v", err)
		}
	})
	t.Run("init", func(t *testing.T) {
		conn := newWire().listen("0")
		_, err := Open(conn, 0, memoryPeers, of(script{init: func(*impl.Effects) { bad() }}))
		if err == nil || !strings.Contains(err.Error(), "at init panics: off by one") {
			t.Errorf("error: %v", err)
		}
		if _, err := conn.WriteTo(nil, name("1")); err != nil {
			t.Errorf("a failed Open closed the connection: %v", err)
		}
	})
}
