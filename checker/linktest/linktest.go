// Package linktest checks a message link in go test. Ten lines are enough:
//
//	func TestProp(t *testing.T) {
//		linktest.Test(t, impl.Link{Name: "mine", New: New, Guarantee: spec.FIFO})
//	}
//
// New makes one process's end of the link, an impl.Layer: four handlers. Test
// first checks that the link is a deterministic automaton, then draws random
// schedules of sends, deliveries, timeouts and losses, each ended by a fair
// suffix in which the link must deliver what it owes. Each property of the
// guarantee is a subtest with a verdict of its own; a violation is shown as
// the shortest schedule found, a space-time diagram, and a command that
// replays it. Small exhaustive searches look for what the random schedules
// missed, and prove that a schedule is the shortest, where they come to an end
// in time. Fuzz gives the same property to go test -fuzz.
//
// A pass says that the schedules which ran broke nothing, under the printed
// assumptions; it is no proof.
//
// A link that reads a real clock, or runs goroutines of its own, is not an
// impl.Layer but a transport, and ten lines check it as it is, over sockets in
// memory:
//
//	func TestProp(t *testing.T) {
//		linktest.TestTransport(t, linktest.Transport{Name: "mine", Guarantee: spec.FIFO, Open: open})
//	}
//
// Flags: -rapid.checks sets the number of cases (each is 20 schedules),
// -rapid.seed repeats a run, -short runs a fifth of the cases, and
// -fairloss.replay replays one schedule. The environment variable
// FAIRLOSS_REPLAY does the same where a flag cannot be given. -artifacts keeps
// schedules, histories and pictures. Go caches passing tests: -count=1 runs
// them again.
//
// Importing the package changes two defaults of rapid for the whole test
// binary, because rapid has only global settings: -rapid.nofailfile is true
// (a schedule outlives a change of generators, a fail file does not), and
// -rapid.seed is a fresh number, so that it can be printed. Its shrinking ends
// after some hundred schedules, since these are minimised again action by action.
package linktest

import (
	"slices"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/spec"
)

// Test checks a link against what it claims: first the contract of impl.Layer,
// as the subtest Contract, then each property of link.Guarantee as a subtest
// named by its ID, and ACK where the link confirms. A property on which the
// schedules were inconclusive fails.
//
// A link that names Conditions is checked in virtual time, by TestTimed. Of one
// that names none those properties are judged there, under usual conditions,
// that speak of times (spec.Property.Clocked).
func Test(t *testing.T, link impl.Link) {
	t.Helper()
	if link.Conditions != "" {
		TestTimed(t, link)
		return
	}
	r := reporter{link: link, pkg: callerPackage()}
	text, err := replayed()
	if err != nil {
		t.Fatalf("-fairloss.replay: %v", err)
	}
	if text != "" {
		if _, err := timed.Parse(text); err == nil {
			r.replayTimed(t, text)
			return
		}
		r.replay(t, text)
		return
	}
	found, err := Try(t, link)
	contract := t.Run("Contract", func(t *testing.T) {
		t.Helper()
		if err != nil {
			t.Fatal(r.failure(t, err))
		}
	})
	if err != nil || !contract {
		return
	}
	for _, f := range found.Findings {
		if _, claimed := link.Guarantee.Property(f.Property.ID); !claimed && f.Tested == 0 {
			continue // a link that never confirms does not owe ACK
		}
		if f.Property.Clocked {
			continue
		}
		t.Run(f.Property.ID, func(t *testing.T) {
			t.Helper()
			r.judge(t, found.Stats, f)
		})
	}
	r.testTimed(t)
}

// testTimed judges in virtual time what needs it, where the link claims such.
func (r reporter) testTimed(t *testing.T) {
	t.Helper()
	isTimed := func(p spec.Property) bool { return p.Clocked }
	if !slices.ContainsFunc(r.link.Guarantee.Properties, isTimed) {
		return
	}
	var found timed.Report
	err := guard(r.link, func() (err error) {
		found, err = timedCampaign(t, r.link)
		return err
	})
	if err != nil {
		t.Fatal(r.timedFailure(t, err))
	}
	r.judgeTimed(t, found, slices.DeleteFunc(found.Findings, func(f timed.Finding) bool { return !f.Property.Clocked }))
}

// Try does what Test does, but returns what was found and fails no test. The
// error is an *explore.Broken, or another that says how the link broke the
// contract of impl.Layer; the report is then incomplete.
func Try(t testing.TB, link impl.Link) (explore.Report, error) {
	t.Helper()
	var report explore.Report
	err := guard(link, func() error {
		if err := contract(link); err != nil {
			return err
		}
		c, err := explore.New(link)
		if err != nil {
			return err
		}
		if err := campaign(t, c); err != nil {
			return err
		}
		if report, err = c.Report(); err != nil {
			return err
		}
		return search(t, &report)
	})
	return report, err
}
