package linktest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/histories/chart"
	"fairloss/impl"
	"fairloss/spec"
)

const (
	chartWidth  = 64  // go test indents what a test prints
	inlineLimit = 600 // bytes of a schedule that a command line takes
)

// reporter says what was found of a link in a test of package pkg.
type reporter struct {
	link impl.Link
	pkg  string
}

// judge fails the subtest of one property unless it holds.
func (r reporter) judge(t *testing.T, stats explore.Stats, f explore.Finding) {
	t.Helper()
	p := f.Property
	switch f.Verdict {
	case spec.Holds:
		t.Logf("%s %s holds in %s%s; claimed: %s; network: %s; seed: -rapid.seed=%d",
			p.ID, p.Name, statsText(stats), excused(f.Voided), r.link.Guarantee.Name, r.link.Assumes.String()+r.link.Fairness(), seed())
	case spec.Violated:
		t.Error(r.violation(t, f.Counterexample, found(f)))
		r.keep(t, f.Counterexample)
	default:
		t.Errorf("%s is inconclusive, which is not a pass: %s (%s; seed: -rapid.seed=%d)%s", p.ID, f.Reason, statsText(stats), seed(), r.endless(t, f.Endless))
	}
}

// endless shows after which schedule something stays owed for as long as anybody
// has looked; c may be nil.
func (r reporter) endless(t testing.TB, c *explore.Counterexample) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("\n\n    Undecided: %s\n\n    Schedule (%s), and its first rounds:\n%s\n%s\n    Replay:\n      %s\n",
		c.Reason, counted(c.Schedule.Len(), "action"), numbered(c.Schedule.String()),
		indentBy("      ", diagram(r.link, c, chartWidth)), replayCommand(r.pkg, t.Name(), c.Schedule))
}

// found says how a counterexample was found, and whether it is the shortest.
func found(f explore.Finding) string {
	how := "found by exhaustive search"
	if f.First > 0 {
		how = fmt.Sprintf("found in schedule %d, then minimised; seed: -rapid.seed=%d", f.First, seed())
	}
	if !f.Counterexample.Shortest {
		return how + "; not proven shortest"
	}
	return fmt.Sprintf("%s; %s: proven by exhaustive search of %d states", how, f.Counterexample.ShortestOf(), f.Counterexample.Searched)
}

func statsText(s explore.Stats) string {
	text := fmt.Sprintf("%d schedules, %d steps: %d sends, %d deliveries, %d timeouts, %d losses",
		s.Schedules, s.Steps, s.Sends, s.Delivered, s.Timeouts, s.Losses)
	for _, fault := range []struct {
		name string
		n    int
	}{{"copies", s.Copies}, {"crashes", s.Crashes}, {"cuts", s.Cuts}, {"corruptions", s.Corrupted}, {"forgeries", s.Forged}} {
		if fault.n > 0 {
			text += fmt.Sprintf(", %d %s", fault.n, fault.name)
		}
	}
	if s.CutShort {
		text += "; CUT SHORT by the deadline of the test"
	}
	return text
}

// violation is the report of a counterexample: the property, the event that
// broke it, the schedule, the diagram and the command that replays it.
func (r reporter) violation(t testing.TB, c *explore.Counterexample, found string) string {
	var b strings.Builder
	p := c.Property
	fmt.Fprintf(&b, "%s is violated (claimed: %s; network: %s; %s)\n", p.ID, r.link.Guarantee.Name, r.link.Assumes.String()+r.link.Fairness(), found)
	fmt.Fprintf(&b, "      %s %s: %s\n      Source: %s\n\n", p.ID, p.Name, p.Sentence, p.Source)
	fmt.Fprintf(&b, "    %s\n\n", reason(c))
	fmt.Fprintf(&b, "    Schedule (%s):\n%s%s\n", counted(c.Schedule.Len(), "action"), numbered(c.Schedule.String()), forced(c.Forced)+flows(c))
	fmt.Fprintf(&b, "%s\n", indentBy("      ", diagram(r.link, c, chartWidth)))
	fmt.Fprintf(&b, "    Replay:\n      %s\n", replayCommand(r.pkg, t.Name(), c.Schedule))
	return b.String()
}

// reason says what broke the property, and where.
func reason(c *explore.Counterexample) string {
	if c.Broken >= 0 {
		return fmt.Sprintf("Broken at step %d: %s", c.Events[c.Broken].At, c.Reason)
	}
	return "Never met, although the network is fair: " + c.Reason
}

// counted is a number of things, as "1 action" or "2 actions".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// numbered lists the actions of a schedule's text, one a line.
func numbered(schedule string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(schedule) {
		switch line {
		case "again\n":
			b.WriteString("           again   # all starts again; from a state with the same key it must do the same\n")
			continue
		case "fair\n":
			b.WriteString("           fair    # from here on the network is fair\n")
			continue
		case "forever\n":
			b.WriteString("           forever # what follows is repeated for ever; nothing: no more happens\n")
			continue
		}
		n++
		fmt.Fprintf(&b, "      %3d  %s", n, line)
	}
	return b.String()
}

// maxForced is how many forced actions a report lists.
const maxForced = 12

// forced lists as comments what fairness makes happen.
func forced(actions []world.Action) string {
	var b strings.Builder
	for i, a := range actions {
		if i == maxForced {
			fmt.Fprintf(&b, "           # forced: %d more\n", len(actions)-i)
			break
		}
		fmt.Fprintf(&b, "           # forced: %s\n", a)
	}
	return b.String()
}

