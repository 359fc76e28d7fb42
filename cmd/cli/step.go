package cli

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

var stepCommand = command{
	name: "step", argument: "NAME|FILE",
	summary: "walk through a link by hand, action by action",
	about: "Shows what can happen next and does what you choose, with the real code of the link. A link begins with a\n" +
		"few messages to send from process 0 to process 1, a schedule after its actions. Standard input holds a command\n" +
		"a line: the number of an action, u undo, c chart, j judge, s FILE save the schedule, q quit.\n" +
		"At the end the walk is judged as replay judges the schedule; with -json only that is printed.",
	examples: []string{
		"fairloss step fifo",
		"fairloss step schedule.txt",
		`printf '1\n1\nj\n' | fairloss step perfect -messages 1`,
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		name := flags.String("link", "", "the link `NAME` to run, instead of the one in the schedule")
		messages := flags.Int("messages", 3, "how many messages process 0 has for process 1, those of the schedule among them")
		width := flags.Int("width", 0, "columns of the chart; 0 is those of the terminal, else 80")
		return func(s *session, argument string) (spec.Verdict, error) {
			if *messages < 0 {
				return 0, fmt.Errorf("step: %d messages, want none or more", *messages)
			}
			w, err := s.newWalk(argument, *name, *messages)
			if err != nil {
				return 0, err
			}
			w.width = s.columns(*width)
			return w.run()
		}
	},
}

// walk is a schedule that grows by hand.
type walk struct {
	*session
	say   io.Writer // where the conversation goes
	width int
	name  string // of the link; "" is what the plan says
	link  impl.Link
	plan  world.Schedule

	messages int
	workload []world.Request
	sys      *world.System
	world    *world.World // after the plan
	moves    []world.Move // enabled in it
}

const stepHelp = "the number of an action, u undo, c chart, j judge, s FILE save, q quit"

func (s *session) newWalk(argument, name string, messages int) (*walk, error) {
	w := &walk{session: s, say: s.out, name: name, messages: messages}
	if s.json {
		w.say = io.Discard
	}
	link, err := s.link(argument)
	if err == nil {
		w.plan.Link = link.Name
		return w, w.begin()
	}
	if _, missing := os.Stat(argument); missing != nil {
		return nil, err
	}
	file, err := s.open(argument)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if w.plan, err = schedule(file); err == nil {
		w.plan = world.Schedule{Link: w.plan.Link, Assumes: w.plan.Assumes, Processes: w.plan.Processes, Actions: w.plan.Actions}
		err = w.begin()
	}
	if err != nil {
		return nil, at(argument, err)
	}
	return w, nil
}

// begin makes the actions of the plan.
func (w *walk) begin() error {
	link, err := w.surroundings(w.plan, w.name)
	if err != nil {
		return err
	}
	w.link, w.workload = link, explore.Workload(link, w.messages, false)
	if w.sys, err = world.New(link, explore.Untimed(explore.Judged(link))); err != nil {
		return err
	}
	return w.again()
}

// again makes the actions of the plan from the beginning: the instances of a
// link have no way back.
func (w *walk) again() (err error) {
	if w.world, err = w.sys.Witness(w.workload); err != nil {
		return err
	}
	_, err = w.world.Follow(w.plan)
	return err
}

// run reads commands until q, the end of the input or an interrupt.
func (w *walk) run() (spec.Verdict, error) {
	fmt.Fprintf(w.say, "link %s, claimed: %s, network: %s\n", w.link.Name, w.link.Guarantee.Name, w.link.Assumes.String()+w.link.Fairness())
	lines, done := w.input()
	defer close(done)
	w.show()
	for {
		fmt.Fprint(w.say, "> ")
		if err := w.out.Flush(); err != nil {
			return 0, err
		}
		var line string
		open := false
		select {
		case line, open = <-lines:
		case <-w.ctx.Done():
		}
		if !open {
			fmt.Fprintln(w.say)
			return w.judge(true)
		}
		quit, err := w.obey(strings.TrimSpace(line))
		var failure *world.Failure
		if errors.As(err, &failure) {
			return spec.Violated, w.reportContract(w.link, err)
		}
		if err != nil {
			fmt.Fprintf(w.say, "%v; want %s\n", err, stepHelp)
		}
		if quit {
			return w.judge(true)
		}
	}
}

