package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/explore"
	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

var rewrite = flag.Bool("rewrite", false, "write the tables of the README instead of checking them")

// TestReadme demands that the tables of the README are what the registry and a
// campaign say today.
func TestReadme(t *testing.T) {
	if testing.Short() && !*rewrite {
		t.Skip("all searches of the tables take a minute: run without -short")
	}
	const file = "../../README.md"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for mark, table := range map[string]string{
		"properties": propertyTable(), "links": linkTable(t), "classes": classTable(t), "faults": faultTable(t),
	} {
		before, rest, found := strings.Cut(text, "<!-- "+mark+" -->\n")
		_, after, closed := strings.Cut(rest, "<!-- end -->")
		if !found || !closed {
			t.Fatalf("the README has no place for the table of %s", mark)
		}
		text = before + "<!-- " + mark + " -->\n" + table + "<!-- end -->" + after
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != string(content) {
		t.Error("the tables of the README are out of date: go test ./cmd/fairloss -run Readme -rewrite, then read the diff")
	}
}

func propertyTable() string {
	var b strings.Builder
	b.WriteString("| id | property | kind | promise |\n|---|---|---|---|\n")
	for _, p := range spec.AllProperties() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.ID, p.Name, p.Class, p.Sentence)
	}
	return b.String()
}

// classTable is what the command prints of every link.
func classTable(t *testing.T) string {
	var out, errors strings.Builder
	links := slices.Concat(impl.Registry(), impl.Goldens())
	if code := cli.Run(t.Context(), []string{"classify", "-all", "-markdown", "-messages", "2"}, strings.NewReader(""), &out, &errors, links); code != 0 {
		t.Fatalf("exit code %d\n%s", code, errors.String())
	}
	return out.String()
}

// linkTable has a row for each link, and under it one for each of its mutants
// with the shortest counterexample that a campaign finds.
func linkTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| link | keeps | network | broken by | shortest schedule found |\n|---|---|---|---|---|\n")
	for _, link := range impl.Registry() {
		fmt.Fprintf(&b, "| **%s** %s | %s | %s | | |\n", link.Name, link.Doc, properties(link.Guarantee), link.Assumes)
		for _, m := range mutant.Registry() {
			if m.Parent == link.Name {
				c := counterexample(t, m)
				fmt.Fprintf(&b, "| – *%s* %s | | | %s | %s |\n", m.Name, m.Doc, m.Breaks, code(c.Schedule.Inline()))
			}
		}
	}
	return b.String()
}

// code is text as code in a cell of a table.
func code(text string) string {
	text = strings.ReplaceAll(text, "|", `\|`)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

func properties(g spec.Guarantee) string {
	var ids []string
	for _, p := range g.Properties {
		ids = append(ids, p.ID)
	}
	return g.Name + ": " + strings.Join(ids, " ")
}

func counterexample(t *testing.T, link impl.Link) *explore.Counterexample {
	c, err := explore.New(link)
	if err != nil {
		t.Fatal(err)
	}
	src := explore.Seeded(1, 1)
	for range 2000 {
		if err := c.Run(src); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Property.ID == link.Breaks && f.Counterexample != nil {
			return f.Counterexample
		}
	}
	t.Fatalf("%s is not caught by %s", link.Name, link.Breaks)
	return nil
}
