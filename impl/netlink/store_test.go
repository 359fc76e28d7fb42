package netlink

import (
	"errors"
	"fmt"
	"iter"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/impl"
	"fairloss/impl/netlink/filestore"
	"fairloss/spec"
)

// diary notes what happens in its order: what a store saves, and what leaves
// on the wire.
type diary struct {
	mu    sync.Mutex
	notes []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.notes, ", ")
}

// noted is a store in memory.
type noted struct {
	*diary
	stable []byte
	log    []impl.Delivery
	fails  error // of every Save and Load from now on
}

func (s *noted) Load() ([]byte, error) { return s.stable, s.fails }

func (s *noted) Save(stable []byte, deliveries []impl.Delivery) error {
	if s.fails != nil {
		return s.fails
	}
	s.stable = slices.Clone(stable)
	s.log = append(s.log, deliveries...)
	line := "save " + string(stable)
	for _, d := range deliveries {
		line += "+" + string(d.Message)
	}
	s.note("%s", line)
	return nil
}

func (s *noted) Log() iter.Seq2[impl.Delivery, error] {
	return func(yield func(impl.Delivery, error) bool) {
		for _, d := range s.log {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// notedConn notes what is written.
type notedConn struct {
	*memoryConn
	*diary
}

func (c notedConn) WriteTo(b []byte, to net.Addr) (int, error) {
	c.note("transmit %s", b)
	return c.memoryConn.WriteTo(b, to)
}

func openNoted(t *testing.T, s *noted, factory impl.Factory) *Link {
	t.Helper()
	l, err := OpenStored(notedConn{newWire().listen("0"), s.diary}, 0, memoryPeers, factory, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestSavedBeforeAnythingLater(t *testing.T) {
	committed := impl.Delivery{From: 1, Message: "x"}
	for name, c := range map[string]struct {
		handler func(out *impl.Effects)
		want    string
	}{
		"store": {
			func(out *impl.Effects) {
				out.Transmit(1, "a")
				out.Store([]byte("s"))
				out.Transmit(1, "b")
			},
			"transmit a, save s, transmit b",
		},
		"commit": {
			func(out *impl.Effects) {
				out.Commit([]byte("s"), committed, committed)
				out.Transmit(1, "a")
			},
			"save s+x+x, transmit a",
		},
		"twice": {
			func(out *impl.Effects) {
				out.Store([]byte("s"))
				out.Transmit(1, "a")
				out.Commit([]byte("t"), committed)
				out.Transmit(1, "b")
			},
			"save s, transmit a, save t+x, transmit b",
		},
		"a delivery without a commit": {
			func(out *impl.Effects) {
				out.Store([]byte("s"))
				out.Deliver(1, "x")
				out.Transmit(1, "a")
				out.Store([]byte("t"))
			},
			"save s, save s+x, transmit a, save t",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &noted{diary: &diary{}}
			l := openNoted(t, s, of(script{send: func(_ spec.Message, out *impl.Effects) { c.handler(out) }}))
			send(t, l, "m")
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if got := s.String(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// What many handlers store in one turn is saved at once.
func TestOneSaveForManyHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &noted{diary: &diary{}}
		stored := ""
		l := openNoted(t, s, of(script{
			init: func(out *impl.Effects) {
				for id := range 3 {
					out.SetTimer(impl.TimerID(id), time.Second, time.Second)
				}
			},
			timeout: func(id impl.TimerID, out *impl.Effects) {
				stored += fmt.Sprint(id)
				out.Store([]byte(stored))
				out.Transmit(1, impl.Packet(fmt.Sprint(id)))
			},
		}))
		time.Sleep(time.Minute)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if got := s.String(); strings.Count(got, "save") != 1 || strings.Count(got, "transmit") != 3 {
			t.Errorf("got %s, want one save and three packets", got)
		}
	})
}

func TestStoreFails(t *testing.T) {
	full := errors.New("disk full")
	s := &noted{diary: &diary{}}
	l := openNoted(t, s, of(script{send: func(m spec.Message, out *impl.Effects) {
		out.Store([]byte(m))
		out.Transmit(1, impl.Packet(m))
	}}))
	send(t, l, "a")
	s.fails = full
	if _, err := l.Send(t.Context(), 1, "b"); !errors.Is(err, full) || !errors.Is(err, ErrClosed) {
		t.Errorf("send: %v", err)
	}
	if _, _, err := l.Recv(t.Context()); !errors.Is(err, full) {
		t.Errorf("recv: %v", err)
	}
	if err := l.Close(); !errors.Is(err, full) {
		t.Errorf("close: %v", err)
	}
	if got := s.String(); got != "save a, transmit a" {
		t.Errorf("got %s", got)
	}
	conn := newWire().listen("0")
	if _, err := OpenStored(conn, 0, memoryPeers, impl.FactoryOf(impl.StoreFirst{}), s); !errors.Is(err, full) {
		t.Errorf("open: %v", err)
	}
	s.fails, s.stable = nil, nil
	init := script{init: func(out *impl.Effects) { out.Store(nil); s.fails = full }}
	if _, err := OpenStored(conn, 0, memoryPeers, of(init), s); !errors.Is(err, full) {
		t.Errorf("open with an init that stores: %v", err)
	}
}

// Two processes with stores on disk are closed again and again, without a word
// and in the middle of what they do; each message is logged once.
func TestLoggedSurvives(t *testing.T) {
	const lives, messages = 6, 40
	dir := t.TempDir()
	sent := 0
	for life := range lives {
		w := newWire()
		var links [2]*Link
		var stores [2]*filestore.Store
		before := 0
		for p := range links {
			s, err := filestore.Open(filepath.Join(dir, fmt.Sprint(p)))
			if err != nil {
				t.Fatal(err)
			}
			before = len(logged(t, s))
			l, err := OpenStored(w.listen(name(fmt.Sprint(p))), spec.Process(p), memoryPeers, impl.FactoryOf(impl.StoreFirst{}), s)
			if err != nil {
				t.Fatal(err)
			}
			links[p], stores[p] = l, s
		}
		for range messages {
			send(t, links[0], spec.Message(fmt.Sprint(sent)))
			sent++
		}
		for received := before; life == lives-1 && received < sent; received++ {
			recv(t, links[1])
		}
		for p, l := range links {
			if err := errors.Join(l.Close(), stores[p].Close()); err != nil {
				t.Error(err)
			}
		}
	}
	s, err := filestore.Open(filepath.Join(dir, "1"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	times := map[spec.Message]int{}
	for _, d := range logged(t, s) {
		times[d.Message]++
	}
	for i := range sent {
		if n := times[spec.Message(fmt.Sprint(i))]; n != 1 {
			t.Errorf("message %d of %d is logged %d times", i, sent, n)
		}
	}
}

func logged(t *testing.T, s Store) (list []impl.Delivery) {
	t.Helper()
	for d, err := range s.Log() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}
