package mylink_test

import (
	"encoding/binary"
	"math/rand"
	"runtime"
	"testing"

	"example.com/mylink"

	"fairloss/checker/linktest"
	"fairloss/impl"
	"fairloss/spec"
)

// fault makes a link out of the right one that breaks the contract of
// impl.Layer when the second message is received.
type fault struct {
	impl.Layer
	received int
	strike   func(from spec.Process, out *impl.Effects)
}

func (f *fault) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if f.received++; f.received == 2 {
		f.strike(from, out)
	}
	f.Layer.Receive(from, p, out)
}

func (f *fault) AppendKey(b []byte) []byte {
	key, err := impl.AppendKey(append(b, byte(min(f.received, 2))), f.Layer)
	if err != nil {
		panic(err)
	}
	return key
}

func faulty(name string, strike func(from spec.Process, out *impl.Effects)) impl.Link {
	return impl.Link{Name: name, Guarantee: spec.AtMostOnce, New: func(self spec.Process, peers []spec.Process) impl.Layer {
		return &fault{Layer: mylink.Right(self, peers), strike: strike}
	}}
}

var (
	shared int
	kept   *impl.Effects
)

func TestBroken(t *testing.T) {
	for _, link := range []impl.Link{
		faulty("panics", func(spec.Process, *impl.Effects) { panic("index out of range") }),
		faulty("hangs", func(spec.Process, *impl.Effects) { select {} }),
		faulty("loops", func(from spec.Process, out *impl.Effects) {
			for {
				out.Transmit(from, "again")
			}
		}),
		faulty("random", func(from spec.Process, out *impl.Effects) {
			out.Transmit(from, impl.Packet(rune('a'+rand.Intn(26))))
		}),
		faulty("shares", func(from spec.Process, out *impl.Effects) {
			shared++
			out.Transmit(from, impl.Packet(rune('a'+shared%26)))
		}),
		faulty("strays", func(_ spec.Process, out *impl.Effects) { out.Transmit(7, "p") }),
		faulty("clock", func(_ spec.Process, out *impl.Effects) { out.Now() }),
		faulty("keeps", func(from spec.Process, out *impl.Effects) {
			if kept != nil {
				kept.Transmit(from, "late")
			}
			kept = out
		}),
		faulty("leaks", func(spec.Process, *impl.Effects) { go func() { select {} }() }),
		faulty("exits", func(spec.Process, *impl.Effects) { runtime.Goexit() }),
		{Name: "stuck", New: func(spec.Process, []spec.Process) impl.Layer { select {} }, Guarantee: spec.AtMostOnce},
		{Name: "nothing", New: mylink.Right},
		{Name: "mumbles", New: mumbles, Guarantee: spec.Perfect},
		{Name: "forges", New: forges, Guarantee: spec.Authenticated, Assumes: spec.Assumptions{Forgeries: 1}},
		{Name: "judge", New: mylink.Right, Guarantee: spec.Guarantee{Name: "mine", Properties: []spec.Property{faultyProperty()}}},
		{Name: "forgets", New: forgets, Guarantee: spec.AtMostOnce},
		{Name: "keyless", New: keyless, Guarantee: spec.AtMostOnce},
		{Name: "vacuous", New: silent, Guarantee: spec.AtMostOnce},
		{Name: "grows", New: grows, Guarantee: spec.AtLeastOnce},
	} {
		t.Run(link.Name, func(t *testing.T) { linktest.Test(t, link) })
	}
}

// mumbling delivers every copy, and cannot describe its packets.
type mumbling struct {
	impl.RetransmitUntilAcknowledged
}

func mumbles(spec.Process, []spec.Process) impl.Layer { return &mumbling{} }

func (l *mumbling) Describe(p impl.Packet) string { return string(p[99:]) }

// forging cannot say what an attacker makes of a short packet.
type forging struct{ impl.Layer }

func forges(self spec.Process, peers []spec.Process) impl.Layer {
	return &forging{mylink.Right(self, peers)}
}

func (l *forging) Forge(p impl.Packet) []impl.Packet { return []impl.Packet{p[99:]} }

// faultyProperty has a monitor that panics at its hundred-and-first event.
func faultyProperty() spec.Property {
	p := spec.PL3
	observed := 0
	p.ID, p.New = "MINE", func() spec.Monitor { return &faultyMonitor{spec.PL3.New(), &observed} }
	return p
}

type faultyMonitor struct {
	spec.Monitor
	observed *int
}

func (m *faultyMonitor) Observe(e spec.Event) string {
	if *m.observed++; *m.observed > 100 {
		panic("the monitor is broken")
	}
	return m.Monitor.Observe(e)
}

func (m *faultyMonitor) Clone() spec.Monitor { return &faultyMonitor{m.Monitor.Clone(), m.observed} }

// forgetful delivers the first message only, and leaves that out of its key.
type forgetful struct {
	impl.FairLossLink
	delivered bool
}

func forgets(spec.Process, []spec.Process) impl.Layer { return &forgetful{} }

func (l *forgetful) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if !l.delivered {
		out.Deliver(from, spec.Message(p))
	}
	l.delivered = true
}

func (l *forgetful) AppendKey(b []byte) []byte { return b }

// callback keeps a func, which no key can hold.
type callback struct {
	impl.Layer
	done func()
}

func keyless(self spec.Process, peers []spec.Process) impl.Layer {
	return &callback{Layer: mylink.Right(self, peers)}
}

// mute never transmits.
type mute struct{ impl.FairLossLink }

func silent(spec.Process, []spec.Process) impl.Layer { return &mute{} }

func (l *mute) Send(spec.Process, spec.Message, *impl.Effects) {}

// growing counts its retransmissions in the packet, and its receiver accepts
// only attempts that never come: its state never repeats.
type growing struct {
	impl.FairLossLink
	attempt int
}

func (l *growing) AppendKey(b []byte) []byte { return binary.AppendUvarint(b, uint64(l.attempt)) }

func grows(spec.Process, []spec.Process) impl.Layer { return &growing{} }

func (l *growing) Send(to spec.Process, _ spec.Message, out *impl.Effects) {
	l.Timeout(impl.TimerID(to), out)
}

func (l *growing) Timeout(t impl.TimerID, out *impl.Effects) {
	l.attempt++
	out.Transmit(spec.Process(t), impl.Packet(rune(l.attempt)))
	out.SetTimer(t, 1, 1)
}

func (l *growing) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if p == "never" {
		out.Deliver(from, "")
	}
}
