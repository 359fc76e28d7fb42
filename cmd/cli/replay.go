package cli

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"fairloss/checker"
	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

var replayCommand = command{
	name: "replay", argument: "FILE",
	summary: "run a schedule through the real code of a link",
	about: "Runs a schedule (one action a line, - is standard input), judges what happens and draws it.\n" +
		"The line \"link NAME\" of the schedule says which link, or -link does.",
	examples: []string{
		"fairloss replay schedule.txt",
		`printf 'send 0>1 "a"\nfair\n' | fairloss replay -link fifo -`,
		"fairloss replay -o history.jsonl schedule.txt && fairloss check history.jsonl",
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		name := flags.String("link", "", "the link `NAME` to run, instead of the one in the schedule")
		guarantee := flags.String("guarantee", "", "judge by the guarantee of this `NAME`, instead of what the link claims")
		output := flags.String("o", "", "write the history to `FILE`")
		width := flags.Int("width", 0, "columns of the chart; 0 is those of the terminal, else 80")
		return func(s *session, file string) (spec.Verdict, error) {
			return replay(s, file, *name, *guarantee, *output, *width)
		}
	},
}

// replayed is a schedule that was run.
type replayed struct {
	link       impl.Link // in the surroundings of the schedule
	schedule   world.Schedule
	events     []spec.Event
	judgements []checker.Judgement
}

func replay(s *session, file, name, guarantee, output string, width int) (spec.Verdict, error) {
	in, err := s.open(file)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	plan, err := schedule(in)
	if err != nil {
		return 0, at(file, err)
	}
	r, err := s.rerun(plan, name, guarantee)
	var broken *explore.Broken
	if errors.As(err, &broken) {
		return spec.Violated, s.reportContract(r.link, broken)
	}
	if err != nil {
		return 0, at(file, err)
	}
	if output != "" {
		if err := writeHistory(output, r); err != nil {
			return 0, err
		}
	}
	report := newReport(r.link.Name, r.link.Guarantee.Name, r.judgements)
	if s.json {
		return report.Verdict, s.printJSON(report)
	}
	fmt.Fprintf(s.out, "link %s, claimed: %s, network: %s, %d events\n", r.link.Name, r.link.Guarantee.Name, r.link.Assumes.String()+r.link.Fairness(), len(r.events))
	report.table(s, r.step)
	fmt.Fprintln(s.out)
	if err := r.picture(s.columns(width)).draw(s.out); err != nil {
		return 0, err
	}
	fmt.Fprintln(s.out, report.conclusion())
	return report.Verdict, nil
}

// step says at which step a property was broken.
func (r replayed) step(f finding) string {
	return fmt.Sprintf("step %d", r.events[f.Event-lineOf(0)].At)
}

// surroundings returns the link of a schedule, or that of the name if not "",
// in the surroundings of the schedule. A schedule starts no program by itself:
// whoever wrote it may not be who runs it.
func (s *session) surroundings(plan world.Schedule, name string) (impl.Link, error) {
	if name == "" {
		name = plan.Link
		if _, named := s.programs[name]; !named && s.isProgram(name) {
			return impl.Link{}, fmt.Errorf("the schedule is of the program %q: to start it, name it with -link", name)
		}
	}
	if name == "" {
		return impl.Link{}, errors.New(`the schedule has no line "link NAME", and there is no -link`)
	}
	link, err := s.link(name)
	if err != nil {
		return link, err
	}
	return plan.On(link), nil
}

// rerun runs a schedule; name, if not "", is the link to run it on, guarantee
// what to judge it by. ACK is left out where the link neither claims it nor
// confirmed anything.
func (s *session) rerun(plan world.Schedule, name, guarantee string) (replayed, error) {
	link, err := s.surroundings(plan, name)
	if err != nil {
		return replayed{}, err
	}
	if guarantee != "" {
		if link.Guarantee, err = spec.ParseGuarantee(guarantee); err != nil {
			return replayed{}, err
		}
	}
	r := replayed{link: link, schedule: plan}
	end, judgements, err := explore.Replay(link, plan, explore.Judged(link)...)
	if err != nil {
		return r, err
	}
	r.events = end.History()
	for _, j := range judgements {
		_, claimed := link.Guarantee.Property(j.Property.ID)
		if claimed || j.Tested > 0 {
			r.judgements = append(r.judgements, j)
		}
	}
	return r, nil
}

func writeHistory(file string, r replayed) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(explore.WriteHistory(f, r.link, r.events), f.Close())
}
