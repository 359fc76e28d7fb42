package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"fairloss/checker/explore"
	"fairloss/impl"
	"fairloss/spec"
)

var classifyCommand = command{
	name: "classify", argument: "NAME|-all", optional: true,
	summary: "find what a link keeps, and what it needs for that",
	about: "Searches all schedules of a few messages, distinct and equal, one way and both ways, for a violation of each\n" +
		"guarantee: on the network that the link claims, and on networks on which only some faults happen (loss,\n" +
		"duplication, reordering, crashes, partitions, corruption, forgery). A fault breaks a guarantee where there is a\n" +
		"counterexample; the others are withstood all together. The workload grows until the time is over, or up to\n" +
		"-messages: with that, the result is the same each time. What a search is too small for is inconclusive.",
	examples: []string{"fairloss classify alternatingbit", "fairloss classify -all -messages 2", "fairloss classify perfect -messages 3 -json"},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		var c classification
		flags.BoolVar(&c.all, "all", false, "classify every link that is no mutant, as a table")
		flags.BoolVar(&c.markdown, "markdown", false, "print the table of -all as Markdown")
		flags.IntVar(&c.growth.Messages, "messages", 0, "stop after workloads of so many messages; 0: when the time is over")
		flags.IntVar(&c.growth.MaxStates, "max-states", 20_000, "stop a search at about as many states, with each message more at four times as many")
		flags.DurationVar(&c.timeout, "timeout", 0, "the time for a link; 0 is 10s or, with -messages, no bound")
		return c.run
	},
}

// classification is what to classify.
type classification struct {
	all, markdown bool
	growth        explore.Growth
	timeout       time.Duration
}

// classifyTime is the time for a link where there is no other bound.
const classifyTime = 10 * time.Second

func (c *classification) run(s *session, name string) (spec.Verdict, error) {
	switch {
	case c.growth.Messages < 0 || c.growth.MaxStates < 1 || c.timeout < 0:
		return 0, errors.New("classify: want at least 1 state, and no negative number")
	case c.all == (name != ""):
		return 0, errors.New("classify: want the name of a link, or -all")
	case c.markdown && !c.all:
		return 0, errors.New("classify: -markdown goes with -all")
	}
	links, err := c.links(s, name)
	if err != nil {
		return 0, err
	}
	var classes []explore.Class
	var verdicts []spec.Verdict
	bar := s.progress(len(links), "links")
	for i, link := range links {
		class, err := c.classify(s.ctx, link)
		if breaksContract(err) {
			bar.end()
			return spec.Violated, s.reportBroken(link, err, newContractReport(link, err))
		}
		if err != nil {
			bar.end()
			return 0, fmt.Errorf("classify: %s: %w", link.Name, err)
		}
		classes = append(classes, class)
		verdicts = append(verdicts, claimed(class).Own.Verdict)
		bar.set(i + 1)
	}
	bar.end()
	verdict := spec.Worst(verdicts...)
	switch {
	case s.json:
		return verdict, s.printJSON(newClassified(classes))
	case c.markdown:
		c.printMarkdown(s, classes)
	case c.all:
		c.printTable(s, classes)
	default:
		c.print(s, classes[0])
	}
	return verdict, nil
}

func (c *classification) classify(ctx context.Context, link impl.Link) (class explore.Class, err error) {
	if c.timeout == 0 && c.growth.Messages == 0 {
		c.timeout = classifyTime
	}
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	err = guarded(link, handlerLimit, func() error {
		found, err := explore.Classify(ctx, link, c.growth)
		class = found
		return err
	})
	return class, err
}

func (c *classification) links(s *session, name string) ([]impl.Link, error) {
	if !c.all {
		link, err := s.link(name)
		return []impl.Link{link}, err
	}
	return slices.DeleteFunc(slices.Clone(s.registry), func(l impl.Link) bool { return l.Kind == impl.Mutant || l.Conditions != "" }), nil
}

// claimed is the level that the link claims.
func claimed(c explore.Class) explore.Level {
	return c.Levels[slices.IndexFunc(c.Levels, func(l explore.Level) bool {
		return l.Guarantee.Name == c.Link.Guarantee.Name && len(l.Guarantee.Properties) == len(c.Link.Guarantee.Properties)
	})]
}

