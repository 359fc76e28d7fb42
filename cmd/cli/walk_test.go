package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/spec"
)

// own is a property of a contributor, which package spec does not know.
var own = spec.Property{
	ID: "OWN", Name: "a property of a contributor", Class: spec.Safety, Source: "here",
	Sentence: "Nothing is delivered that was not sent.",
	Reads:    spec.PL3.Reads, Tested: spec.PL3.Tested, New: spec.PL3.New,
}

// row is what an engine says of one property.
type row struct {
	ID      string `json:"id"`
	Verdict string `json:"verdict"`
}

// said is what an engine prints with -json: a list, or an object that has one.
type said struct {
	Verdict    string `json:"verdict"`
	Properties []row  `json:"properties"`
}

// walk is one link that claims one built-in property and one of its own, on its
// way through every engine.
type walk struct {
	t        *testing.T
	link     impl.Link
	claimed  []string
	strange  bool // the reader does not know the link
	verdicts map[string]string
}

// engines is the table of what judges a link: how each is run. A file that an
// engine writes is read by check, by a reader that knows the link and by one that
// does not.
var engines = []struct {
	name string
	args []string
	file bool // with -o, it writes a history
}{
	{"test", []string{"test", "-schedules", "40", "-seed", "1"}, false},
	{"explore", []string{"explore", "-messages", "1", "-max-states", "3000", "-liveness"}, false},
	{"run", []string{"run", "-messages", "8", "-senders", "2", "-seed", "1", "-timeout", "2s"}, true},
	{"run -timed", []string{"run", "-timed", "seed=1 end=1s delay=1ms..5ms loss=0.1 send=0>1:8@0s/1ms"}, true},
	{"run -campaign", []string{"run", "-campaign", "4", "-timed", "seed=1 end=1s delay=1ms..5ms loss=0.1 send=0>1:8@0s/1ms"}, false},
}

// TestWalk takes every property, each with one of a contributor's own, through
// every engine and every file. Each claimed property appears exactly once with
// a verdict, in JSON and in text, and the exit code says the worst of them.
// With -v it prints the table.
func TestWalk(t *testing.T) {
	all := spec.AllProperties()
	table := make([]map[string]string, len(all))
	t.Run("links", func(t *testing.T) {
		for k, p := range all {
			t.Run(p.ID, func(t *testing.T) {
				t.Parallel()
				table[k] = walkProperty(t, p)
			})
		}
	})
	for k, p := range all { // transports draw from one seed for the process: one after the other
		w := walk{t: t, claimed: []string{p.ID, own.ID}, verdicts: table[k]}
		w.transport(p)
	}
	columns := slices.Sorted(maps.Keys(table[0]))
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "PROPERTY\t%s\n", strings.Join(columns, "\t"))
	for k, p := range all {
		fmt.Fprint(w, p.ID)
		for _, name := range columns {
			if table[k][name] == "" {
				t.Errorf("%s, %s: an empty cell", p.ID, name)
			}
			fmt.Fprintf(w, "\t%s", table[k][name])
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	t.Logf("\n%s", text.String())
}

// suitable is a link for a property, of those that need time or of the others:
// one that claims it, else one that keeps most.
func suitable(p spec.Property, timed bool) impl.Link {
	all := impl.Registry()
	if timed {
		all = append(all, impl.Timed()...)
	}
	i := slices.IndexFunc(all, func(l impl.Link) bool {
		_, claims := l.Guarantee.Property(p.ID)
		return claims
	})
	if i < 0 {
		i = slices.IndexFunc(all, func(l impl.Link) bool { return l.Name == "fifo" })
	}
	return walked(all[i], p)
}

// walked is a link that claims a property and one of its own instead.
func walked(link impl.Link, claims ...spec.Property) impl.Link {
	link.Name, link.Conditions = "walked", ""
	link.Assumes = spec.Assumptions{Network: link.Assumes.Network}
	link.Guarantee = spec.Guarantee{Name: "walked", Properties: append(claims, own)}
	return link
}

// logged is a link that survives kills. Its processes find it by its name.
func logged() impl.Link {
	all := impl.Registry()
	i := slices.IndexFunc(all, func(l impl.Link) bool { return l.Guarantee.Name == spec.LoggedPerfect.Name })
	return walked(all[i], spec.LoggedPerfect.Properties...)
}

func walkProperty(t *testing.T, p spec.Property) map[string]string {
	w := &walk{t: t, link: suitable(p, false), claimed: []string{p.ID, own.ID}, verdicts: map[string]string{}}
	timed := &walk{t: t, link: suitable(p, true), claimed: w.claimed, verdicts: w.verdicts}
	dir := t.TempDir()
	for _, e := range engines {
		by := w
		if slices.Contains(e.args, "-timed") {
			by = timed
		}
		by.engine(dir, e.name, e.file, append(slices.Clone(e.args), by.link.Name)...)
	}
	schedule := filepath.Join(dir, "walked.txt")
	if err := os.WriteFile(schedule, fmt.Appendf(nil, "link %s\nnetwork %s\nsend 0>1 \"a\"\n", w.link.Name, w.link.Assumes), 0o644); err != nil {
		t.Fatal(err)
	}
	w.engine(dir, "replay", true, "replay", schedule)
	return w.verdicts
}

// TestWalkKilled is the walk of a link whose processes are killed.
func TestWalkKilled(t *testing.T) {
	w := &walk{t: t, link: logged(), claimed: []string{"LPL1", "LPL2", "LPL3", own.ID}, verdicts: map[string]string{}}
	w.engine(t.TempDir(), "run -kill", true, "run", "-kill", "2", "-messages", "40", "-seed", "1", w.link.Name)
	t.Log(w.verdicts)
}

// TestWalkSees wants a property that an engine drops, or judges twice, and an
// exit code that is too good, to be noticed.
func TestWalkSees(t *testing.T) {
	claimed := []string{"PL1", "OWN"}
	for _, test := range []struct {
		rows []row
		code int
		want string
	}{
		{[]row{{"PL1", "holds"}, {"OWN", "holds"}}, 0, ""},
		{[]row{{"PL1", "holds"}}, 0, "OWN is judged 0 times"},
		{[]row{{"PL1", "holds"}, {"OWN", "holds"}, {"PL1", "holds"}}, 0, "PL1 is judged 2 times"},
		{[]row{{"PL1", "holds"}, {"OWN", "skipped"}}, 2, `unknown verdict "skipped"`},
		{[]row{{"PL1", "holds"}, {"OWN", "inconclusive"}}, 0, "exit 0, want 2"},
		{[]row{{"PL1", "violated"}, {"OWN", "inconclusive"}}, 2, "exit 2, want 1"},
	} {
		_, faults := complete(claimed, test.code, test.rows)
		if got := strings.Join(faults, "; "); !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%v, exit %d: noticed %q, want %q", test.rows, test.code, got, test.want)
		}
	}
}

