package explore

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// stamped delivers a message once, and transmits it with the number of the
// attempt until it is acknowledged. The key leaves the number out.
type stamped struct {
	attempt  int
	sent     int
	waiting  []impl.Packet // to be acknowledged, by the peer
	peer     spec.Process
	received map[impl.Packet]bool
	fault    string
}

// stamp is "attempt/message".
func stamp(attempt int, m impl.Packet) impl.Packet {
	return impl.Packet(fmt.Sprintf("%d/%s", attempt, m))
}

func unstamped(p impl.Packet) (stamp string, m impl.Packet) {
	before, after, _ := strings.Cut(string(p), "/")
	return before, impl.Packet(after)
}

// alike takes the number out of a packet.
func alike(p impl.Packet) impl.Packet {
	number, m := unstamped(p)
	if number == "ack" {
		return p
	}
	return stamp(0, m)
}

func (l *stamped) Init(*impl.Effects) {}

func (l *stamped) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.peer = to
	l.waiting = append(l.waiting, impl.Packet(fmt.Sprintf("%d.%s", l.sent, m)))
	l.sent++
	l.transmit(out)
}

func (l *stamped) transmit(out *impl.Effects) {
	if l.fault == "gives up" && l.attempt > 3 {
		return
	}
	for _, p := range l.waiting {
		out.Transmit(l.peer, stamp(l.attempt, p))
	}
	l.attempt++
	out.SetTimer(1, time.Second, time.Second)
}

func (l *stamped) Timeout(_ impl.TimerID, out *impl.Effects) {
	if len(l.waiting) > 0 {
		l.transmit(out)
	}
}

func (l *stamped) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	number, m := unstamped(p)
	if number == "ack" {
		for i := range l.waiting {
			if l.waiting[i] == m {
				l.waiting = append(l.waiting[:i:i], l.waiting[i+1:]...)
				return
			}
		}
		return
	}
	if l.fault == "deaf" || l.fault == "picky" && number != "0" {
		return
	}
	if !l.received[m] {
		l.received[m] = true
		_, text, _ := strings.Cut(string(m), ".")
		out.Deliver(from, spec.Message(text))
	}
	out.Transmit(from, "ack/"+m)
}

func (l *stamped) AppendKey(b []byte) []byte {
	b = fmt.Appendf(b, "%d %d %q %v", l.sent, l.peer, l.waiting, l.received)
	if l.fault == "gives up" {
		b = fmt.Appendf(b, " %d", l.attempt)
	}
	return b
}

func stamping(fault string) impl.Link {
	return impl.Link{
		Name: "stamped", Guarantee: spec.AtLeastOnce, Channels: []spec.Channel{{From: 0, To: 1}}, Alike: alike,
		New: func(spec.Process, []spec.Process) impl.Layer {
			return &stamped{received: map[impl.Packet]bool{}, fault: fault}
		},
	}
}

// Where packets are alike, a link that stamps them has few states: a right one
// holds, a broken one is judged with a schedule.
func TestAlike(t *testing.T) {
	for _, test := range []struct {
		fault string
		want  spec.Verdict
	}{{"", spec.Holds}, {"deaf", spec.Violated}, {"gives up", spec.Violated}} {
		link := stamping(test.fault)
		if err := Audit(link, 1, 200); err != nil {
			t.Errorf("%q: %v", test.fault, err)
		}
		r, err := Exhaust(context.Background(), link, []spec.Property{spec.PL1}, Bounds{Workload: Workload(link, 2, false), MaxStates: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		if f := r.Findings[0]; f.Verdict != test.want {
			t.Errorf("%q: the search says that PL1 %v %s", test.fault, f.Verdict, f.Reason)
		}
		c := campaign(t, link)
		run(t, c, 1, 2000)
		report, err := c.Report()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			if f.Property.ID == spec.PL1.ID && f.Verdict != test.want {
				t.Errorf("%q: the campaign says that PL1 %v %s", test.fault, f.Verdict, f.Reason)
			}
		}
	}
}

// What Alike must not be is found.
func TestAlikeFaults(t *testing.T) {
	for _, test := range []struct {
		name, fault string
		alike       func(p impl.Packet) impl.Packet
		want        string
	}{
		{"a receiver that tells them apart", "picky", alike, "though Alike says so"},
		{"all are one", "", func(impl.Packet) impl.Packet { return "0/0.a" }, "though Alike says so"},
		{"not idempotent", "", func(p impl.Packet) impl.Packet { return p + "." }, "it is not idempotent"},
		{"a panic", "", func(impl.Packet) impl.Packet { panic("no memory") }, "panics: no memory"},
	} {
		link := stamping(test.fault)
		link.Alike = test.alike
		err := Audit(link, 1, 200)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
			continue
		}
		broken, ok := err.(*Broken)
		if !ok || broken.Broke != broken.Replayed || broken.Schedule.Len() > 8 {
			t.Errorf("%s: %#v", test.name, err)
		}
	}
}

// Without Alike, and with the number in the key, nothing is decided: the schedule
// is shown, and what is owed after it.
func TestEndless(t *testing.T) {
	link := stamping("deaf")
	link.Alike = nil
	factory := link.New
	link.New = func(self spec.Process, peers []spec.Process) impl.Layer {
		return &counting{factory(self, peers).(*stamped)}
	}
	c := campaign(t, link)
	run(t, c, 1, 10)
	report, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Property.ID != spec.PL1.ID {
			continue
		}
		if f.Verdict != spec.Inconclusive || f.Endless == nil || f.Counterexample != nil {
			t.Fatalf("PL1 %v: %s", f.Verdict, f.Reason)
		}
		if got := f.Endless.Schedule; got.Len() != 1 || !got.Fair {
			t.Errorf("the schedule is %s, want one send", got.Inline())
		}
		if !strings.Contains(f.Reason, "after 1024 fair rounds ") || !strings.HasSuffix(f.Reason, "was never delivered") {
			t.Errorf("the reason is %s", f.Reason)
		}
		if n := len(f.Endless.Events); n < 4 || n > 20 {
			t.Errorf("%d events are shown", n)
		}
	}
}

// counting is stamped, with all of its state in the key.
type counting struct{ *stamped }

func (l *counting) AppendKey(b []byte) []byte {
	return fmt.Appendf(l.stamped.AppendKey(b), " %d", l.attempt)
}
