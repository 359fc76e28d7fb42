package claims

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/transport"
	"fairloss/histories/chart"
	"fairloss/spec"
)

var rewrite = flag.Bool("rewrite", false, "write the charts and the table of the README instead of checking them")

// TestReadme demands that the table of the README is what the registry says;
// TestProp demands that this is true.
func TestReadme(t *testing.T) {
	const file, begin, end = "../../../README.md", "<!-- transports -->\n", "<!-- end -->"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the README has no place for the table of transports")
	}
	if err := golden(file, before+begin+Table(versions(t))+end+after); err != nil {
		t.Error(err)
	}
}

// versions returns the version of each module that this one requires.
func versions(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for line := range strings.Lines(string(file)) {
		if word := strings.Fields(line); len(word) > 1 && strings.HasPrefix(word[1], "v") {
			list[word[0]] = word[1]
		}
	}
	for _, c := range Registry() {
		if c.Module != "" && list[c.Module] == "" {
			t.Fatalf("%s: go.mod does not require %s", c.Name, c.Module)
		}
	}
	return list
}

// golden returns an error unless a file says what it should, or makes it so.
func golden(file, want string) error {
	if *rewrite {
		return os.WriteFile(file, []byte(want), 0o644)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("%s is out of date: go test ./impl/external/claims -rewrite, then read the diff; it should be\n%s", file, want)
	}
	return nil
}

// TestChartsAreOfFindings wants no chart without a finding.
func TestChartsAreOfFindings(t *testing.T) {
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if !slices.ContainsFunc(Findings(), func(f Finding) bool { return f.Name == name }) {
			t.Errorf("%s: there is no such finding", file)
		}
	}
}

// drawn returns an error unless the chart of a finding is that of this run.
func (f Finding) drawn(r transport.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nBroken: %s\n\n%s\n", f.Says, strings.Join(f.Broken(), " "), f.schedule())
	events, at := inOrder(r.Points(r.Of(f.Breaks).Broken))
	err := chart.Text(&b, events, chart.Options{
		Processes: 2, Broken: at, Note: f.Breaks + " broken here", Live: at < 0,
		Describe: func(packet string) string { return fmt.Sprintf("%d bytes", len(packet)) },
	})
	if err != nil {
		return err
	}
	return golden(filepath.Join("testdata", f.Name+".txt"), abridged(b.String()))
}

// inOrder puts what one process does at one instant into an order that does not
// depend on which of its goroutines came first: what it is told and delivers, then
// what it sends. It returns where the event with that index has gone.
func inOrder(events []spec.Event, index int) ([]spec.Event, int) {
	places := make([]int, len(events))
	for i := range places {
		places[i] = i
	}
	rank := map[spec.Kind]int{spec.Send: 1, spec.Reject: 1, spec.Transmit: 1, spec.Forever: 2}
	slices.SortStableFunc(places, func(i, j int) int {
		a, b := events[i], events[j]
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Process, b.Process),
			cmp.Compare(rank[a.Kind], rank[b.Kind]))
	})
	sorted := make([]spec.Event, len(events))
	for to, from := range places {
		sorted[to] = events[from]
	}
	return sorted, slices.Index(places, index)
}

// abridged leaves out what a long chart repeats: all but its beginning and end.
func abridged(text string) string {
	const beginning, end = 50, 4
	lines := strings.SplitAfter(text, "\n")
	if more := len(lines) - beginning - end; more > 1 {
		left := fmt.Sprintf("     … %d lines\n", more)
		lines = slices.Concat(lines[:beginning], []string{left}, lines[len(lines)-end:])
	}
	return strings.Join(lines, "")
}
