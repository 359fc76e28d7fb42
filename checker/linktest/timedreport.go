package linktest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fairloss/checker"
	"fairloss/checker/timed"
	"fairloss/histories/chart"
	"fairloss/spec"
)

// timedViolation is one run in virtual time that violates a property.
type timedViolation struct {
	reporter
	conditions timed.Conditions
	result     timed.Result
	judgement  checker.Judgement
	test       string
}

// violatedTimed makes the run once more, and reports what breaks the property
// there.
func (r reporter) violatedTimed(t *testing.T, p spec.Property, c timed.Conditions, reason, found string) {
	t.Helper()
	result, err := timed.Run(r.link, c)
	if err != nil {
		t.Fatal(err)
	}
	v := timedViolation{r, c, result, checker.Judgement{Property: p, Broken: -1, Reason: reason}, t.Name()}
	for _, j := range result.Judgements {
		if j.Property.ID == p.ID && j.Verdict == spec.Violated {
			v.judgement = j
		}
	}
	t.Error(v.text(found))
	v.keep(t)
}

func (v timedViolation) text(found string) string {
	var b strings.Builder
	p := v.judgement.Property
	fmt.Fprintf(&b, "%s is violated (claimed: %s; in virtual time; %s)\n", p.ID, v.link.Guarantee.Name, found)
	fmt.Fprintf(&b, "      %s %s: %s\n      Source: %s\n\n", p.ID, p.Name, p.Sentence, p.Source)
	fmt.Fprintf(&b, "    %s\n\n    Conditions:\n      %v\n\n", v.reason(), v.conditions)
	fmt.Fprintf(&b, "%s\n", indentBy("      ", abridged(v.chart(chartWidth))))
	fmt.Fprintf(&b, "    Replay:\n      %s\n", v.replay())
	return b.String()
}

// reason says what broke the property, and when.
func (v timedViolation) reason() string {
	if at := v.judgement.Broken; at >= 0 {
		return fmt.Sprintf("Broken after %v by %v: %s", time.Duration(v.result.Events[at].At), v.result.Events[at], v.judgement.Reason)
	}
	return "Never met, although all has settled: " + v.judgement.Reason
}

func (v timedViolation) replay() string { return replayCommand(v.pkg, v.test, oneLine{v.conditions}) }

func (v timedViolation) chart(width int) string {
	var b strings.Builder
	if err := chart.Text(&b, v.result.Events, v.drawing(width)); err != nil {
		return err.Error() + "\n"
	}
	return b.String()
}

// drawing says how to draw the run.
func (v timedViolation) drawing(width int) chart.Options {
	return chart.Options{
		Width: width, Processes: v.link.Size(), Broken: v.judgement.Broken, Note: v.judgement.Property.ID + " broken here",
		Live: saysForever(v.result.Events), Describe: v.link.Describer(),
	}
}

// keep leaves conditions, history, diagram and page in the artifact directory
// of the test, which go test -artifacts keeps.
func (v timedViolation) keep(t *testing.T) {
	t.Helper()
	dir := t.ArtifactDir()
	p := v.judgement.Property
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "conditions.txt"), []byte(v.conditions.String()+"\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "chart.txt"), []byte(v.chart(80)), 0o644),
		create(filepath.Join(dir, "history.jsonl"), func(f *os.File) error {
			return timed.WriteHistory(f, v.link, v.conditions, v.result.Events)
		}),
		create(filepath.Join(dir, "counterexample.html"), func(f *os.File) error {
			return chart.HTML(f, chart.Page{
				Title:    fmt.Sprintf("%s breaks %s (%s)", v.link.Name, p.ID, p.Name),
				Sentence: p.Sentence, Source: p.Source, Reason: v.reason(),
				Schedule: v.conditions.String(), Replay: v.replay(),
				Events: v.result.Events, Options: v.drawing(chartWidth),
			})
		}),
	)
	if err != nil {
		t.Logf("artifacts: %v", err)
	}
}
