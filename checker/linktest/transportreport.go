package linktest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker"
	"fairloss/checker/transport"
	"fairloss/histories/chart"
	"fairloss/spec"
)

// violated makes the run once more, in a process of its own and with its
// packets, and reports what breaks the property there. Where nothing does, it
// reports the reason that is known.
func (r transportReporter) violated(t *testing.T, p spec.Property, s transport.Schedule, reason, found string) {
	t.Helper()
	result, err := r.campaign.Show(s)
	if err != nil {
		t.Fatal(err)
	}
	j := result.Of(p.ID)
	if j.Verdict != spec.Violated {
		found += "; NOT REPEATED by a run in a new process"
		j = checker.Judgement{Property: p, Broken: -1, Reason: reason}
	}
	v := transportViolation{r, p, s, &result, j, t.Name()}
	t.Error(v.text(found))
	v.keep(t)
}

// transportViolation is one run that violates a property.
type transportViolation struct {
	transportReporter
	property  spec.Property
	schedule  transport.Schedule
	result    *transport.Result
	judgement checker.Judgement
	test      string
}

func (v transportViolation) text(found string) string {
	var b strings.Builder
	p := v.property
	fmt.Fprintf(&b, "%s is violated (claimed: %s; network: chaos; %s)\n", p.ID, v.campaign.Transport.Guarantee.Name, found)
	fmt.Fprintf(&b, "      %s %s: %s\n      Source: %s\n\n", p.ID, p.Name, p.Sentence, p.Source)
	fmt.Fprintf(&b, "%s\n", indentBy("    ", v.reason()))
	fmt.Fprintf(&b, "    Schedule (%s):\n%s\n", counted(v.schedule.Len(), "line"), numbered(v.schedule.String()))
	if len(v.result.Events) > 0 {
		fmt.Fprintf(&b, "%s\n", indentBy("      ", abridged(v.chart(chartWidth))))
	}
	fmt.Fprintf(&b, "    Replay:\n      %s\n", replayCommand(v.pkg, v.test, v.schedule))
	return b.String()
}

// longText is a quoted text with more than fits into a line.
var longText = regexp.MustCompile(`"((?:[^"\\]|\\.){40})(?:[^"\\]|\\.)+"`)

// reason says what broke the property, and where.
func (v transportViolation) reason() string {
	return longText.ReplaceAllString(v.fullReason(), `"$1…"`)
}

func (v transportViolation) fullReason() string {
	switch {
	case v.judgement.Verdict != spec.Violated:
		return "Broken in a process that had made other runs: " + v.judgement.Reason + "\n"
	case v.judgement.Broken >= 0:
		return fmt.Sprintf("Broken after %v: %s\n", time.Duration(v.result.Events[v.judgement.Broken].At), v.judgement.Reason)
	case v.property.Class == spec.Liveness && !transport.IsConduct(v.property):
		return fmt.Sprintf("Never met, although the network is calm: %s\n", v.judgement.Reason)
	}
	return v.judgement.Reason + "\n"
}

func (v transportViolation) chart(width int) string {
	events, _ := v.result.Points(-1)
	var b strings.Builder
	if err := chart.Text(&b, events, v.drawing(width)); err != nil {
		return err.Error() + "\n"
	}
	return b.String()
}

// drawing says how to draw the run.
func (v transportViolation) drawing(width int) chart.Options {
	events, at := v.result.Points(v.judgement.Broken)
	opt := chart.Options{Width: width, Processes: 2, Broken: at, Live: saysForever(events), Describe: describePacket}
	if at >= 0 || opt.Live && !transport.IsConduct(v.property) {
		opt.Note = v.property.ID + " broken here"
	}
	return opt
}

// describePacket names a packet by its bytes, or by how many they are.
func describePacket(p string) string {
	const short = 12
	if len(p) > short {
		return fmt.Sprintf("%d bytes", len(p))
	}
	return fmt.Sprintf("%q", p)
}

// Lines of a chart that a report shows: of a longer one the first and the last.
const (
	firstLines = 40
	lastLines  = 24
)

func abridged(text string) string {
	lines := slices.Collect(strings.Lines(text))
	if len(lines) <= firstLines+lastLines {
		return text
	}
	left := len(lines) - firstLines - lastLines
	return strings.Join(lines[:firstLines], "") + fmt.Sprintf("   … %d lines, which -artifacts keeps …\n", left) +
		strings.Join(lines[len(lines)-lastLines:], "")
}

// keep leaves schedule, history, diagram and page in the artifact directory of
// the test, which go test -artifacts keeps.
func (v transportViolation) keep(t *testing.T) {
	t.Helper()
	dir := t.ArtifactDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "schedule.txt"), []byte(v.schedule.String()), 0o644),
		os.WriteFile(filepath.Join(dir, "chart.txt"), []byte(v.chart(80)), 0o644),
		create(filepath.Join(dir, "history.jsonl"), func(f *os.File) error { return v.result.WriteHistory(f, v.campaign.Transport) }),
		create(filepath.Join(dir, "counterexample.html"), func(f *os.File) error { return chart.HTML(f, v.page()) }),
	)
	if err != nil {
		t.Logf("artifacts: %v", err)
	}
}

// page is what the report says, for a browser.
func (v transportViolation) page() chart.Page {
	events, _ := v.result.Points(-1)
	p := v.property
	return chart.Page{
		Title:    fmt.Sprintf("%s breaks %s (%s)", v.campaign.Transport.Name, p.ID, p.Name),
		Sentence: p.Sentence, Source: p.Source, Reason: v.reason(),
		Schedule: v.schedule.String(), Replay: replayCommand(v.pkg, v.test, v.schedule),
		Events: events, Options: v.drawing(chartWidth),
	}
}