// engine runs an engine, and check on the file that it writes.
func (w *walk) engine(dir, name string, writes bool, args ...string) {
	if !writes {
		w.judge(name, args...)
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(name, " ", "")+".jsonl")
	w.judge(name, append(args, "-o", file)...)
	w.check(name, file)
}

// check judges the file that an engine wrote.
func (w *walk) check(engine, file string) {
	w.judge("check of "+engine, "check", file)
	w.strange = true
	w.judge("elsewhere, of "+engine, "check", file)
	w.strange = false
}

// judge runs a command, as JSON and as text, and looks at what it says.
func (w *walk) judge(name string, args ...string) {
	registry := []impl.Link{w.link}
	if w.strange {
		registry = nil
	}
	run := func(args []string) (int, string, string) {
		var out, err bytes.Buffer
		code := cli.Run(w.t.Context(), args, strings.NewReader(""), &out, &err, registry)
		return code, out.String(), err.String()
	}
	code, out, errs := run(append([]string{args[0], "-json"}, args[1:]...))
	var s said
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		if err := json.Unmarshal([]byte(out), &s.Properties); err != nil {
			w.t.Errorf("%s, %s: exit %d: %s%s", w.claimed[0], name, code, out, errs)
			return
		}
	}
	w.verdicts[name] = w.complete(name, code, s.Properties)
	if args[0] == "run" && !slices.Contains(args, "-timed") {
		return // another run of the same link may say something else
	}
	again, text, _ := run(args)
	if again != code {
		w.t.Errorf("%s, %s: exit %d with -json, %d without", w.claimed[0], name, code, again)
	}
	for _, r := range s.Properties {
		lines := 0
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) > 1 && f[0] == r.ID && f[1] == r.Verdict {
				lines++
			}
		}
		if lines != 1 {
			w.t.Errorf("%s, %s: %d lines say %s %s:\n%s", w.claimed[0], name, lines, r.ID, r.Verdict, text)
		}
	}
}

// complete demands each claimed property once, with a verdict, and the exit code
// that is the worst of all.
func (w *walk) complete(name string, code int, rows []row) string {
	cell, faults := complete(w.claimed, code, rows)
	for _, fault := range faults {
		w.t.Errorf("%s, %s: %s: %v", w.claimed[0], name, fault, rows)
	}
	return cell
}

// complete returns the verdicts of what is claimed, and what is wrong with them.
func complete(ids []string, code int, rows []row) (cell string, faults []string) {
	var claimed []string
	var verdicts []spec.Verdict
	for _, id := range ids {
		n := 0
		for _, r := range rows {
			if r.ID == id || strings.HasPrefix(r.ID, id+"(") {
				n++
				claimed = append(claimed, r.Verdict)
			}
		}
		if n != 1 {
			faults = append(faults, fmt.Sprintf("%s is judged %d times", id, n))
		}
	}
	for _, r := range rows {
		var v spec.Verdict
		if err := v.UnmarshalText([]byte(r.Verdict)); err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", r.ID, err))
		}
		verdicts = append(verdicts, v)
	}
	if want := exitOf(verdicts); code != want {
		faults = append(faults, fmt.Sprintf("exit %d, want %d", code, want))
	}
	return strings.Join(claimed, "/"), faults
}

func exitOf(verdicts []spec.Verdict) int {
	return map[spec.Verdict]int{spec.Holds: 0, spec.Violated: 1, spec.Inconclusive: 2}[spec.Worst(verdicts...)]
}

// transport judges a transport by the same claim.
func (w *walk) transport(p spec.Property) {
	tr := toy.Honest
	tr.Guarantee = spec.Guarantee{Name: "walked", Properties: []spec.Property{p, own}}
	schedule, err := transport.Parse(`seed 4; send 0>1 "x"; send 0>1 "y" 5s`)
	if err != nil {
		w.t.Fatal(err)
	}
	var rows []row
	var verdicts []spec.Verdict
	for _, j := range transport.Run(w.t, tr, schedule).Judgements {
		rows = append(rows, row{j.Property.ID, j.Verdict.String()})
		verdicts = append(verdicts, j.Verdict)
	}
	w.verdicts["transport"] = w.complete("transport", exitOf(verdicts), rows)
}
