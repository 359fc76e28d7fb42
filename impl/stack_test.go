package impl

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/spec"
)

// script is a layer that does what the test says; what it says nothing of, it
// passes on.
type script struct {
	init    func(out *Effects)
	send    func(to spec.Process, m spec.Message, out *Effects)
	receive func(from spec.Process, p Packet, out *Effects)
	timeout func(t TimerID, out *Effects)
}

func (l script) Init(out *Effects) {
	if l.init != nil {
		l.init(out)
	}
}

func (l script) Send(to spec.Process, m spec.Message, out *Effects) {
	if l.send != nil {
		l.send(to, m, out)
		return
	}
	out.Transmit(to, Packet(m))
}

func (l script) Receive(from spec.Process, p Packet, out *Effects) {
	if l.receive != nil {
		l.receive(from, p, out)
		return
	}
	out.Deliver(from, spec.Message(p))
}

func (l script) Timeout(t TimerID, out *Effects) {
	if l.timeout != nil {
		l.timeout(t, out)
	}
}

// The rest of what a layer may be, each on top of a script.
type (
	recovering struct {
		script
		recover func(stable []byte, out *Effects)
	}
	ready struct {
		script
		ready bool
	}
	holding struct {
		script
		held int
	}
	describing struct {
		script
		word string
	}
)

func (l recovering) Recover(stable []byte, out *Effects) { l.recover(stable, out) }
func (l ready) Ready(spec.Process) bool                  { return l.ready }
func (l holding) Held() int                              { return l.held }
func (l describing) Describe(p Packet) string            { return l.word + " " + string(p) }

// header is a layer that adds one word to each message and keeps no state.
type header string

func (h header) Init(*Effects) {}

func (h header) Send(to spec.Process, m spec.Message, out *Effects) {
	out.Transmit(to, Packet(h)+Packet(m))
}

func (h header) Receive(from spec.Process, p Packet, out *Effects) {
	out.Deliver(from, spec.Message(strings.TrimPrefix(string(p), string(h))))
}

func (h header) Confirmed(to spec.Process, p Packet, out *Effects) {
	out.Confirm(to, spec.Message(strings.TrimPrefix(string(p), string(h))))
}

func (h header) Timeout(TimerID, *Effects) {}

func of(l Layer) Factory {
	return func(spec.Process, []spec.Process) Layer { return l }
}

func stackOf(layers ...Layer) Layer {
	var factories []Factory
	for _, l := range layers {
		factories = append(factories, of(l))
	}
	return Stack(factories...)(0, []spec.Process{1})
}

// run returns the effects of one handler call, a line each.
func run(handle func(out *Effects)) string {
	var out Effects
	handle(&out)
	var b strings.Builder
	for _, e := range out.List() {
		switch e.Kind {
		case Transmit:
			fmt.Fprintf(&b, "transmit %d %s\n", e.Peer, e.Packet)
		case Deliver:
			fmt.Fprintf(&b, "deliver %d %s\n", e.Peer, e.Message)
		case Confirm:
			fmt.Fprintf(&b, "confirm %d %s\n", e.Peer, e.Message)
		case SetTimer:
			fmt.Fprintf(&b, "set %d %v %v\n", e.Timer, e.AtLeast, e.AtMost)
		case CancelTimer:
			fmt.Fprintf(&b, "cancel %d\n", e.Timer)
		case Store:
			fmt.Fprintf(&b, "store %q\n", e.Stable)
		case Commit:
			fmt.Fprintf(&b, "commit %q %v\n", e.Stable, e.Deliveries)
		}
	}
	return b.String()
}

func sending(l Layer, m spec.Message) func(*Effects) {
	return func(out *Effects) { l.Send(1, m, out) }
}

func receiving(l Layer, p Packet) func(*Effects) {
	return func(out *Effects) { l.Receive(1, p, out) }
}

