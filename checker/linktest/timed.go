package linktest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker"
	"fairloss/checker/explore"
	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/spec"
)

// TestTimed checks a link in virtual time, where clocks drift and jump,
// processes pause, and packets take their time: a first run is made under the
// conditions that the link claims its guarantee under (link.Conditions), and
// half so many as -rapid.checks says under random ones that are no worse. Where the
// link names none, they are usual ones, which the test prints.
//
// The subtests are those of Test. A violation is shown with the calmest
// conditions found, which -fairloss.replay takes, too. Contract asks that the
// same conditions give the same history twice; a link that does not read its
// clock must be a deterministic automaton, as Test has it.
func TestTimed(t *testing.T, link impl.Link) {
	t.Helper()
	r := reporter{link: link, pkg: callerPackage()}
	text, err := replayed()
	if err != nil {
		t.Fatalf("-fairloss.replay: %v", err)
	}
	if text != "" {
		r.replayTimed(t, text)
		return
	}
	found, err := TryTimed(t, link)
	contract := t.Run("Contract", func(t *testing.T) {
		t.Helper()
		switch {
		case err != nil:
			t.Fatal(r.timedFailure(t, err))
		case found.ReadsClock:
			t.Log("the same conditions give the same history twice; more is not known of a link that reads a clock")
		}
	})
	if err == nil && contract {
		r.judgeTimed(t, found, found.Findings)
	}
}

// TryTimed does what TestTimed does, but returns what was found and fails no
// test. The error says what is wrong with the conditions, or how the link broke
// the contract of impl.Layer; the report is then incomplete.
func TryTimed(t testing.TB, link impl.Link) (timed.Report, error) {
	t.Helper()
	var found timed.Report
	err := guard(link, func() (err error) {
		if found, err = timedCampaign(t, link); err != nil {
			return err
		}
		if found.ReadsClock {
			return nil
		}
		return contract(few(link))
	})
	return found, err
}

// timedCampaign makes the runs, the first one twice.
func timedCampaign(t testing.TB, link impl.Link) (timed.Report, error) {
	c, err := conditions(link)
	if err != nil {
		return timed.Report{}, err
	}
	ctx, cancel := untilDeadline(t)
	defer cancel()
	found, err := timed.Campaign(ctx, link, c, max(1, cases()/2), seed())
	if err != nil {
		return found, err
	}
	c.Seed = seed()
	return found, sameTwice(link, c)
}

// sameTwice is an error where two runs under the same conditions differ.
func sameTwice(link impl.Link, c timed.Conditions) error {
	first, err1 := timed.Run(link, c)
	second, err2 := timed.Run(link, c)
	if err := errors.Join(err1, err2); err != nil {
		return &timed.Failure{Conditions: c, Err: err}
	}
	for i, e := range first.Events {
		if i >= len(second.Events) || second.Events[i] != e {
			return &timed.Failure{Conditions: c, Err: fmt.Errorf("%w: it is not deterministic: of two runs under these conditions one has as its event %d, at %v, what the other has not: %v", timed.ErrLink, i+1, time.Duration(e.At), e)}
		}
	}
	return nil
}

// few is the link among few processes: the walks of an audit need no crowd.
func few(link impl.Link) impl.Link {
	const crowd = 8
	if link.Size() > crowd {
		link.Processes = 3
		link.Channels = slices.DeleteFunc(slices.Clone(link.Sends()), func(c spec.Channel) bool { return max(c.From, c.To) >= 3 })
	}
	return link
}

// conditions are those of the link's claim, or usual ones.
func conditions(link impl.Link) (timed.Conditions, error) {
	if link.Conditions == "" {
		return timed.Usual(link), nil
	}
	c, err := timed.Parse(link.Conditions)
	if err == nil {
		err = c.Check(link.Size())
	}
	if err != nil {
		return c, fmt.Errorf("link %s: %w", link.Name, err)
	}
	return c, nil
}

// judgeTimed makes each finding a subtest.
func (r reporter) judgeTimed(t *testing.T, found timed.Report, findings []timed.Finding) {
	t.Helper()
	c, err := conditions(r.link)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Run(f.Property.ID, func(t *testing.T) {
			t.Helper()
			p := f.Property
			ran := fmt.Sprintf("%d packets in all; seed: -rapid.seed=%d\n    Conditions: no worse than %v", found.Packets, seed(), c)
			switch f.Verdict() {
			case spec.Holds:
				t.Logf("%s %s holds in %d of %d planned runs in virtual time%s; claimed: %s; %s", p.ID, p.Name, f.Held, f.Of(), excused(f.Voided), r.link.Guarantee.Name, ran)
			case spec.Violated:
				calm, reason := timed.Calm(r.link, f.Conditions, p.ID)
				r.violatedTimed(t, p, calm, reason, fmt.Sprintf("found in run %d, then under calmer conditions; seed: -rapid.seed=%d", f.First, seed()))
			default:
				t.Errorf("%s is inconclusive, which is not a pass: holds in %d of %d planned runs in virtual time%s%s; %s", p.ID, f.Held, f.Of(), because(f.Why), excused(f.Voided), ran)
			}
		})
	}
}

// replayTimed makes one run and judges each property as TestTimed does. A
// property that it does not decide is skipped.
func (r reporter) replayTimed(t *testing.T, text string) {
	t.Helper()
	c, err := timed.Parse(text)
	if err == nil {
		err = c.Check(r.link.Size())
	}
	if err != nil {
		t.Fatalf("-fairloss.replay: %v", err)
	}
	var result timed.Result
	err = guard(r.link, func() (err error) {
		if result, err = timed.Run(r.link, c); err == nil {
			err = sameTwice(r.link, c)
		}
		return err
	})
	if err != nil {
		t.Fatal(r.timedFailure(t, &timed.Failure{Conditions: c, Err: err}))
	}
	if !slices.ContainsFunc(result.Judgements, func(j checker.Judgement) bool { return j.Verdict != spec.Inconclusive }) {
		t.Error("the run decides no property")
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
				r.violatedTimed(t, j.Property, c, j.Reason, "replayed")
			}
		})
	}
}

// timedFailure is the report of a link that broke its contract.
func (r reporter) timedFailure(t testing.TB, err error) string {
	var failed *timed.Failure
	var broken *explore.Broken
	switch {
	case errors.As(err, &broken):
		return r.failure(t, err)
	case !errors.As(err, &failed):
		return err.Error()
	}
	name := strings.TrimSuffix(t.Name(), "/Contract")
	return fmt.Sprintf("%v\n\n    Conditions:\n      %v\n\n    Replay:\n      %s\n", failed.Err, failed.Conditions, replayCommand(r.pkg, name, oneLine{failed.Conditions}))
}

// oneLine is conditions as a schedule is written.
type oneLine struct{ timed.Conditions }

// Inline returns the conditions, which are one line as they are.
func (c oneLine) Inline() string { return c.String() }
