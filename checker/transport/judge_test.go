package transport_test

import (
	"errors"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// direct is a transport without a network: what is sent is delivered at once.
type direct struct {
	send  func(m spec.Message) error // before it is delivered; nil does nothing
	close func(deliver func(spec.Message))
}

func (d direct) open(*chaos.Network) (transport.Channel, error) {
	messages := make(chan spec.Message, 100)
	return transport.Channel{
		Send: func(m spec.Message) error {
			if d.send != nil {
				if err := d.send(m); err != nil {
					return err
				}
			}
			messages <- m
			return nil
		},
		Receive: func() (spec.Message, error) {
			m, open := <-messages
			if !open {
				return "", errors.New("closed")
			}
			return m, nil
		},
		Close: func() error {
			if d.close != nil {
				d.close(func(m spec.Message) { messages <- m })
			}
			close(messages)
			return nil
		},
	}, nil
}

func claiming(open func(*chaos.Network) (transport.Channel, error)) transport.Transport {
	return transport.Transport{Name: "test", Guarantee: spec.FIFO, Open: open}
}

const two = `send 0>1 "a"; send 0>1 "b"`

// TestTeardown delivers again while it closes, which is no part of the history.
func TestTeardown(t *testing.T) {
	late := direct{close: func(deliver func(spec.Message)) {
		deliver("a")
		deliver("never sent")
		time.Sleep(time.Second)
	}}
	r := transport.Run(t, claiming(late.open), parse(t, two))
	for _, j := range r.Judgements {
		if j.Verdict != spec.Holds {
			t.Errorf("%s is %v: %s", j.Property.ID, j.Verdict, j.Reason)
		}
	}
}

// TestRefused refuses messages: they are not owed, and a run with no others
// says nothing of liveness.
func TestRefused(t *testing.T) {
	refuse := func(which spec.Message) transport.Transport {
		return claiming(direct{send: func(m spec.Message) error {
			if which == "" || m == which {
				return errors.New("no")
			}
			return nil
		}}.open)
	}
	r := transport.Run(t, refuse("a"), parse(t, two))
	if j := r.Of("PL1"); j.Verdict != spec.Holds || j.Voided != 1 || r.Refused != 1 || r.Of("FIFO").Verdict != spec.Holds {
		t.Errorf("one of two is refused: %+v, FIFO %v", j, r.Of("FIFO").Verdict)
	}
	r = transport.Run(t, refuse(""), parse(t, two))
	if j := r.Of("PL1"); j.Verdict != spec.Inconclusive || !strings.Contains(j.Reason, "vacuous") {
		t.Errorf("both are refused: %+v", j)
	}
}

// TestUnopened does not open, in several ways.
func TestUnopened(t *testing.T) {
	for name, c := range map[string]struct {
		open     func(*chaos.Network) (transport.Channel, error)
		unopened string
		breaks   string
	}{
		"an error": {func(*chaos.Network) (transport.Channel, error) {
			return transport.Channel{}, errors.New("no handshake")
		}, "no handshake", ""},
		"nothing": {func(*chaos.Network) (transport.Channel, error) { return transport.Channel{}, nil }, "a Channel without Send", ""},
		"never":   {func(*chaos.Network) (transport.Channel, error) { select {} }, "Open did not return", "DEADLOCK"},
		"a panic": {func(*chaos.Network) (transport.Channel, error) { panic("no") }, "Open did not return", "PANIC"},
		"an exit": {func(*chaos.Network) (transport.Channel, error) { runtime.Goexit(); panic("") }, "Open did not return", "PANIC"},
	} {
		r := transport.Run(t, claiming(c.open), parse(t, two))
		if !strings.HasPrefix(r.Unopened, c.unopened) {
			t.Errorf("%s: unopened is %q", name, r.Unopened)
		}
		if got := strings.Join(broken(r), " "); got != c.breaks {
			t.Errorf("%s: violated are %q, want %q", name, got, c.breaks)
		}
		for _, id := range []string{"PL1", "PL2", "PL3", "FIFO", "LEAK"} {
			if r.Of(id).Verdict != spec.Inconclusive {
				t.Errorf("%s: %s is %v", name, id, r.Of(id).Verdict)
			}
		}
	}
}

// TestUnsettled cuts a direction for ever: nothing is owed across it.
func TestUnsettled(t *testing.T) {
	r := transport.Run(t, toy.Honest, parse(t, two+"; cut 0>1 0s"))
	if j := r.Of("PL1"); j.Verdict != spec.Inconclusive || j.Voided == 0 {
		t.Errorf("PL1 is %+v", j)
	}
	if got := broken(r); got != nil || r.Settled || r.Elapsed < transport.End {
		t.Errorf("violated are %q after %v, settled %v", got, r.Elapsed, r.Settled)
	}
}

// TestStammering delivers again and again: the history does not grow for ever.
func TestStammering(t *testing.T) {
	var closed atomic.Bool
	tr := claiming(func(*chaos.Network) (transport.Channel, error) {
		return transport.Channel{
			Send: func(spec.Message) error { return nil },
			Receive: func() (spec.Message, error) {
				if time.Sleep(time.Microsecond); closed.Load() {
					return "", errors.New("closed")
				}
				return "a", nil
			},
			Close: func() error { closed.Store(true); return nil },
		}, nil
	})
	r := transport.Run(t, tr, parse(t, two))
	if r.Settled || len(r.Events) != 4*transport.MaxPackets {
		t.Errorf("%d events, settled %v", len(r.Events), r.Settled)
	}
	if got := strings.Join(broken(r), " "); got != "PL2" {
		t.Errorf("violated are %q", got)
	}
}

// TestReset calls Reset before each run, in its bubble.
func TestReset(t *testing.T) {
	var once chan struct{}
	tr := claiming(direct{send: func(spec.Message) error {
		select {
		case once <- struct{}{}:
		default:
		}
		return nil
	}}.open)
	tr.Reset = func() { once = make(chan struct{}, 1) }
	for range 3 {
		if r := transport.Run(t, tr, parse(t, two)); len(broken(r)) > 0 || r.Of("PL1").Verdict != spec.Holds {
			t.Errorf("violated are %q", broken(r))
		}
	}
}

// TestRepeats makes one run in several processes, several times in each.
func TestRepeats(t *testing.T) {
	if transport.Serve(t, toy.Honest) {
		return
	}
	w := transport.NewWorker(t, toy.Honest)
	defer w.Close()
	var first []spec.Event
	for i := range 40 {
		if i%10 == 0 {
			w.Close()
		}
		r, err := w.Run(lossy, true)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = r.Events
		}
		if len(first) < 50 || !reflect.DeepEqual(r.Events, first) {
			t.Fatalf("run %d differs:\n%v\n%v", i, r.Events, first)
		}
	}
	if w.Started() != 4 {
		t.Errorf("%d processes", w.Started())
	}
}