// print shows all that was found of one link.
func (c *classification) print(s *session, class explore.Class) {
	fmt.Fprintf(s.out, "link %s on %s, claimed: %s\n%s\n", class.Link.Name, class.Link.Assumes, spelled(class.Link.Guarantee), scope(class))
	for _, l := range class.Strongest() {
		fmt.Fprintf(s.out, "keeps %s\n", spelled(l.Guarantee))
	}
	for _, l := range class.Next() {
		fmt.Fprintf(s.out, "not   %s: %s\n", spelled(l.Guarantee), witness(l.Own))
	}
	fmt.Fprintln(s.out)
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "GUARANTEE")
	for _, fault := range spec.AllFaults.Each() {
		fmt.Fprintf(t, "\t%s", strings.ToUpper(fault.String()))
	}
	fmt.Fprintln(t)
	for _, l := range class.Levels {
		fmt.Fprintf(t, "%s\t%s\n", l.Guarantee.Name, strings.Join(cells(l), "\t"))
	}
	t.Flush()
	fmt.Fprintln(s.out, "\n- withstood; number: it breaks the guarantee, by a counterexample of so many actions; ? the searches are too small to tell")
	for _, l := range class.Levels {
		for _, n := range l.Faults {
			if n.Answer.Counterexample != nil {
				fmt.Fprintf(s.out, "%s breaks if %s (on %s): %s\n", l.Guarantee.Name, happens(n.Fault), n.Answer.Assumes, witness(n.Answer))
			}
		}
	}
}

// cells says for each fault whether the guarantee needs to be spared it.
func cells(l explore.Level) []string {
	if l.Calm.Verdict != spec.Holds {
		word := "not even without faults"
		if l.Calm.Verdict == spec.Inconclusive {
			word = "?"
		}
		return append([]string{word}, slices.Repeat([]string{""}, len(spec.AllFaults.Each())-1)...)
	}
	var list []string
	for _, fault := range spec.AllFaults.Each() {
		list = append(list, cell(l, fault))
	}
	return list
}

func cell(l explore.Level, fault spec.Faults) string {
	i := slices.IndexFunc(l.Faults, func(n explore.Need) bool { return n.Fault == fault })
	switch {
	case i < 0:
		return "-"
	case l.Faults[i].Answer.Counterexample == nil:
		return "?"
	}
	return fmt.Sprint(l.Faults[i].Answer.Counterexample.Schedule.Len())
}

// happens says that a fault happens.
func happens(fault spec.Faults) string {
	switch fault {
	case spec.Loss:
		return "packets are lost"
	case spec.Duplication:
		return "packets are duplicated"
	case spec.Reordering:
		return "packets are reordered"
	case spec.Crashes:
		return "processes crash"
	case spec.Partitions:
		return "the network is partitioned"
	case spec.Corruption:
		return "packets are corrupted"
	}
	return "packets are forged"
}

// scope says how far the searches came.
func scope(class explore.Class) string {
	var channels []string
	for _, c := range explore.BothWays(class.Link) {
		channels = append(channels, c.String())
	}
	if len(channels) > class.Messages {
		channels = channels[:max(1, class.Messages)]
	}
	text := fmt.Sprintf("%d states; up to %d messages on %s, distinct and equal", class.States, class.Messages, strings.Join(channels, " and "))
	if class.Complete > 0 {
		text += fmt.Sprintf("; all that is kept or withstood is so for up to %d", class.Complete)
	}
	if class.Partly {
		text += "; both ways at once the searches are not complete"
	}
	return text
}

// witness is a counterexample in one line.
func witness(a explore.Answer) string {
	c := a.Counterexample
	what := c.Property.ID
	if what == explore.Contract.ID {
		what = c.Reason
	}
	return fmt.Sprintf("%s in %d: %s", what, c.Schedule.Len(), c.Schedule.Inline())
}

func spelled(g spec.Guarantee) string {
	var ids []string
	for _, p := range g.Properties {
		ids = append(ids, p.ID)
	}
	return fmt.Sprintf("%s (%s)", g.Name, strings.Join(ids, " "))
}

