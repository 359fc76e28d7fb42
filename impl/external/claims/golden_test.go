package claims

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/transport"
	"fairloss/histories/chart"
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
	golden(t, file, before+begin+Table(versions(t))+end+after)
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

// golden demands that a file says what it should, or makes it so.
func golden(t *testing.T, file, want string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	} else if string(got) != want {
		t.Errorf("%s is out of date: go test ./impl/external/claims -rewrite, then read the diff; it should be\n%s", file, want)
	}
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

// drawn demands that the chart of a finding is that of this run.
func drawn(t *testing.T, f Finding, r transport.Result) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nBroken: %s\n\n%s\n", f.Says, strings.Join(f.Broken(), " "), f.schedule())
	events, at := r.Points(r.Of(f.Breaks).Broken)
	err := chart.Text(&b, events, chart.Options{
		Processes: 2, Broken: at, Note: f.Breaks + " broken here", Live: at < 0,
		Describe: func(packet string) string { return fmt.Sprintf("%d bytes", len(packet)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", f.Name+".txt"), abridged(b.String()))
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