// input reads the commands in a goroutine of its own, so that an interrupt need
// not wait for the end of a line.
func (w *walk) input() (<-chan string, chan struct{}) {
	lines, done := make(chan string), make(chan struct{})
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(w.in); in.Scan(); {
			select {
			case lines <- in.Text():
			case <-done:
				return
			}
		}
	}()
	return lines, done
}

// obey does what a line says. The error is about the line, or a
// *world.Failure of the link.
func (w *walk) obey(line string) (quit bool, err error) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if rest != "" && word != "s" {
		return false, fmt.Errorf("unexpected %q", rest)
	}
	switch word {
	case "q":
		return true, nil
	case "u":
		return false, w.undo()
	case "c":
		return false, w.chart()
	case "j":
		_, err = w.judge(false)
		return false, err
	case "s":
		return false, w.save(rest)
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		return false, fmt.Errorf("unknown command %q", word)
	}
	if n < 1 || n > len(w.moves) {
		return false, fmt.Errorf("there is no action %d", n)
	}
	return false, w.do(w.moves[n-1])
}

// do makes a move, and shows what it led to.
func (w *walk) do(m world.Move) error {
	action, before, broken := w.world.Action(m), len(w.world.History()), w.world.Broken()
	if err := w.world.Do(m); err != nil {
		return err
	}
	w.plan.Actions = append(w.plan.Actions, action)
	fmt.Fprintln(w.say, action)
	for _, e := range w.world.History()[before:] {
		if e.Kind == spec.Transmit || e.Kind == spec.Deliver || e.Kind == spec.Confirm {
			fmt.Fprintf(w.say, "    %s\n", e)
		}
	}
	for i, p := range w.sys.Properties() {
		if (w.world.Broken()&^broken)>>i&1 == 1 {
			fmt.Fprintf(w.say, "    %s is violated: %s\n", p.ID, p.Sentence)
		}
	}
	w.show()
	return nil
}

func (w *walk) undo() error {
	last := len(w.plan.Actions) - 1
	if last < 0 {
		return errors.New("there is nothing to undo")
	}
	undone := w.plan.Actions[last]
	w.plan.Actions = w.plan.Actions[:last]
	if err := w.again(); err != nil {
		return err
	}
	fmt.Fprintf(w.say, "undone: %s\n", undone)
	w.show()
	return nil
}

// show lists what can happen next.
func (w *walk) show() {
	w.moves = w.world.Enabled(w.moves[:0])
	if len(w.moves) == 0 {
		fmt.Fprintln(w.say, "nothing more can happen")
	}
	describe := w.link.Describer()
	for i, m := range w.moves {
		a := w.world.Action(m)
		fmt.Fprintf(w.say, "%4d  %s", i+1, a)
		if describe != nil && a.Packet != "" {
			fmt.Fprintf(w.say, "  (%s)", describe(string(a.Packet)))
		}
		fmt.Fprintln(w.say)
	}
}

func (w *walk) chart() error {
	r, err := w.rerun(w.plan, "", "")
	if err != nil {
		return err
	}
	return r.picture(w.width).draw(w.say)
}

func (w *walk) save(file string) error {
	if file == "" {
		return errors.New("s: missing FILE")
	}
	if err := os.WriteFile(file, []byte(w.plan.String()), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(w.say, "%s written to %s\n", actions(len(w.plan.Actions)), file)
	return nil
}

// walked is a walk as -json prints it.
type walked struct {
	report
	Schedule []string `json:"schedule"`
}

// judge prints what is to be said of the walk so far, in JSON at its end only.
func (w *walk) judge(end bool) (spec.Verdict, error) {
	r, err := w.rerun(w.plan, "", "")
	if err != nil {
		return 0, err
	}
	report := newReport(r.link.Name, r.link.Guarantee.Name, r.judgements)
	switch {
	case !w.json:
		report.table(w.session, r.step)
		fmt.Fprintln(w.out, report.conclusion())
	case end:
		return report.Verdict, w.printJSON(walked{report, lines(w.plan.Actions)})
	}
	return report.Verdict, nil
}