// needs is a level in a few words: what breaks it.
func needs(l explore.Level) string {
	var list []string
	for _, n := range l.Faults {
		word := n.Fault.String()
		if n.Answer.Counterexample == nil {
			word += "?"
		}
		list = append(list, word)
	}
	switch {
	case l.Calm.Verdict == spec.Violated:
		return "never"
	case l.Calm.Verdict == spec.Inconclusive:
		return "?"
	case list == nil:
		return "always"
	}
	return strings.Join(list, ", ")
}

// columns are the guarantees of the ladder.
func columns() []string {
	var names []string
	for _, g := range spec.Guarantees() {
		names = append(names, g.Name)
	}
	return names
}

// row is a link with what each guarantee of the ladder needs.
func row(c explore.Class, kept func(string) string) []string {
	list := []string{c.Link.Name}
	for _, name := range columns() {
		l := c.Levels[slices.IndexFunc(c.Levels, func(l explore.Level) bool { return l.Guarantee.Name == name })]
		word := needs(l)
		if l.Own.Verdict == spec.Holds {
			word = kept(word)
		}
		list = append(list, word)
	}
	return list
}

func (c *classification) printTable(s *session, classes []explore.Class) {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "LINK\t%s\n", strings.ToUpper(strings.Join(columns(), "\t")))
	for _, class := range classes {
		fmt.Fprintln(t, strings.Join(row(class, func(word string) string { return "*" + word }), "\t"))
	}
	t.Flush()
	fmt.Fprintln(s.out, "* kept on the link's own network; always: withstands every fault; never: breaks without any; else what breaks it")
}

func (c *classification) printMarkdown(s *session, classes []explore.Class) {
	fmt.Fprintf(s.out, "| link | %s |\n|---%s|\n", strings.Join(columns(), " | "), strings.Repeat("|---", len(columns())))
	for _, class := range classes {
		fmt.Fprintf(s.out, "| %s |\n", strings.Join(row(class, func(word string) string { return "**" + word + "**" }), " | "))
	}
}

// classified is a class as -json prints it.
type classified struct {
	Name      string            `json:"name"`
	Network   string            `json:"network"`
	Guarantee string            `json:"guarantee"`
	States    int               `json:"states"`
	Messages  int               `json:"messages"` // of the largest workload that was searched to the end
	Complete  int               `json:"complete"` // of that which was for all that holds
	Partly    bool              `json:"partly"`   // both ways at once, some searches of what holds came to no end
	Keeps     []string          `json:"keeps"`    // the strongest guarantees that it keeps there
	Levels    []classifiedLevel `json:"levels"`
}

type classifiedLevel struct {
	Guarantee string           `json:"guarantee"`
	Verdict   spec.Verdict     `json:"verdict"` // on the link's own network
	Witness   *shown           `json:"counterexample"`
	Calm      spec.Verdict     `json:"calm"`   // where nothing fails
	Faults    []classifiedNeed `json:"faults"` // that break it, or may
}

type classifiedNeed struct {
	Fault   string       `json:"fault"`
	Network string       `json:"network"`
	Verdict spec.Verdict `json:"verdict"`
	Witness *shown       `json:"counterexample"`
}

func newClassified(classes []explore.Class) []classified {
	list := []classified{}
	for _, c := range classes {
		r := classified{
			Name: c.Link.Name, Network: c.Link.Assumes.String(), Guarantee: c.Link.Guarantee.Name, States: c.States, Messages: c.Messages, Complete: c.Complete, Partly: c.Partly,
			Keeps: []string{}, Levels: []classifiedLevel{},
		}
		for _, l := range c.Strongest() {
			r.Keeps = append(r.Keeps, l.Guarantee.Name)
		}
		for _, l := range c.Levels {
			level := classifiedLevel{Guarantee: l.Guarantee.Name, Verdict: l.Own.Verdict, Witness: shownIn(l.Own), Calm: l.Calm.Verdict, Faults: []classifiedNeed{}}
			for _, n := range l.Faults {
				level.Faults = append(level.Faults, classifiedNeed{n.Fault.String(), n.Answer.Assumes.String(), n.Answer.Verdict, shownIn(n.Answer)})
			}
			r.Levels = append(r.Levels, level)
		}
		list = append(list, r)
	}
	return list
}

func shownIn(a explore.Answer) *shown {
	if a.Counterexample == nil {
		return nil
	}
	return shownAs(a.Counterexample)
}
