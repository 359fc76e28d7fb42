package cli

import (
	"fmt"
	"slices"
	"strings"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/histories/chart"
	"fairloss/impl"
	"fairloss/spec"
)

// print shows what an exhaustive search found, and what it covered.
func (o *exploration) print(s *session, r explored, e explore.Exhaustive) error {
	link := e.Link
	fmt.Fprintf(s.out, "link %s, claimed: %s, network: %s, %d processes; ", link.Name, r.Guarantee, link.Assumes.String()+link.Fairness(), link.Size())
	fmt.Fprintf(s.out, "sent: %s\n", explore.Spell(e.Bounds.Workload))
	table := report{Verdict: r.Verdict, Properties: r.Properties}
	table.table(s, atLine)
	for _, f := range e.Findings {
		if f.Counterexample != nil {
			if err := o.printCounterexample(s, e, f.Counterexample); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(s.out)
	printCoverage(s, "", e.Coverage)
	printCoverage(s, "each message sent again and again: ", e.Repeated)
	fmt.Fprintf(s.out, "a state was missed with a probability of at most %.1e (two with one fingerprint)\n", e.Collision())
	fmt.Fprintf(s.out, "%d random walks of the real code found nothing that the key of its state omits\n", auditWalks)
	crashes := ""
	if link.Assumes.Crashes == 0 {
		crashes = ", no process crashes"
	}
	fmt.Fprintf(s.out, "bounds: %s; assumptions: network %s%s\n", o.bounds(e.Bounds.Workload), link.Assumes, crashes)
	fmt.Fprintln(s.out, table.conclusion())
	return nil
}

func (o *exploration) bounds(workload []world.Request) string {
	list := []string{explore.Spell(workload)}
	if o.maxStates > 0 {
		list = append(list, fmt.Sprintf("%d states", o.maxStates))
	}
	if o.maxMemory > 0 {
		list = append(list, o.maxMemory.String())
	}
	if o.timeout > 0 {
		list = append(list, o.timeout.String())
	}
	return strings.Join(list, ", ")
}

// printCoverage prints nothing of a search that was not made.
func printCoverage(s *session, what string, c explore.Coverage) {
	if c.States == 0 {
		return
	}
	complete := "complete"
	if !c.Complete {
		complete = fmt.Sprintf("not complete (%d states not expanded)", c.Frontier)
	}
	memory := "the memory of the search"
	bytes, ofProcess := c.BytesPerState()
	if ofProcess {
		memory = "the peak of the process"
	}
	fmt.Fprintf(s.out, "%s%d states, %d transitions, depth %d, %s, %.3fs, %d states/s, %.0f bytes/state (%s)\n", what,
		c.States, c.Transitions, c.Depth, complete, c.Elapsed.Seconds(), perSecond(c), bytes, memory)
}

// printCounterexample prints it, and a command that replays it.
func (o *exploration) printCounterexample(s *session, e explore.Exhaustive, c *explore.Counterexample) error {
	proof := "not proven shortest"
	if c.Shortest {
		proof = c.ShortestOf()
	}
	if err := s.printCounterexample(e.Link, c, proof, o.width); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "replay: %s\n", s.replayCommandLine(o.plan(e, c), o.guarantee))
	return err
}

// printCounterexample prints the schedule, what happens to each packet in its
// cycle, and the chart. Proof says how short the schedule is.
func (s *session) printCounterexample(link impl.Link, c *explore.Counterexample, proof string, width int) error {
	reason := "never met, although the network is fair: " + c.Reason
	if c.Broken >= 0 {
		reason = fmt.Sprintf("broken at step %d: %s", c.Events[c.Broken].At, c.Reason)
	}
	fmt.Fprintf(s.out, "\n%s %s: %s\n%s\n", c.Property.ID, c.Property.Name, c.Property.Sentence, reason)
	fmt.Fprintf(s.out, "schedule (%s, %s):\n%s", actions(c.Schedule.Len()), proof, numbered(c.Schedule))
	for _, flow := range c.Traffic() {
		fmt.Fprintf(s.out, "       %s\n", flow)
	}
	fmt.Fprintln(s.out)
	return picture{c.Events, chart.Options{
		Width: s.columns(width), Processes: link.Size(), Broken: c.Broken, Note: c.Property.ID + " broken here",
		Live: slices.ContainsFunc(c.Events, func(e spec.Event) bool { return e.Kind == spec.Forever }), Describe: link.Describer(),
	}}.draw(s.out)
}

// plan is a counterexample as a schedule that needs no flags but -guarantee.
func (o *exploration) plan(e explore.Exhaustive, c *explore.Counterexample) world.Schedule {
	plan := c.Schedule
	plan.Link, plan.Processes = e.Link.Name, o.processes
	if o.network != "" {
		plan.Assumes = &e.Link.Assumes
	}
	return plan
}

// replayCommandLine is a command line that replays a schedule, judged by a
// guarantee if there is a name of one. A program is named apart from it.
func (s *session) replayCommandLine(plan world.Schedule, guarantee string) string {
	flags := ""
	if s.isProgram(plan.Link) {
		flags, plan.Link = "-link "+quoted(plan.Link)+" ", ""
	}
	if guarantee != "" {
		flags += "-guarantee " + guarantee + " "
	}
	text := strings.ReplaceAll(strings.TrimSuffix(plan.String(), "\n"), "\n", "; ")
	return fmt.Sprintf(`printf '%%s\n' %s | fairloss replay %s-`, quoted(text), flags)
}

// quoted is one word for a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