func want(t *testing.T, what, got string, lines ...string) {
	t.Helper()
	if want := strings.Join(lines, ""); got != want {
		t.Errorf("%s:\n%swant:\n%s", what, got, want)
	}
}

// panics returns what f panics with.
func panics(t *testing.T, f func()) (message string) {
	t.Helper()
	defer func() {
		if message = fmt.Sprint(recover()); !strings.HasPrefix(message, "impl: ") {
			t.Errorf("panic: %s, want one of impl", message)
		}
	}()
	f()
	return ""
}

func TestStackPassesThroughAllLayers(t *testing.T) {
	for name, l := range map[string]Layer{
		"flat":         stackOf(header("a"), header("b"), header("c")),
		"nested above": stackOf(header("a"), stackOf(header("b"), header("c"))),
		"nested below": stackOf(stackOf(header("a"), header("b")), header("c")),
	} {
		t.Run(name, func(t *testing.T) {
			want(t, "send", run(sending(l, "x")), "transmit 1 abcx\n")
			want(t, "receive", run(receiving(l, "abcx")), "deliver 1 x\n")
			confirm := func(out *Effects) { l.(Confirmer).Confirmed(1, "abcx", out) }
			want(t, "confirm", run(confirm), "confirm 1 x\n")
		})
	}
}

func TestStackEndsConfirmations(t *testing.T) {
	acks := script{receive: func(from spec.Process, p Packet, out *Effects) { out.Confirm(from, spec.Message(p)) }}
	l := stackOf(acks, script{}, header("c"))
	want(t, "a layer that is no Confirmer", run(receiving(l, "cx")))
	want(t, "only Confirmers", run(receiving(stackOf(acks, header("c")), "cx")), "confirm 1 x\n")
	want(t, "the bottom is no Confirmer", run(func(out *Effects) { l.(Confirmer).Confirmed(1, "cx", out) }))
}

func TestStackExpandsInPlace(t *testing.T) {
	lower := script{send: func(to spec.Process, m spec.Message, out *Effects) {
		out.Transmit(to, Packet(m)+"1")
		out.Deliver(to, m+"?")
		out.Transmit(to, Packet(m)+"2")
	}}
	upper := script{send: func(to spec.Process, m spec.Message, out *Effects) {
		out.Transmit(to, "x")
		out.Deliver(to, "y")
		out.Transmit(to, "z")
	}}
	want(t, "send", run(sending(stackOf(lower, upper), "")),
		"transmit 1 x1\n", "deliver 1 x?\n", "transmit 1 x2\n", "deliver 1 y\n",
		"transmit 1 z1\n", "deliver 1 z?\n", "transmit 1 z2\n")
}

func TestStackTimersComeFirst(t *testing.T) {
	lower := script{send: func(to spec.Process, m spec.Message, out *Effects) { out.Deliver(to, m) }}
	upper := script{
		send: func(to spec.Process, m spec.Message, out *Effects) {
			out.SetTimer(2, time.Second, time.Second)
			out.Transmit(to, Packet(m)) // the answer arms timer 1
			out.CancelTimer(1)
		},
		receive: func(from spec.Process, p Packet, out *Effects) {
			out.Deliver(from, spec.Message(p))
			out.SetTimer(1, time.Second, 2*time.Second)
		},
	}
	want(t, "send", run(sending(stackOf(lower, upper), "x")),
		"set 5 1s 1s\n", "cancel 3\n", "set 3 1s 2s\n", "deliver 1 x\n")
}

func TestStackKeepsTimersApart(t *testing.T) {
	arms := func(name spec.Message) script {
		return script{timeout: func(t TimerID, out *Effects) {
			out.Deliver(1, spec.Message(fmt.Sprint(name, t)))
			out.SetTimer(t, time.Second, time.Second)
		}}
	}
	l := stackOf(arms("a"), stackOf(arms("b"), arms("c")))
	fired := func(id TimerID) string { return run(func(out *Effects) { l.Timeout(id, out) }) }
	want(t, "layer a", fired(6), "set 6 1s 1s\n", "deliver 1 a3\n")
	want(t, "layer b", fired(4*3+1), "set 13 1s 1s\n", "deliver 1 b3\n")
	want(t, "layer c", fired((2*3+1)*2+1), "set 15 1s 1s\n", "deliver 1 c3\n")
}

