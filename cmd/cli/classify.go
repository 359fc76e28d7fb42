package cli

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

var classifyCommand = command{
	name: "classify", argument: "NAME|-all", optional: true,
	summary: "find what a link keeps, and what it needs for that",
	about: "Searches all schedules of a few messages, distinct and equal, for a violation of each guarantee: on the network\n" +
		"that the link claims, and on networks on which only some faults happen. A guarantee needs an assumption (no\n" +
		"loss, no duplication, no reordering, no crash, no partition, no corruption, no forgery) where a counterexample\n" +
		"shows it broken without; faults that it does not need to be spared are withstood all together. What a search\n" +
		"is too small for is inconclusive.",
	examples: []string{"fairloss classify alternatingbit", "fairloss classify -all", "fairloss classify perfect -messages 3 -json"},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		var c classification
		flags.BoolVar(&c.all, "all", false, "classify every link that is no mutant, as a table")
		flags.BoolVar(&c.markdown, "markdown", false, "print the table of -all as Markdown")
		flags.IntVar(&c.messages, "messages", 2, "how many messages process 0 sends to process 1")
		flags.IntVar(&c.maxStates, "max-states", 20_000, "stop a search at about as many states")
		return c.run
	},
}

// classification is what to classify.
type classification struct {
	all, markdown       bool
	messages, maxStates int
}

func (c *classification) run(s *session, name string) (spec.Verdict, error) {
	switch {
	case c.messages < 1 || c.maxStates < 1:
		return 0, errors.New("classify: want at least 1 message and 1 state")
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
		class, err := explore.Classify(s.ctx, link, [][]world.Request{explore.Workload(link, c.messages, false), explore.Workload(link, c.messages, true)}, c.maxStates)
		var failure *world.Failure
		if errors.As(err, &failure) {
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
	fmt.Fprintf(s.out, "link %s on %s, claimed: %s; %d messages on 0>1, distinct and equal; %d states\n",
		class.Link.Name, class.Link.Assumes, spelled(class.Link.Guarantee), c.messages, class.States)
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
		fmt.Fprintf(t, "\t%s", strings.ToUpper(assumption(fault)))
	}
	fmt.Fprintln(t)
	for _, l := range class.Levels {
		fmt.Fprintf(t, "%s\t%s\n", l.Guarantee.Name, strings.Join(cells(l), "\t"))
	}
	t.Flush()
	fmt.Fprintln(s.out, "\n- unneeded; number: actions of the shortest counterexample without it; ? the searches are too small to tell")
	for _, l := range class.Levels {
		for _, n := range l.Faults {
			if n.Answer.Counterexample != nil {
				fmt.Fprintf(s.out, "%s needs %s (%s): %s\n", l.Guarantee.Name, assumption(n.Fault), n.Answer.Assumes, witness(n.Answer))
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

// assumption is that a fault does not happen.
func assumption(fault spec.Faults) string {
	switch fault {
	case spec.Crashes:
		return "no crash"
	case spec.Partitions:
		return "no partition"
	}
	return "no " + fault.String()
}

// witness is a counterexample in one line.
func witness(a explore.Answer) string {
	c := a.Counterexample
	return fmt.Sprintf("%s in %d: %s", c.Property.ID, c.Schedule.Len(), c.Schedule.Inline())
}

func spelled(g spec.Guarantee) string {
	var ids []string
	for _, p := range g.Properties {
		ids = append(ids, p.ID)
	}
	return fmt.Sprintf("%s (%s)", g.Name, strings.Join(ids, " "))
}

// needs is a level in a few words: what it needs, bold where the link keeps it
// on its own network.
func needs(l explore.Level) string {
	var list []string
	for _, n := range l.Faults {
		word := assumption(n.Fault)
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
	fmt.Fprintln(s.out, "* kept on the link's own network; always: withstands every fault; else what it needs")
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
	Keeps     []string          `json:"keeps"` // the strongest guarantees that it keeps there
	Levels    []classifiedLevel `json:"levels"`
}

type classifiedLevel struct {
	Guarantee string           `json:"guarantee"`
	Verdict   spec.Verdict     `json:"verdict"` // on the link's own network
	Witness   *shown           `json:"counterexample"`
	Calm      spec.Verdict     `json:"calm"` // where nothing fails
	Needs     []classifiedNeed `json:"needs"`
}

type classifiedNeed struct {
	Assumption string       `json:"assumption"`
	Network    string       `json:"network"`
	Verdict    spec.Verdict `json:"verdict"`
	Witness    *shown       `json:"counterexample"`
}

func newClassified(classes []explore.Class) []classified {
	list := []classified{}
	for _, c := range classes {
		r := classified{
			Name: c.Link.Name, Network: c.Link.Assumes.String(), Guarantee: c.Link.Guarantee.Name, States: c.States,
			Keeps: []string{}, Levels: []classifiedLevel{},
		}
		for _, l := range c.Strongest() {
			r.Keeps = append(r.Keeps, l.Guarantee.Name)
		}
		for _, l := range c.Levels {
			level := classifiedLevel{Guarantee: l.Guarantee.Name, Verdict: l.Own.Verdict, Witness: shownIn(l.Own), Calm: l.Calm.Verdict, Needs: []classifiedNeed{}}
			for _, n := range l.Faults {
				level.Needs = append(level.Needs, classifiedNeed{assumption(n.Fault), n.Answer.Assumes.String(), n.Answer.Verdict, shownIn(n.Answer)})
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
