package linktest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/transport/toy"
)

// TestTransports checks one right and one wrong transport in a module of their
// own, and follows what the failure says.
func TestTransports(t *testing.T) {
	out, passed := goTest(t, "-run", "PropCourier|HonestTransport", "-v", "-short")
	if !passed {
		t.Fatalf("a right transport fails:\n%s", out)
	}
	for _, property := range []string{"PL1", "PL2", "PL3", "FIFO", "DEADLOCK", "LEAK", "LIVELOCK", "PANIC", "FATAL"} {
		want(t, out, "--- PASS: TestPropCourier/"+property, "--- PASS: TestHonestTransport/"+property)
	}
	want(t, out, "holds in 200 of 200 planned runs", "-rapid.seed=7", " lost, ", " duplicated, ", " cut off, ", " corrupted, ")

	out, passed = goTest(t, "-run", "PropHasty", "-short")
	if passed {
		t.Fatalf("the wrong transport passes:\n%s", out)
	}
	want(t, out, "--- FAIL: TestPropHasty/PL1", "--- FAIL: TestPropHasty/PL2", "--- FAIL: TestPropHasty/FIFO", "courier_test.go:",
		"PL2 is violated (claimed: fifo; network: chaos; found in run", "Broken after 1.000002ms: process 1 delivers",
		`1  send 0>1 "alpha"`, `2  duplicate 0>1 1 0s`, "PL2 broken here", "Never met, although the network is calm:", `drop 0>1 1`,
		"go test example.com/mylink -run '^TestPropHasty$/^PL2$' -fairloss.replay='send 0>1 \"alpha\"; duplicate 0>1 1 0s'")
	for _, no := range []string{"FAIL: TestPropHasty/PL3", "FAIL: TestPropHasty/LEAK", "[rapid]", "NOT REPEATED"} {
		if strings.Contains(out, no) {
			t.Errorf("%s in\n%s", no, out)
		}
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "|--") && len(strings.TrimSpace(line)) > 64 {
			t.Errorf("a line of the chart is wider than 64 columns: %q", line)
		}
	}
	command := regexp.MustCompile(`go test example.com/mylink -run '\^TestPropHasty\$/\^PL2\$' .*`).FindString(out)
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir, cmd.Env = contributor, append(os.Environ(), "GOWORK=off")
	replayed, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("%s passes:\n%s", command, replayed)
	}
	want(t, string(replayed), "PL2 is violated (claimed: fifo; network: chaos; replayed)", "PL2 broken here")
}

// TestBrokenTransports demands the verdict that each broken transport is there
// for, and no others than it declares.
func TestBrokenTransports(t *testing.T) {
	pattern := ""
	if testing.Short() {
		pattern = "/^(duplicates|leaks|waits|panics|outlives)$"
	}
	out, passed := goTest(t, "-run", "TestBrokenTransports"+pattern, "-short", "-rapid.checks=30")
	if passed {
		t.Fatalf("broken transports pass:\n%s", out)
	}
	violated := map[string][]string{}
	for _, m := range regexp.MustCompile(`--- FAIL: TestBrokenTransports/(\w+)/(\w+) .*\n.*: \w+ is violated`).FindAllStringSubmatch(out, -1) {
		violated[m[1]] = append(violated[m[1]], m[2])
	}
	for _, b := range toy.All() {
		if testing.Short() && !strings.Contains(pattern, b.Name) {
			continue
		}
		if !slices.Contains(violated[b.Name], b.Breaks) {
			t.Errorf("%s does not violate %s, but %q", b.Name, b.Breaks, violated[b.Name])
		}
		for _, id := range violated[b.Name] {
			if id != b.Breaks && !slices.Contains(b.Also, id) {
				t.Errorf("%s violates %s, too", b.Name, id)
			}
		}
	}
	want(t, out, "goroutines that are left 10s after Close: 1", "Send of message 1 has not returned, 2m0s after the last fault",
		"panic: runtime error: index out of range", "something at package level outlives a run, which Transport.Reset must make new")
	if !testing.Short() {
		want(t, out, "Close has not returned after 2m0s", "virtual time stands still", "Send panics: toy: retransmission",
			"the process ended: exit status 1", "toy: gives up", "fatal error: sync: unlock of unlocked mutex")
	}
}

// TestSeldomOpened demands that a few good runs do not stand for many that were
// none.
func TestSeldomOpened(t *testing.T) {
	out, passed := goTest(t, "-run", "TestSeldomOpens", "-short", "-rapid.checks=10")
	if passed {
		t.Fatalf("a transport that seldom opens passes:\n%s", out)
	}
	want(t, out, "PL1 is inconclusive, which is not a pass: holds in 2 of 20 planned runs", "DEADLOCK is inconclusive", "18 runs did not open, the first with not today")
	out, passed = goTest(t, "-run", "TestSeldomOpens", `-fairloss.replay=send 0>1 "alpha"`)
	if passed {
		t.Error("replaying a run that does not open passes")
	}
	want(t, out, "nothing of what it claims is judged: it did not open: not today")
}

func TestTransportReplayErrors(t *testing.T) {
	for schedule, phrase := range map[string]string{
		`deliver 0>1 "x"`: `-fairloss.replay: 1:1: unknown fault "deliver"`,
		`drop 0>1`:        `-fairloss.replay: 1:9: "": want a number`,
		`@no-such-file`:   "no such file",
	} {
		out, passed := goTest(t, "-run", "TestPropCourier", "-fairloss.replay="+schedule)
		if passed {
			t.Errorf("replaying %q passes", schedule)
		}
		want(t, out, phrase)
	}
}

func TestTransportArtifacts(t *testing.T) {
	kept := t.TempDir()
	goTest(t, "-run", "TestPropHasty/PL2", "-short", "-artifacts", "-outputdir", kept)
	found := map[string]string{}
	err := filepath.WalkDir(kept, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			content, readErr := os.ReadFile(path)
			found[filepath.Base(path)], err = string(content), readErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, phrase := range map[string]string{
		"schedule.txt": "duplicate 0>1", "chart.txt": "PL2 broken here", "history.jsonl": `"guarantee":"fifo"`, "counterexample.html": "hasty breaks PL2",
	} {
		want(t, found[name], phrase)
	}
}