func TestStackTimerOverflow(t *testing.T) {
	const largest = (1<<64 - 2) / 2 // for the upper of two layers
	var id TimerID
	arms := script{send: func(_ spec.Process, _ spec.Message, out *Effects) { out.SetTimer(id, time.Second, time.Second) }}
	l := stackOf(script{}, arms)
	id = largest
	want(t, "the largest timer", run(sending(l, "")), "set 18446744073709551615 1s 1s\n")
	id++
	if got := panics(t, func() { run(sending(l, "")) }); !strings.Contains(got, "too large") {
		t.Errorf("panic: %s", got)
	}
}

func TestStackStartsAllLayersBeforeTheyMeet(t *testing.T) {
	begun := false
	lower := script{init: func(out *Effects) {
		out.Deliver(1, "early")
		out.SetTimer(1, time.Second, time.Second)
	}}
	upper := script{
		init: func(out *Effects) {
			begun = true
			out.CancelTimer(1)
			out.Transmit(1, "hello")
			out.Store([]byte("old"))
		},
		receive: func(from spec.Process, p Packet, out *Effects) {
			out.Deliver(from, spec.Message(fmt.Sprint(string(p), begun)))
			out.SetTimer(1, time.Second, time.Second)
			out.Store([]byte("new"))
		},
	}
	l := stackOf(lower, upper)
	want(t, "init", run(l.Init), "set 2 1s 1s\n", "cancel 3\n", "set 3 1s 1s\n", "deliver 1 earlytrue\n",
		`store "\x00\x01\x03new"`, "\n", "transmit 1 hello\n")
}

func TestStackOfOneIsItsFactory(t *testing.T) {
	if got := stackOf(header("a")); got != header("a") {
		t.Errorf("Stack of one factory made %T", got)
	}
	panics(t, func() { Stack() })
	panics(t, func() { Stack(of(header("a")), nil) })
}

func TestStackPeers(t *testing.T) {
	var got []string
	f := func(self spec.Process, peers []spec.Process) Layer {
		got = append(got, fmt.Sprint(self, peers))
		return header("a")
	}
	Stack(f, f)(1, []spec.Process{0, 2})
	if want := []string{"1 [0 2]", "1 [0 2]"}; !slices.Equal(got, want) {
		t.Errorf("factories called with %q, want %q", got, want)
	}
}

func TestStackNow(t *testing.T) {
	reads := script{send: func(to spec.Process, _ spec.Message, out *Effects) { out.Transmit(to, Packet(out.Now().String())) }}
	out := NewEffects(func() time.Duration { return 7 * time.Second })
	stackOf(reads, stackOf(reads, reads)).Send(1, "", out)
	if got := out.List()[0].Packet; got != "7s" {
		t.Errorf("Now in a layer is %s, want 7s", got)
	}
}

func TestStackEndsLoops(t *testing.T) {
	pong := script{send: func(to spec.Process, m spec.Message, out *Effects) { out.Deliver(to, m) }}
	ping := script{receive: func(from spec.Process, p Packet, out *Effects) { out.Transmit(from, p) }}
	l := stackOf(pong, ping)
	if got := panics(t, func() { run(sending(l, "x")) }); !strings.Contains(got, "more than 65536 effects") {
		t.Errorf("panic: %s", got)
	}
	want(t, "the next event", run(func(out *Effects) { l.Timeout(0, out) }))
}

func BenchmarkStack(b *testing.B) {
	l := stackOf(script{}, script{}, script{})
	var out Effects
	b.ReportAllocs()
	for b.Loop() {
		out = *out.Next()
		l.Send(1, "x", &out)
		l.Receive(1, "x", &out)
	}
}
