package cli

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

var testCommand = command{
	name: "test", argument: "NAME",
	summary: "run random schedules of a link, and judge it",
	about: "First demands the contract of a link: the same events have the same effects, on two instances side by side, and\n" +
		"the key of a state omits nothing. Then runs random schedules of sends, deliveries, timeouts and faults, each of\n" +
		"them ended by a fair suffix in which the link must deliver what it owes. What breaks a property is minimised.\n" +
		"This is what fairloss/checker/linktest does in go test, for links that are not in Go.",
	examples: []string{
		"fairloss test fifo",
		"fairloss test 'python3 mylink.py'",
		"fairloss test -schedules 20000 -seed 7 -network fifo ./mylink",
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		var r randomTest
		flags.IntVar(&r.schedules, "schedules", 2000, "how many schedules to run")
		flags.Uint64Var(&r.seed, "seed", 0, "fixes the schedules; 0 is a random one")
		flags.StringVar(&r.network, "network", "", "the `MODEL`, instead of the link's own; see fairloss explore -h")
		flags.IntVar(&r.width, "width", 0, "columns of the chart; 0 is those of the terminal, else 80")
		return r.run
	},
}

// randomTest is which schedules to run.
type randomTest struct {
	schedules, width int
	seed             uint64
	network          string
}

// randomlyTested is a random test as -json prints it.
type randomlyTested struct {
	report
	Network         string      `json:"network"`
	Seed            uint64      `json:"seed"`
	Schedules       int         `json:"schedules"`
	Steps           int         `json:"steps"`
	Seconds         float64     `json:"seconds"`
	Counterexamples []scheduled `json:"counterexamples"`
}

// scheduled is a counterexample as replay reads it.
type scheduled struct {
	Property string `json:"property"`
	Length   int    `json:"length"`
	Schedule string `json:"schedule"`
}

func (r *randomTest) run(s *session, name string) (spec.Verdict, error) {
	if r.schedules < 1 {
		return 0, fmt.Errorf("test: %d schedules, want at least 1", r.schedules)
	}
	link, err := s.link(name)
	if err != nil {
		return 0, err
	}
	if r.network != "" {
		if link.Assumes, err = spec.ParseAssumptions(r.network); err != nil {
			return 0, err
		}
	}
	if r.seed == 0 {
		r.seed = rand.Uint64()>>16 + 1
	}
	start := time.Now()
	found, err := r.campaign(s, link)
	elapsed := time.Since(start)
	var failure *world.Failure
	if errors.As(err, &failure) {
		return spec.Violated, s.reportBroken(link, err, r.broken(link, err))
	}
	if err != nil {
		return 0, fmt.Errorf("test: %w", err)
	}
	t := r.tested(found, elapsed)
	if s.json {
		return t.Verdict, s.printJSON(t)
	}
	return t.Verdict, r.print(s, found, t)
}

// campaign audits a link and runs the schedules, until the session is
// interrupted.
func (r *randomTest) campaign(s *session, link impl.Link) (explore.Report, error) {
	if err := explore.Audit(link, r.seed, auditWalks); err != nil {
		return explore.Report{}, err
	}
	c, err := explore.New(link)
	if err != nil {
		return explore.Report{}, err
	}
	bar := s.progress(r.schedules, link.Name)
	defer bar.end()
	for k := range r.schedules {
		if s.ctx.Err() != nil {
			c.CutShort()
			break
		}
		if err := c.Run(explore.Seeded(r.seed, uint64(k))); err != nil {
			return explore.Report{}, err
		}
		bar.set(k + 1)
	}
	return c.Report()
}

// tested leaves out ACK where the link neither claims it nor confirmed
// anything.
func (r *randomTest) tested(found explore.Report, elapsed time.Duration) randomlyTested {
	t := randomlyTested{
		report:  report{Link: found.Link.Name, Guarantee: found.Link.Guarantee.Name},
		Network: found.Link.Assumes.String(), Seed: r.seed, Schedules: found.Stats.Schedules, Steps: found.Stats.Steps,
		Seconds: elapsed.Seconds(), Counterexamples: []scheduled{},
	}
	var verdicts []spec.Verdict
	for _, f := range found.Findings {
		if _, claimed := found.Link.Guarantee.Property(f.Property.ID); !claimed && f.Tested == 0 {
			continue
		}
		t.Properties = append(t.Properties, finding{
			ID: f.Property.ID, Name: f.Property.Name, Verdict: f.Verdict, Reason: f.Reason, Tested: f.Tested, Voided: f.Voided, Engine: "campaign",
		})
		verdicts = append(verdicts, f.Verdict)
		if c := f.Counterexample; c != nil {
			t.Counterexamples = append(t.Counterexamples, scheduled{f.Property.ID, c.Schedule.Len(), c.Schedule.Inline()})
		}
	}
	if t.Verdict = spec.Worst(verdicts...); found.Stats.CutShort {
		t.Verdict = spec.Worst(t.Verdict, spec.Inconclusive)
	}
	return t
}

// broken is the test of a link that broke the contract of a layer.
func (r *randomTest) broken(link impl.Link, err error) randomlyTested {
	t := r.tested(explore.Report{Link: link}, 0)
	t.Verdict, t.Properties = spec.Violated, []finding{contractFinding(err)}
	var broken *explore.Broken
	if errors.As(err, &broken) {
		t.Counterexamples = append(t.Counterexamples, scheduled{contractID, broken.Schedule.Len(), broken.Schedule.Inline()})
	}
	return t
}

func (r *randomTest) print(s *session, found explore.Report, t randomlyTested) error {
	fmt.Fprintf(s.out, "link %s, claimed: %s, network: %s%s, seed %d\n", t.Link, t.Guarantee, t.Network, found.Link.Fairness(), t.Seed)
	t.table(s, atLine)
	for _, f := range found.Findings {
		if f.Endless != nil {
			fmt.Fprintf(s.out, "\n%s is not decided; the first rounds of the fair suffix:", f.Property.ID)
			if err := s.printCounterexample(found.Link, f.Endless, "minimised", r.width); err != nil {
				return err
			}
		}
		if f.Counterexample == nil {
			continue
		}
		if err := s.printCounterexample(found.Link, f.Counterexample, "minimised", r.width); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "replay: %s\n", s.replayCommandLine(r.plan(found.Link, f.Counterexample), ""))
	}
	fmt.Fprintf(s.out, "\n%d schedules, %d steps in %.3fs, %d steps/s; %d sends, %d deliveries, %d losses, %d crashes\n",
		t.Schedules, t.Steps, t.Seconds, int(float64(t.Steps)/max(t.Seconds, 1e-9)),
		found.Stats.Sends, found.Stats.Delivered, found.Stats.Losses, found.Stats.Crashes)
	if found.Stats.CutShort {
		fmt.Fprintf(s.out, "cut short: %d schedules were wanted\n", r.schedules)
	}
	fmt.Fprintf(s.out, "%d random walks of the real code found nothing that the key of its state omits\n", auditWalks)
	_, err := fmt.Fprintln(s.out, t.conclusion())
	return err
}

// plan is a counterexample as a schedule that needs no flags.
func (r *randomTest) plan(link impl.Link, c *explore.Counterexample) world.Schedule {
	plan := c.Schedule
	plan.Link = link.Name
	if r.network != "" {
		plan.Assumes = &link.Assumes
	}
	return plan
}
