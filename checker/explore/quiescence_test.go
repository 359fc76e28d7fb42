package explore

import (
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// answers acknowledges acknowledgements, too. It retransmits its message until
// the first of them.
type answers struct {
	to   spec.Process
	last spec.Message
}

func (*answers) Init(*impl.Effects) {}

func (a *answers) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	a.to, a.last = to, m
	out.Transmit(to, impl.Packet("D"+m))
	out.SetTimer(1, 1, 1)
}

func (a *answers) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if p[0] == 'D' {
		out.Deliver(from, spec.Message(p[1:]))
	} else {
		out.CancelTimer(1)
	}
	out.Transmit(from, "A")
}

func (a *answers) Timeout(_ impl.TimerID, out *impl.Effects) { a.Send(a.to, a.last, out) }

// beats transmits a heartbeat at each timeout, and nothing else for ever.
type beats struct{ self spec.Process }

func (b *beats) Init(out *impl.Effects) { out.SetTimer(1, 1, 1) }

func (b *beats) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet("D"+m))
}

func (b *beats) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if p[0] == 'D' {
		out.Deliver(from, spec.Message(p[1:]))
	}
}

func (b *beats) Timeout(_ impl.TimerID, out *impl.Effects) {
	out.Transmit(1-b.self, "H")
	out.SetTimer(1, 1, 1)
}

// TestQuiescence wants the search of all schedules and random ones to find the
// links that never fall silent, and to show a cycle with which it is replayed.
func TestQuiescence(t *testing.T) {
	quiet := func(name string, p spec.Property) impl.Link {
		l := linkNamed(t, impl.Registry(), name)
		l.Guarantee = l.Guarantee.With(p)
		return l
	}
	beating := func(self spec.Process, _ []spec.Process) impl.Layer { return &beats{self} }
	own := func(name string, f impl.Factory, p spec.Property) impl.Link {
		return impl.Link{Name: name, New: f, Guarantee: spec.Guarantee{Name: name, Properties: []spec.Property{spec.PL3, p}}}
	}
	tests := []struct {
		link   impl.Link
		breaks bool
	}{
		{quiet("fairloss", spec.Quiescence("")), false},
		{quiet("stubborn", spec.Quiescence("")), true},
		{quiet("atleastonce", spec.Quiescence("")), false},
		{quiet("perfect", spec.Quiescence("")), false},
		{quiet("fifo", spec.Quiescence("")), false},
		{own("ping-pong", func(spec.Process, []spec.Process) impl.Layer { return &answers{} }, spec.Quiescence("")), true},
		{own("heartbeat", beating, spec.Quiescence("H")), false},
		{own("undeclared heartbeat", beating, spec.Quiescence("")), true},
		{own("stubborn under a heartbeat", beating, spec.Quiescence("D")), true},
	}
	for _, tt := range tests {
		t.Run(tt.link.Name, func(t *testing.T) {
			p, _ := tt.link.Guarantee.Property("QUI")
			found, err := Exhaust(t.Context(), tt.link, []spec.Property{p}, Bounds{Workload: Workload(tt.link, 1, false)})
			if err != nil {
				t.Fatal(err)
			}
			f := found.Findings[0]
			if got := f.Verdict == spec.Violated; got != tt.breaks || f.Verdict == spec.Inconclusive {
				t.Errorf("exhaustive: %s (%s), want violated %t", f.Verdict, f.Reason, tt.breaks)
			}
			if tt.breaks && (f.Counterexample == nil || !f.Counterexample.Shortest || len(f.Counterexample.Schedule.Cycle) == 0) {
				t.Errorf("no shortest cycle: %+v", f.Counterexample)
			}
			c, err := New(tt.link)
			if err != nil {
				t.Fatal(err)
			}
			for n := range uint64(300) {
				if err := c.Run(Seeded(1, n)); err != nil {
					t.Fatal(err)
				}
			}
			r, err := c.Report()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				if got := f.Verdict == spec.Violated; f.Property.ID == "QUI" && (got != tt.breaks || f.Verdict == spec.Inconclusive) {
					t.Errorf("random: %s (%s), want violated %t", f.Verdict, f.Reason, tt.breaks)
				}
			}
		})
	}
}
