package linktest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTimed checks a contributor's links in virtual time, and follows what a
// failure says.
func TestTimed(t *testing.T) {
	out, passed := goTest(t, "-run", "TestTimedRight", "-v", "-short")
	if !passed {
		t.Fatalf("the right link fails:\n%s", out)
	}
	want(t, out, "--- PASS: TestTimedRight/Contract", "--- PASS: TestTimedRight/FIFO", "--- PASS: TestTimedRight/AMP",
		"AMP bounded amplification holds in 10 of 10 planned runs in virtual time", "Conditions: no worse than end=20s ")

	for _, name := range []string{"Wasteful", "Conditions"} {
		out, passed = goTest(t, "-run", "TestTimed"+name, "-v", "-short")
		if passed {
			t.Fatalf("a link that wastes packets passes:\n%s", out)
		}
		want(t, out, "--- FAIL: TestTimed"+name+"/AMP", "--- PASS: TestTimed"+name+"/FIFO", "AMP is violated (claimed: fifo; in virtual time; found in run ",
			"Source: Petrov", "Broken after ", "Conditions:", "AMP broken here", "Replay:")
		followTimed(t, out, "AMP is violated (claimed: fifo; in virtual time; replayed)")
	}
}

// followTimed pastes the first command of a failure into a shell, which must
// show the same.
func followTimed(t *testing.T, out, phrase string) {
	t.Helper()
	command := regexp.MustCompile(`go test example.com/mylink -run .*`).FindString(out)
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir, cmd.Env = contributor, append(os.Environ(), "GOWORK=off")
	replayed, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("%s passes:\n%s", command, replayed)
	}
	want(t, string(replayed), phrase)
}

// TestTimedClocks checks links that read a clock: what they owe, their
// contract, and conditions that nobody can read.
func TestTimedClocks(t *testing.T) {
	out, passed := goTest(t, "-run", "TestTimed(Hasty|Malformed|Panics)", "-v", "-short")
	if passed {
		t.Fatalf("the wrong links pass:\n%s", out)
	}
	want(t, out, "PL1 is violated (claimed: reliable; in virtual time; ", "Never met, although all has settled", "--- PASS: TestTimedHasty/PL3",
		"more is not known of a link that reads a clock", `conditions: "delay=fast"`,
		"--- FAIL: TestTimedPanics/Contract", "panics: too late")
	if strings.Contains(out, "PASS: TestTimedPanics/") || strings.Contains(out, "PASS: TestTimedMalformed/") {
		t.Errorf("what was not judged passes:\n%s", out)
	}
	_, panics, _ := strings.Cut(out, "=== RUN   TestTimedPanics/Contract")
	followTimed(t, panics, "panics: too late")
}

// TestTimedArtifacts wants what a failure leaves.
func TestTimedArtifacts(t *testing.T) {
	kept := t.TempDir()
	goTest(t, "-run", "TestTimedConditions/AMP", "-short", "-artifacts", "-outputdir", kept)
	names := map[string]bool{}
	err := filepath.WalkDir(kept, func(path string, _ os.DirEntry, err error) error {
		names[filepath.Base(path)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"conditions.txt", "chart.txt", "history.jsonl", "counterexample.html"} {
		if !names[name] {
			t.Errorf("no %s among what -artifacts kept: %v", name, names)
		}
	}
}
