package transport

import (
	"fmt"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/spec"
)

// Finding is what a campaign says of one property.
type Finding struct {
	Property spec.Property
	spec.Runs
	Endless int    // of the runs, how many were Endless while something was owed
	Voided  int    // obligations that faults and refusals have voided, in all runs
	Why     string // of the first Endless run or, where there is none, of the first that was inconclusive

	// Of the first run that violates it, counted from 1, and then of the
	// shortest schedule found that does.
	First    int
	Schedule Schedule
	Reason   string
}

// Campaign makes many runs of one transport in a worker, and finds for each
// property whether one of them violates it.
type Campaign struct {
	Transport Transport
	Findings  []Finding // in the order of the guarantee, then Conduct
	Runs      int       // that were made
	Unopened  int       // of them, how often Open returned an error
	WhyNot    string    // the first such error
	Sent      int       // messages
	Refused   int       // of them, how often Send returned an error
	Stats     chaos.Stats
	Elapsed   time.Duration // virtual
	CutShort  string        // why there were no more runs; "" where nothing cut it short

	worker             *Worker
	livelocks, unclean int // runs
}

// NewCampaign returns a campaign for a test that has called Serve. Close it.
func NewCampaign(t *testing.T, tr Transport) *Campaign {
	c := &Campaign{Transport: tr, worker: NewWorker(t, tr)}
	for _, p := range tr.properties() {
		c.Findings = append(c.Findings, Finding{Property: p})
	}
	return c
}

// Plan says how many runs are to be made, which spec.Runs compares with those
// that decided something.
func (c *Campaign) Plan(runs int) {
	for i := range c.Findings {
		c.Findings[i].Planned = runs
	}
}

// Close ends the worker.
func (c *Campaign) Close() { c.worker.Close() }

// Processes is how many processes were started.
func (c *Campaign) Processes() int { return c.worker.Started() }

// Run makes one run and counts it. An error says that no worker could be started.
func (c *Campaign) Run(s Schedule) error {
	r, err := c.worker.Run(s, false)
	if err != nil {
		return err
	}
	c.Runs++
	c.Sent += r.Sent
	c.Refused += r.Refused
	c.Elapsed += r.Elapsed
	c.Stats.Add(r.Stats)
	if r.Unopened != "" {
		if c.Unopened++; c.Unopened == 1 {
			c.WhyNot = fmt.Sprintf("%s (schedule: %s)", r.Unopened, s.Inline())
		}
	}
	for i := range c.Findings {
		c.Findings[i].count(c.Runs, s, &r)
	}
	c.tire(&r)
	return nil
}

// After so many runs that ended badly, those to come would take long and tell
// little.
const (
	maxLivelocks = 2
	maxUnclean   = 10
)

func (c *Campaign) tire(r *Result) {
	if r.Of(Livelock.ID).Verdict == spec.Violated {
		if c.livelocks++; c.livelocks == maxLivelocks {
			c.CutShort = fmt.Sprintf("%d runs never ended", c.livelocks)
		}
	}
	if !r.Clean() {
		if c.unclean++; c.unclean == maxUnclean {
			c.CutShort = fmt.Sprintf("%d runs broke their process", c.unclean)
		}
	}
}

// Verdict is that of Runs, but for this: where runs were Endless while something
// was owed, nothing holds. What a transport loses would else be hidden by what it
// goes on to transmit.
func (f Finding) Verdict() spec.Verdict {
	if v := f.Runs.Verdict(); v == spec.Violated || f.Endless == 0 {
		return v
	}
	return spec.Inconclusive
}

func (f *Finding) count(run int, s Schedule, r *Result) {
	j := r.Of(f.Property.ID)
	f.Count(j.Verdict)
	f.Voided += j.Voided
	endless := r.Endless && j.Verdict == spec.Inconclusive && len(j.Owed) > 0
	if endless {
		f.Endless++
	}
	switch {
	case endless && f.Endless == 1:
		f.Why = j.Reason
	case j.Verdict == spec.Violated && f.Violated == 1:
		f.First, f.Schedule, f.Reason = run, s, j.Reason
	case j.Verdict == spec.Inconclusive && f.Inconclusive == 1:
		f.Why = j.Reason
	}
}

// Breaks reports whether a schedule violates a property, and keeps the schedule
// for the finding if it is shorter than the one before.
func (c *Campaign) Breaks(s Schedule, id string) bool {
	r, err := c.worker.Run(s, false)
	if err != nil {
		return false
	}
	j := r.Of(id)
	if j.Verdict != spec.Violated {
		return false
	}
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Property.ID == id && s.Len() <= f.Schedule.Len() {
			f.Schedule, f.Reason = s, j.Reason
		}
	}
	return true
}

const (
	minimiseRuns  = 2000             // that minimising a finding may take
	minimiseTime  = 30 * time.Second // that it may take, on the clock of this machine
	livelockTries = 6                // limits that it may take where runs never end
)

// Minimise makes the schedule of each finding short.
func (c *Campaign) Minimise(stop func() bool) {
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Violated == 0 {
			continue
		}
		limit := minimiseTime
		if f.Property.ID == Livelock.ID {
			limit = livelockTries * c.Transport.limit()
		}
		end := time.Now().Add(limit)
		f.Schedule = Minimise(f.Schedule, minimiseRuns, func(s Schedule) bool {
			return !stop() && time.Now().Before(end) && c.Breaks(s, f.Property.ID)
		})
	}
}

// Show makes one run in a new process, with packets in its history.
func (c *Campaign) Show(s Schedule) (Result, error) {
	c.worker.Close()
	return c.worker.Run(s, true)
}
