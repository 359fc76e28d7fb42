package cli

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"fairloss/checker/timed"
	"fairloss/histories/chart"
	"fairloss/impl"
	"fairloss/spec"
)

const timedWords = `
  seed=1 end=10s delay=1ms..5ms loss=0.2 dup=0.1   early=1ms..400ms until=2s: delays, loss, dup until then
  edges=0.5: so many delays and timers are extreme  bandwidth=1000 queue=8 inbox=16: bytes/s, packets that wait
  send=0>1:100@0s/1ms: 100 messages from 0s, one each 1ms (*: every process)  work=1:1ms: what an event takes
  drift=1:200ppm jump=1@3s:-50ms: clocks            pause=1@2s..3s down=0@0s..1s: processes

`

// virtualTime is run in virtual time.
type virtualTime struct {
	conditions string
	campaign   int
	plot       string
	history    string
}

func (v *virtualTime) flags(flags *flag.FlagSet) {
	flags.StringVar(&v.conditions, "timed", "", "run in virtual time, under `CONDITIONS`; see above")
	flags.IntVar(&v.campaign, "campaign", 0, "in virtual time: so many runs that are no worse")
	flags.StringVar(&v.plot, "plot", "", "in virtual time: write packets over time to `FILE`, as SVG")
}

// timedFlags are those that mean something in virtual time.
var timedFlags = []string{"timed", "campaign", "plot", "seed", "json", "o"}

func (v *virtualTime) run(s *session, link impl.Link, seed uint64, set map[string]bool) (spec.Verdict, error) {
	for name := range set {
		if !slices.Contains(timedFlags, name) {
			return 0, fmt.Errorf("run: -%s means nothing in virtual time; see -timed in 'fairloss run -h'", name)
		}
	}
	if !set["timed"] {
		v.conditions = link.Conditions
	}
	c, err := timed.Parse(v.conditions)
	if err != nil {
		return 0, fmt.Errorf("run: %w", err)
	}
	if seed != 0 {
		c.Seed = seed
	}
	if c.Seed == 0 {
		c.Seed = 1 + rand.Uint64N(1_000_000)
	}
	switch {
	case v.campaign < 0, v.campaign > 0 && (v.plot != "" || v.history != ""):
		return 0, fmt.Errorf("run: a campaign of %d runs cannot be made, or has no plot and no history", v.campaign)
	case v.campaign > 0:
		return s.campaign(link, c, v.campaign)
	}
	return v.once(s, link, c)
}

// timedRun is a run in virtual time as -json prints it. Times are in seconds.
type timedRun struct {
	report
	Conditions string      `json:"conditions"`
	Seconds    float64     `json:"seconds"`
	Settled    bool        `json:"settled"`
	Stats      timed.Stats `json:"stats"`
	P50        float64     `json:"p50"`
	P99        float64     `json:"p99"`
	Packets    []int       `json:"packets"` // transmitted, in equal parts of the time
}

const plotParts = 240

func (v *virtualTime) once(s *session, link impl.Link, c timed.Conditions) (spec.Verdict, error) {
	result, err := timed.Run(link, c)
	if errors.Is(err, timed.ErrLink) {
		return spec.Violated, s.reportContract(link, err)
	}
	if err != nil {
		return 0, fmt.Errorf("run: %w", err)
	}
	delays := timed.Delays(result.Events)
	r := timedRun{
		report: newReport(link.Name, link.Guarantee.Name, result.Judgements), Conditions: c.String(),
		Seconds: result.Elapsed.Seconds(), Settled: result.Settled, Stats: result.Stats,
		P50: timed.Quantile(delays, 0.5).Seconds(), P99: timed.Quantile(delays, 0.99).Seconds(),
		Packets: timed.Rate(result.Events, result.Elapsed, plotParts),
	}
	plot := chart.Plot{Title: "packets over time", Counts: r.Packets, End: result.Elapsed}
	if err := v.save(link, c, result, plot); err != nil {
		return 0, err
	}
	if s.json {
		return r.Verdict, s.printJSON(r)
	}
	return r.Verdict, s.printTimed(r, result, plot)
}

