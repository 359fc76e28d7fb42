package linktest

import (
	"fmt"
	"strings"
	"testing"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// Transport is somebody's code that carries messages over a network; see
// transport.Transport.
type Transport = transport.Transport

// Channel is an open transport; see transport.Channel.
type Channel = transport.Channel

// TestTransport checks a transport against what it claims: its real code, over
// sockets in memory that lose, delay, repeat, reorder and change packets, in
// virtual time. Each property of tr.Guarantee is a subtest named by its ID, and
// so is each property of transport.Conduct: that the transport neither
// deadlocks, leaks goroutines, runs in circles, panics nor ends the process. A
// property on which the runs were inconclusive fails, and so does one that was
// decided in less than half of the runs that were planned.
//
// The runs are made in processes of their own: the test binary, started again
// for this test alone. So a test that calls TestTransport must not be parallel,
// and what it does before is done there, too.
func TestTransport(t *testing.T, tr Transport) {
	t.Helper()
	if transport.Serve(t, tr) {
		return
	}
	r := transportReporter{pkg: callerPackage(), campaign: transport.NewCampaign(t, tr)}
	defer r.campaign.Close()
	text, err := replayed()
	if err != nil {
		t.Fatalf("-fairloss.replay: %v", err)
	}
	if text != "" {
		r.replay(t, text)
		return
	}
	if err := driveTransport(t, r.campaign); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.campaign.Findings {
		t.Run(f.Property.ID, func(t *testing.T) {
			t.Helper()
			r.judge(t, f)
		})
	}
}

// transportReporter says what was found of a transport in a test of package pkg.
type transportReporter struct {
	pkg      string
	campaign *transport.Campaign
}

// judge fails the subtest of one property unless it holds.
func (r transportReporter) judge(t *testing.T, f transport.Finding) {
	t.Helper()
	p := f.Property
	switch c := r.campaign; {
	case f.Verdict() == spec.Holds:
		t.Logf("%s %s holds in %d of %d planned runs; %s%s; claimed: %s; seed: -rapid.seed=%d",
			p.ID, p.Name, f.Held, f.Of(), r.runs(), excused(f.Voided), c.Transport.Guarantee.Name, seed())
	case f.Verdict() == spec.Violated:
		r.violated(t, p, f.Schedule, f.Reason, fmt.Sprintf("found in run %d, then minimised; seed: -rapid.seed=%d", f.First, seed()))
	default:
		t.Errorf("%s is inconclusive, which is not a pass: holds in %d of %d planned runs%s (%s%s; seed: -rapid.seed=%d)",
			p.ID, f.Held, f.Of(), because(f.Why), r.runs(), excused(f.Voided), seed())
	}
}

// because adds a reason, where there is one.
func because(why string) string {
	if why == "" {
		return ""
	}
	return "; the first that was inconclusive: " + why
}

// excused says how many obligations faults have voided, where they have any.
func excused(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; excused by faults: %s", counted(n, "obligation"))
}

// runs says what a campaign saw.
func (r transportReporter) runs() string {
	c := r.campaign
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs were made: %d messages, %d packets", c.Runs, c.Sent, c.Stats.Packets)
	s := c.Stats
	for _, count := range []struct {
		name string
		n    int
	}{
		{"lost", s.Lost},
		{"delayed", s.Delayed},
		{"duplicated", s.Duplicated},
		{"corrupted", s.Corrupted},
		{"injected", s.Injected},
		{"cut off", s.Severed},
		{"more than a queue held", s.Overflowed},
		{"resets", s.Resets},
		{"messages refused", c.Refused},
	} {
		if count.n > 0 {
			fmt.Fprintf(&b, ", %d %s", count.n, count.name)
		}
	}
	if c.Unopened > 0 {
		fmt.Fprintf(&b, "; %d runs did not open, the first with %s", c.Unopened, c.WhyNot)
	}
	if c.CutShort != "" {
		fmt.Fprintf(&b, "; CUT SHORT: %s", c.CutShort)
	}
	return b.String()
}

// replay makes one run and judges each property as TestTransport does. A
// property that it does not decide is skipped.
func (r transportReporter) replay(t *testing.T, text string) {
	t.Helper()
	s, err := transport.Parse(text)
	if err != nil {
		t.Fatalf("-fairloss.replay: %v", err)
	}
	result, err := r.campaign.Show(s)
	if err != nil {
		t.Fatal(err)
	}
	if result.Unopened != "" {
		t.Errorf("nothing of what it claims is judged: it did not open: %s", result.Unopened)
	}
	for _, j := range result.Judgements {
		t.Run(j.Property.ID, func(t *testing.T) {
			t.Helper()
			switch j.Verdict {
			case spec.Holds:
				t.Logf("%s holds in this run", j.Property.ID)
			case spec.Inconclusive:
				t.Skipf("%s is not decided by this run: %s", j.Property.ID, j.Reason)
			default:
				r.violated(t, j.Property, s, j.Reason, "replayed")
			}
		})
	}
}
