package mylink_test

import (
	"testing"
	"time"

	"example.com/mylink"

	"fairloss/checker/linktest"
	"fairloss/impl"
	"fairloss/spec"
)

// few is a promise of few packets: the link retransmits all that it has, 20
// messages at most, every 2 to 4 milliseconds.
func few(spare int) spec.Guarantee {
	return spec.FIFO.With(spec.Amplification(1, spare, 2*time.Millisecond))
}

func TestTimedRight(t *testing.T) {
	linktest.Test(t, impl.Link{Name: "right", New: mylink.Right, Guarantee: few(60)})
}

func TestTimedWasteful(t *testing.T) {
	linktest.Test(t, impl.Link{Name: "wasteful", New: mylink.Right, Guarantee: few(1)})
}

func TestTimedConditions(t *testing.T) {
	linktest.Test(t, impl.Link{
		Name: "wasteful", New: mylink.Right, Guarantee: few(1),
		Conditions: "end=10s delay=1ms..5ms until=2s loss=0.5 send=0>1:20@0s/5ms",
	})
}

// hasty reads its clock, and gives a message up that took too long.
type hasty struct{ spec.Process }

func (hasty) Init(*impl.Effects) {}

func (hasty) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(out.Now().String()+" "+string(m)))
}

func (hasty) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var sent, m string
	for i := range p {
		if p[i] == ' ' {
			sent, m = string(p[:i]), string(p[i+1:])
		}
	}
	if at, err := time.ParseDuration(sent); err == nil && out.Now()-at < 6*time.Millisecond {
		out.Deliver(from, spec.Message(m))
	}
}

func (hasty) Timeout(impl.TimerID, *impl.Effects) {}

func TestTimedHasty(t *testing.T) {
	linktest.TestTimed(t, impl.Link{
		Name: "hasty", Guarantee: spec.Guarantee{Name: "reliable", Properties: []spec.Property{spec.PL1, spec.PL3}},
		New: func(self spec.Process, _ []spec.Process) impl.Layer { return hasty{self} },
	})
}

// TestTimedMalformed has conditions that nobody can read.
func TestTimedMalformed(t *testing.T) {
	linktest.Test(t, impl.Link{Name: "right", New: mylink.Right, Guarantee: spec.FIFO, Conditions: "delay=fast"})
}

// TestTimedPanics breaks the contract in virtual time only.
func TestTimedPanics(t *testing.T) {
	linktest.TestTimed(t, impl.Link{
		Name: "panics", Guarantee: spec.Perfect,
		New: func(spec.Process, []spec.Process) impl.Layer { return late{} },
	})
}

// late panics at a time that only a clock reaches.
type late struct{ hasty }

func (late) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	if out.Now() > 100*time.Millisecond {
		panic("too late")
	}
	out.Transmit(to, impl.Packet(m))
}