// flows lists, as comments, what becomes of each packet in a cycle.
func flows(c *explore.Counterexample) string {
	var b strings.Builder
	if len(c.Schedule.Cycle) > 0 {
		for _, f := range c.Traffic() {
			fmt.Fprintf(&b, "           # %s\n", f)
		}
	}
	return b.String()
}

func diagram(link impl.Link, c *explore.Counterexample, width int) string {
	var b strings.Builder
	if err := chart.Text(&b, c.Events, drawing(link, c, width)); err != nil {
		return err.Error() + "\n"
	}
	return b.String()
}

// drawing says how to draw a counterexample.
func drawing(link impl.Link, c *explore.Counterexample, width int) chart.Options {
	return chart.Options{
		Width: width, Processes: link.Size(), Broken: c.Broken, Note: c.Property.ID + " broken here",
		Live: saysForever(c.Events), Describe: link.Describer(),
	}
}

// saysForever reports whether a history says what happens for ever: what has
// not arrived in it never will.
func saysForever(events []spec.Event) bool {
	return slices.ContainsFunc(events, func(e spec.Event) bool { return e.Kind == spec.Forever })
}

func indentBy(margin, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(margin + line)
	}
	return b.String()
}

// written is a schedule as text.
type written interface {
	String() string // an action a line
	Inline() string // in one line
}

// replayCommand is what to paste to replay a schedule in a test of package pkg.
// A long one goes to a file that outlives the test. The subtests of a fuzz test
// are its inputs, of which a replay has none.
func replayCommand(pkg, test string, s written) string {
	schedule := s.Inline()
	if len(schedule) > inlineLimit {
		if file, err := saveTemporary(s); err == nil {
			schedule = "@" + file
		}
	}
	if strings.HasPrefix(test, "Fuzz") {
		test, _, _ = strings.Cut(test, "/")
	}
	var pattern []string
	for part := range strings.SplitSeq(test, "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
	}
	return fmt.Sprintf("go test %s -run %s -fairloss.replay=%s", pkg, quote(strings.Join(pattern, "/")), quote(schedule))
}

func saveTemporary(s written) (string, error) {
	f, err := os.CreateTemp("", "fairloss-*.schedule")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(s.String())
	return f.Name(), errors.Join(err, f.Close())
}

// quote makes one word of s for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// callerPackage is the import path of the package whose test is running: that
// of the outermost function that the testing package called.
func callerPackage() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	path := "."
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "testing.") || !more {
			return strings.TrimSuffix(path, "_test")
		}
		path = importPath(f.Function)
	}
}

// importPath is the package of a function named as the runtime names it.
func importPath(function string) string {
	slash := strings.LastIndexByte(function, '/') + 1
	name, _, _ := strings.Cut(function[slash:], ".")
	// The runtime writes a dot in the last element as %2e.
	return function[:slash] + strings.ReplaceAll(name, "%2e", ".")
}

// failure is the report of a link that broke its contract.
func (r reporter) failure(t testing.TB, err error) string {
	var broken *explore.Broken
	if !errors.As(err, &broken) {
		var failure *world.Failure
		if errors.As(err, &failure) {
			return fmt.Sprintf("%v\n%s", err, indentBy("      ", failure.Details))
		}
		return err.Error()
	}
	s := broken.Schedule
	name := strings.TrimSuffix(t.Name(), "/Contract")
	return fmt.Sprintf("%v\n%s\n    Schedule (%s; %s):\n%s\n    Replay:\n      %s\n",
		err, indentBy("      ", broken.Details()), counted(s.Len(), "action"), broken.Runs(),
		numbered(s.String()), replayCommand(r.pkg, name, s))
}

// keep leaves schedule, history, diagram and page in the artifact directory of
// the test, which go test -artifacts keeps.
func (r reporter) keep(t *testing.T, c *explore.Counterexample) {
	t.Helper()
	s := c.Schedule
	s.Link, s.Assumes, s.Processes = r.link.Name, &r.link.Assumes, r.link.Size()
	dir := t.ArtifactDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "schedule.txt"), []byte(s.String()+forced(c.Forced)), 0o644),
		os.WriteFile(filepath.Join(dir, "chart.txt"), []byte(diagram(r.link, c, 80)), 0o644),
		create(filepath.Join(dir, "history.jsonl"), func(f *os.File) error { return explore.WriteHistory(f, r.link, c.Events) }),
		create(filepath.Join(dir, "counterexample.html"), func(f *os.File) error { return chart.HTML(f, r.page(t.Name(), c)) }),
	)
	if err != nil {
		t.Logf("artifacts: %v", err)
	}
}

// create writes a file.
func create(file string, write func(*os.File) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// page is what the report says, with a picture, for a browser.
func (r reporter) page(test string, c *explore.Counterexample) chart.Page {
	p := c.Property
	return chart.Page{
		Title:    fmt.Sprintf("%s breaks %s (%s)", r.link.Name, p.ID, p.Name),
		Sentence: p.Sentence, Source: p.Source, Reason: reason(c),
		Schedule: c.Schedule.String() + forced(c.Forced),
		Replay:   replayCommand(r.pkg, test, c.Schedule),
		Events:   c.Events, Options: drawing(r.link, c, chartWidth),
	}
}
