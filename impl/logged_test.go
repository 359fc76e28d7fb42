package impl_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// survivor is a link whose process crashes after handlers: it keeps what was
// stored last.
type survivor struct {
	impl.Layer
	stable []byte
}

func (s *survivor) Describe(p impl.Packet) string { return s.Layer.(impl.Describer).Describe(p) }

// remember keeps what the effects store.
func (s *survivor) remember(out *impl.Effects) {
	for _, e := range out.List() {
		if e.Kind == impl.Store || e.Kind == impl.Commit {
			s.stable = e.Stable
		}
	}
}

func (s *survivor) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	s.Layer.Send(to, m, out)
	s.remember(out)
}

func (s *survivor) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	s.Layer.Receive(from, p, out)
	s.remember(out)
}

// crash replaces the layer by a fresh one, which recovers.
func (s *survivor) crash() string {
	s.Layer = fresh(s.Layer)
	var out impl.Effects
	s.Layer.(impl.Recoverer).Recover(s.stable, &out)
	return effects(s.Layer, &out)
}

func fresh(l impl.Layer) impl.Layer {
	return reflect.New(reflect.TypeOf(l).Elem()).Interface().(impl.Layer)
}

// loggedHandlers says what links that survive crashes answer.
var loggedHandlers = []struct {
	name  string
	layer impl.Layer
	steps []string
}{
	{"logged", &impl.StoreFirst{}, []string{
		"crash: ",
		"send 1 g: store, transmit 1 data 1 g, set 1",
		"send 1 h: store, transmit 1 data 2 h",
		"send 2 i: store, transmit 2 data 1 i, set 2",
		"crash: set 1, set 2",
		"timeout 1: transmit 1 data 1 g, transmit 1 data 2 h, set 1",
		"receive 1 ack 1: store, confirm 1 g",
		"receive 1 ack 1: ",
		"crash: set 1, set 2",
		"receive 1 ack 1: ",
		"receive 1 ack 2: cancel 1, store, confirm 1 h",
		"send 1 g: store, transmit 1 data 3 g, set 1",
		"receive 1 data 3 x: commit 1 x, transmit 1 ack 3",
		"receive 1 data 1 x: commit 1 x, transmit 1 ack 1",
		"receive 1 data 3 x: transmit 1 ack 3",
		"crash: set 1, set 2",
		"receive 1 data 3 x: transmit 1 ack 3",
		"receive 1 data 2 y: commit 1 y, transmit 1 ack 2",
		"receive 2 data 2 y: commit 2 y, transmit 2 ack 2",
		"receive 1 nonsense: ",
	}},
	{"loggedstubborn", &impl.StoreAndRetransmitForever{}, []string{
		"crash: ",
		"send 1 g: store, set 1, transmit 1 message g",
		"send 1 h: store, transmit 1 message h",
		"send 1 g: transmit 1 message g",
		"send 2 i: store, set 2, transmit 2 message i",
		"receive 1 message x: deliver 1 x",
		"receive 1 message x: deliver 1 x",
		"crash: set 1, set 2",
		"timeout 1: transmit 1 message g, transmit 1 message h, set 1",
		"send 1 g: transmit 1 message g",
	}},
}

func TestLoggedHandlers(t *testing.T) {
	for _, tt := range loggedHandlers {
		t.Run(tt.name, func(t *testing.T) {
			s := &survivor{Layer: tt.layer}
			for _, step := range tt.steps {
				event, want, _ := strings.Cut(step, ": ")
				got := ""
				if event == "crash" {
					got = s.crash()
				} else {
					got = handle(t, s, event)
				}
				if got != want {
					t.Fatalf("%s\n got %s\nwant %s", event, got, want)
				}
			}
		})
	}
}

// What is stored is the whole state, whatever has happened.
func TestRecoveryIsComplete(t *testing.T) {
	events := strings.Split("send 1 g,send 1 h,send 2 g,timeout 1,receive 1 data 1 a,receive 1 data 2 b,"+
		"receive 1 data 4 c,receive 1 data 200 d,receive 2 data 3 a,receive 1 ack 1,receive 1 ack 2,receive 2 ack 1", ",")
	for _, tt := range loggedHandlers {
		random := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			s := &survivor{Layer: fresh(tt.layer)}
			for range random.IntN(12) {
				handle(t, s, events[random.IntN(len(events))])
			}
			before := key(t, s.Layer)
			if s.crash(); key(t, s.Layer) != before {
				t.Fatalf("%s: in state %q, recovered into %q", tt.name, before, key(t, s.Layer))
			}
		}
	}
}

// A link recovers from what it has written, and from anything else as from
// nothing.
func FuzzRecover(f *testing.F) {
	for _, tt := range loggedHandlers {
		s := &survivor{Layer: tt.layer}
		for _, step := range tt.steps {
			if event, _, _ := strings.Cut(step, ": "); event != "crash" {
				var out impl.Effects
				s.Send(1, spec.Message(event), &out)
				s.Receive(2, packet("data 7 x"), &out)
			}
		}
		f.Add(s.stable)
		f.Add(s.stable[:len(s.stable)/2])
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f, 1, 0})
	f.Fuzz(func(t *testing.T, stable []byte) {
		for _, tt := range loggedHandlers {
			l := fresh(tt.layer)
			empty := key(t, l)
			var out impl.Effects
			l.(impl.Recoverer).Recover(slices.Clone(stable), &out)
			if state := key(t, l); state != string(stable) && state != empty {
				t.Fatalf("%s: recovered from %q into %q", tt.name, stable, state)
			}
			l.Receive(1, packet("ack 1"), &out)
			l.Receive(1, packet("data 3 x"), &out)
			l.Timeout(1, &out)
		}
	})
}
