package foreign

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/linktest"
	"fairloss/checker/trial"
	"fairloss/impl"
	"fairloss/spec"
)

// language makes the command that runs an example.
type language struct {
	name    string
	needs   string // the program without which there is no example
	command func(t *testing.T, example string) []string
}

var languages = []language{
	{"python", "python3", func(_ *testing.T, example string) []string {
		return []string{"python3", "examples/python/" + example + ".py"}
	}},
	{"c", "cc", func(t *testing.T, example string) []string {
		program := filepath.Join(t.TempDir(), example)
		out, err := exec.Command("cc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", program,
			"examples/c/"+example+".c", "examples/c/fairloss.c").CombinedOutput()
		if err != nil {
			t.Fatalf("cc: %v\n%s", err, out)
		}
		return []string{program}
	}},
}

// examples returns how the examples in a language are run. Where that is
// missing the test is skipped, unless the environment variable
// FAIRLOSS_REQUIRE_LANGUAGES is set.
func (l language) examples(t *testing.T) func(example string) []string {
	t.Helper()
	_, err := exec.LookPath(l.needs)
	switch {
	case err == nil:
	case os.Getenv("FAIRLOSS_REQUIRE_LANGUAGES") != "":
		t.Fatalf("%s is not installed, and FAIRLOSS_REQUIRE_LANGUAGES is set: %v", l.needs, err)
	default:
		t.Skipf("%s is not installed", l.needs)
	}
	return func(example string) []string { return l.command(t, example) }
}

// each runs a test for each language that is there.
func each(t *testing.T, test func(t *testing.T, command func(example string) []string)) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) { test(t, l.examples(t)) })
	}
}

func inPython(t *testing.T) func(example string) []string {
	t.Helper()
	return languages[0].examples(t)
}

// inGo returns the link of that name, of the same algorithm.
func inGo(t *testing.T, name string) impl.Link {
	t.Helper()
	i := slices.IndexFunc(impl.Registry(), func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("no link %s", name)
	}
	return impl.Registry()[i]
}

// TestProp checks the perfect links as one checks a link in Go.
func TestProp(t *testing.T) {
	each(t, func(t *testing.T, command func(string) []string) {
		linktest.Test(t, Link(t, command("perfect")...))
	})
}

// TestPropBroken demands that those without memory are caught by PL2, and by
// nothing else.
func TestPropBroken(t *testing.T) {
	each(t, func(t *testing.T, command func(string) []string) {
		r, err := linktest.Try(t, Link(t, command("duplicates")...))
		if err != nil {
			t.Fatal(err)
		}
		const want = `send 0>1 "a"; deliver 0>1 "data 1 a"; deliver 0>1 "data 1 a"`
		for _, f := range r.Findings {
			switch {
			case (f.Verdict == spec.Violated) != (f.Property.ID == "PL2"):
				t.Errorf("%s is %s: %s", f.Property.ID, f.Verdict, f.Reason)
			case f.Verdict == spec.Violated && f.Counterexample.Schedule.Inline() != want:
				t.Errorf("the counterexample is %s, want %s", f.Counterexample.Schedule.Inline(), want)
			}
		}
	})
}

// TestPropExhaustive demands that a search of the perfect link in another
// language finds what that of the one in Go finds: as many states, as many ways
// between them, and the same verdicts.
func TestPropExhaustive(t *testing.T) {
	each(t, func(t *testing.T, command func(string) []string) {
		l := Link(t, command("perfect")...)
		for _, equal := range []bool{false, true} {
			searched(t, l, 3, equal)
		}
	})
}

// TestPropCrashes demands the same of a link that survives crashes, at every
// point of each handler.
func TestPropCrashes(t *testing.T) {
	command := inPython(t)
	searched(t, Link(t, command("logged")...), 2, false)
}

// TestRestoring demands that a search finds the same with and without the way
// back that a key is, and is shorter with it.
func TestRestoring(t *testing.T) {
	command := inPython(t)
	var events [2]int
	for i := range events {
		p := started(t, command("perfect"))
		p.offers.restore = i == 0
		searched(t, p.Link(), 3, false)
		events[i] = p.written
	}
	if events[0] >= events[1] {
		t.Errorf("the search takes %d events with the way back, %d without", events[0], events[1])
	}
}