// save writes the history where -o says, and the plot where -plot says.
func (v *virtualTime) save(link impl.Link, c timed.Conditions, result timed.Result, plot chart.Plot) error {
	if v.history != "" {
		file, err := os.Create(v.history)
		if err != nil {
			return err
		}
		if err := errors.Join(timed.WriteHistory(file, link, c, result.Events), file.Close()); err != nil {
			return err
		}
	}
	if v.plot == "" {
		return nil
	}
	file, err := os.Create(v.plot)
	if err != nil {
		return err
	}
	return errors.Join(plot.SVG(file), file.Close())
}

func (s *session) printTimed(r timedRun, result timed.Result, plot chart.Plot) error {
	ending := "the run ended before all was settled"
	if r.Settled {
		ending = "all was settled"
	}
	fmt.Fprintf(s.out, "link %s, claimed: %s; %v of virtual time, %s\n", r.Link, r.Guarantee, result.Elapsed, ending)
	fmt.Fprintf(s.out, "conditions: %s\n", r.Conditions)
	n := r.Stats
	fmt.Fprintf(s.out, "%d packets: %d lost, %d duplicated, %d overflowed a channel, %d an inbox; %d events\n",
		n.Packets, n.Lost, n.Duplicated, n.Overflowed, n.Refused, n.Steps)
	if r.P99 > 0 {
		delays := timed.Delays(result.Events)
		fmt.Fprintf(s.out, "%d messages delivered, after %v (P50), %v (P99)\n", len(delays), timed.Quantile(delays, 0.5), timed.Quantile(delays, 0.99))
	}
	if err := plot.Text(s.out, 0); err != nil {
		return err
	}
	r.table(s, func(f finding) string { return time.Duration(result.Events[f.Event-lineOf(0)].At).String() })
	fmt.Fprintln(s.out, r.conclusion())
	return nil
}

// timedFinding is what a campaign says of a property, as -json prints it.
type timedFinding struct {
	ID           string       `json:"id"`
	Verdict      spec.Verdict `json:"verdict"`
	Held         int          `json:"held"`
	Violated     int          `json:"violated"`
	Inconclusive int          `json:"inconclusive"`
	Planned      int          `json:"planned"`
	Voided       int          `json:"voided"` // obligations that faults have excused
	Reason       string       `json:"reason,omitempty"`
	Conditions   string       `json:"conditions,omitempty"` // the calmest found
}

// why is the reason where no conditions show it.
func (f timedFinding) why() string {
	if f.Verdict == spec.Inconclusive {
		return f.Reason
	}
	return ""
}

// campaign makes random runs of a link that are no worse than c.
func (s *session) campaign(link impl.Link, c timed.Conditions, runs int) (spec.Verdict, error) {
	found, err := timed.Campaign(s.ctx, link, c, runs, c.Seed)
	if errors.Is(err, timed.ErrLink) {
		return spec.Violated, s.reportContract(link, err)
	}
	if err != nil {
		return 0, fmt.Errorf("run: %w", err)
	}
	list := []timedFinding{}
	var verdicts []spec.Verdict
	for _, f := range found.Findings {
		row := timedFinding{f.Property.ID, f.Verdict(), f.Held, f.Violated, f.Inconclusive, f.Planned, f.Voided, f.Reason, ""}
		if row.Verdict == spec.Inconclusive {
			row.Reason = f.Runs.String() + ", too few to say that it holds"
		}
		if f.Violated > 0 {
			f.Conditions, row.Reason = timed.Calm(link, f.Conditions, f.Property.ID)
			row.Conditions = f.Conditions.String()
		}
		list = append(list, row)
		verdicts = append(verdicts, row.Verdict)
	}
	if found.Runs < runs { // interrupted
		verdicts = append(verdicts, spec.Inconclusive)
	}
	if s.json {
		return spec.Worst(verdicts...), s.printJSON(list)
	}
	fmt.Fprintf(s.out, "link %s, claimed: %s; %d runs no worse than: %s\n", link.Name, link.Guarantee.Name, runs, c)
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, f := range list {
		fmt.Fprintf(t, "%s\t%s\t%d held\t%d violated\t%d inconclusive\t%d excused\t%s\n", f.ID, f.Verdict, f.Held, f.Violated, f.Inconclusive, f.Voided, f.why())
	}
	t.Flush()
	for _, f := range list {
		if f.Verdict == spec.Violated {
			fmt.Fprintf(s.out, "\n%s: %s\nReplay:\n  fairloss run -timed '%s' %s\n", f.ID, f.Reason, f.Conditions, link.Name)
		}
	}
	return spec.Worst(verdicts...), nil
}
