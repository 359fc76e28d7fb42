package impl_test

import (
	"strings"
	"testing"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// A list that Next has ended can be used no more, whatever is asked of it, and
// what it held is not touched by that.
func TestEffectsAreOver(t *testing.T) {
	clock := func() time.Duration { return 0 }
	for name, use := range map[string]func(*impl.Effects){
		"Transmit":    func(out *impl.Effects) { out.Transmit(1, "p") },
		"Deliver":     func(out *impl.Effects) { out.Deliver(1, "m") },
		"Confirm":     func(out *impl.Effects) { out.Confirm(1, "m") },
		"SetTimer":    func(out *impl.Effects) { out.SetTimer(0, 1, 1) },
		"CancelTimer": func(out *impl.Effects) { out.CancelTimer(0) },
		"Store":       func(out *impl.Effects) { out.Store(nil) },
		"Commit":      func(out *impl.Effects) { out.Commit(nil) },
		"Now":         func(out *impl.Effects) { out.Now() },
	} {
		kept := impl.NewEffects(clock)
		use(kept)
		kept.CancelTimer(7)
		effects := kept.List()
		next := kept.Next()
		if got := panics(func() { use(kept) }); !strings.Contains(got, "after the handler that got them has returned") {
			t.Errorf("%s: %q", name, got)
		}
		if len(next.List()) != 0 || len(kept.List()) != 0 || len(effects) == 0 || effects[len(effects)-1].Timer != 7 {
			t.Errorf("%s: next has %v, the kept one %v, what was taken before is %v", name, next.List(), kept.List(), effects)
		}
		use(next)
	}
}

func panics(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}

// keeper delivers each message through the Effects of the call before.
type keeper struct{ out *impl.Effects }

func (k *keeper) Init(out *impl.Effects) { k.out = out }

func (k *keeper) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(m))
}

func (k *keeper) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	k.out.Deliver(from, spec.Message(p))
	k.out = out
}

func (k *keeper) Timeout(impl.TimerID, *impl.Effects) {}

// A stack hands Effects of its own to its layers, and they are over as well.
func TestEffectsAreOverInStacks(t *testing.T) {
	for _, layers := range [][]impl.Factory{
		{func(spec.Process, []spec.Process) impl.Layer { return &keeper{} }, impl.FactoryOf(impl.EliminateDuplicates{})},
		{impl.FactoryOf(impl.EliminateDuplicates{}), func(spec.Process, []spec.Process) impl.Layer { return &keeper{} }},
	} {
		near, far := impl.Stack(layers...)(0, []spec.Process{1}), impl.Stack(layers...)(1, []spec.Process{0})
		out := &impl.Effects{}
		near.Init(out)
		far.Init(out)
		near.Send(1, "m", out)
		packet := out.List()[0].Packet
		out = out.Next()
		got := panics(func() { far.Receive(0, packet, out) })
		if !strings.Contains(got, "after the handler that got them has returned") {
			t.Errorf("got %q and %v", got, out.List())
		}
	}
}