func started(t *testing.T, command []string) *Program {
	t.Helper()
	p, err := Start(command...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// searched compares an exhaustive search with that of the link in Go.
func searched(t *testing.T, link impl.Link, messages int, equal bool) {
	t.Helper()
	var results [2]explore.Exhaustive
	for i, l := range []impl.Link{link, inGo(t, link.Name)} {
		var err error
		bounds := explore.Bounds{Workload: explore.Workload(l, messages, equal)}
		if results[i], err = explore.Exhaust(t.Context(), l, explore.Judged(l), bounds); err != nil {
			t.Fatal(err)
		}
	}
	got, want := results[0], results[1]
	if c, w := got.Coverage, want.Coverage; !c.Complete || c.States != w.States || c.Transitions != w.Transitions || c.Depth != w.Depth {
		t.Errorf("%d messages: %d states, %d transitions, depth %d, complete: %t; want %d, %d, %d as in Go",
			messages, c.States, c.Transitions, c.Depth, c.Complete, w.States, w.Transitions, w.Depth)
	}
	for _, f := range got.Findings {
		if f.Verdict != spec.Holds {
			t.Errorf("%s is %s: %s", f.Property.ID, f.Verdict, f.Reason)
		}
	}
	t.Logf("%d messages, equal: %t: %d states, %d transitions", messages, equal, got.Coverage.States, got.Coverage.Transitions)
}

// TestPropUDP runs the perfect links over UDP with losses, duplicates and
// reordering.
func TestPropUDP(t *testing.T) {
	each(t, func(t *testing.T, command func(string) []string) {
		cfg := trial.Config{Link: Link(t, command("perfect")...), Messages: 100, Loss: 0.2, Duplicate: 0.05, Reorder: 0.1, Seed: 1}
		r, err := trial.Run(t.Context(), cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range r.Judgements {
			if j.Verdict != spec.Holds {
				t.Errorf("%s is %s: %s", j.Property.ID, j.Verdict, j.Reason)
			}
		}
	})
}

// TestClassify demands that a perfect link in another language is found to be
// what the one in Go is.
func TestClassify(t *testing.T) {
	strongest := func(l impl.Link) (names []string) {
		// A smaller bound would leave some guarantees inconclusive.
		c, err := explore.Classify(t.Context(), l, explore.Growth{Messages: 2, MaxStates: 400})
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range c.Strongest() {
			names = append(names, level.Guarantee.Name)
		}
		return names
	}
	each(t, func(t *testing.T, command func(string) []string) {
		if got, want := strongest(Link(t, command("perfect")...)), strongest(inGo(t, "perfect")); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("it keeps %v, and the one in Go %v", got, want)
		}
	})
}

// TestConversation demands that what the examples write is what the schema
// allows, for events with awkward bytes too.
func TestConversation(t *testing.T) {
	schema := compiled(t)
	each(t, func(t *testing.T, command func(string) []string) {
		c, err := startChild(command("perfect"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.stop(exitLimit)
		end := time.Now().Add(helloLimit)
		hello, err := c.read(end)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(object(t, string(hello))); err != nil {
			t.Errorf("%s: %v", hello, err)
		}
		for n, e := range []event{
			{kind: initialise, peers: []spec.Process{1, 2}},
			{kind: request, peer: 1, data: "\x00\"\\\xff é"},
			{kind: request, peer: 2},
			{kind: request, peer: 2, data: strings.Repeat("x", 300)},
			{kind: receipt, peer: 1, data: "data 1 \x00\"\\\xff"},
			{kind: receipt, peer: 1, data: "ack 1 "},
			{kind: receipt, peer: 2, data: "nonsense"},
			{kind: receipt, peer: 2, data: "ack 99999999999999999999999 "},
			{kind: expiry, timer: 2},
		} {
			e.instance = 1
			line := e.appendLine(nil, n+1)
			if err := schema.Validate(object(t, string(line))); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if err := c.write(line, end); err != nil {
				t.Fatal(err)
			}
			answer, err := c.read(end)
			if err != nil {
				t.Fatalf("%s: %v%s", line, err, c.complaint())
			}
			if err := schema.Validate(object(t, string(answer))); err != nil {
				t.Errorf("%s: %v", answer, err)
			}
		}
	})
}

// BenchmarkCampaign is the rate of random steps, and of events that the program
// handles for them.
func BenchmarkCampaign(b *testing.B) {
	p, err := Start("python3", "examples/python/perfect.py")
	if err != nil {
		b.Skip(err)
	}
	defer p.Close()
	c, err := explore.New(p.Link())
	if err != nil {
		b.Fatal(err)
	}
	for seed := uint64(0); b.Loop(); seed++ {
		if err := c.Run(explore.Seeded(seed, 0)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(c.Stats().Steps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(float64(p.written)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkEvents is the rate of steps without the memory of what the program
// did before: two instances handle each of them.
func BenchmarkEvents(b *testing.B) {
	p, err := Start("python3", "examples/python/perfect.py")
	if err != nil {
		b.Skip(err)
	}
	defer p.Close()
	link := p.Link()
	for seed := uint64(0); b.Loop(); seed++ {
		if err := explore.Audit(link, seed, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(p.written)/b.Elapsed().Seconds(), "events/s")
}
