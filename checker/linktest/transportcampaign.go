package linktest

import (
	"flag"
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// runsPerCase is how many runs one case of rapid is.
const runsPerCase = 10

// driveTransport makes runs under schedules drawn by rapid, lets rapid shrink
// the first that breaks each property of the guarantee, and minimises what is
// left.
func driveTransport(t *testing.T, c *transport.Campaign) error {
	stop := stopper(t)
	c.Plan(cases() * runsPerCase)
	var broken error
	err := quietly(t, func(_ *quiet, rt *rapid.T) {
		for range runsPerCase {
			switch {
			case broken != nil || c.CutShort != "":
				return
			case stop():
				c.CutShort = "the deadline of the test is near"
				return
			}
			broken = c.Run(c.Transport.Draw(drawn{rt}))
		}
	})
	if broken != nil {
		return broken
	}
	for _, f := range c.Findings {
		if err == nil && f.Verdict() == spec.Violated && !transport.IsConduct(f.Property) { // where it is, each run takes a process
			err = shrinkTransport(t, c, f, stop)
		}
	}
	c.Minimise(stop)
	return err
}

// cases is how many cases rapid tries.
func cases() int {
	n, _ := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	if testing.Short() {
		n /= 5
	}
	return n
}

// shrinkRuns is how many runs rapid may make to shrink one: a run may take as
// long as a hundred schedules of a link.
const shrinkRuns = 100

// shrinkTransport draws the run again that broke a property first, and lets
// rapid look for simpler draws that break it: the campaign keeps the shortest.
func shrinkTransport(t *testing.T, c *transport.Campaign, f transport.Finding, stop func() bool) error {
	first, place := (f.First-1)/runsPerCase, (f.First-1)%runsPerCase
	cases := 0
	return quietly(t, func(q *quiet, rt *rapid.T) {
		switch cases++; {
		case cases > first+shrinkRuns || stop():
			q.end()
		case cases <= first:
			return
		}
		for range place {
			c.Transport.Draw(drawn{rt})
		}
		if c.Breaks(c.Transport.Draw(drawn{rt}), f.Property.ID) {
			rt.Fatalf("broken")
		}
	})
}

// quietly runs rapid and keeps its failures quiet: they are ours to report.
func quietly(t *testing.T, property func(*quiet, *rapid.T)) error {
	_, err := silently(t.Name(), func(q *quiet) {
		rapid.Check(q, func(rt *rapid.T) { property(q, rt) })
	})
	if err != nil {
		return fmt.Errorf("linktest: %w", err)
	}
	return nil
}
