package linktest_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMain copies the module of testdata/contributor out of this one, with a
// replace directive that points back.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "contributor")
	if err == nil {
		err = copyContributor(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	contributor = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// contributor is the directory of that copy.
var contributor string

func copyContributor(dir string) error {
	root, err1 := filepath.Abs("../..")
	err2 := os.CopyFS(dir, os.DirFS("testdata/contributor"))
	gomod := filepath.Join(dir, "go.mod")
	text, err3 := os.ReadFile(gomod)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	return os.WriteFile(gomod, []byte(strings.Replace(string(text), "../../../..", root, 1)), 0o644)
}

// goTest runs go test in the contributor's module, outside any workspace, on one
// seed.
func goTest(t *testing.T, args ...string) (output string, passed bool) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"test", "-count=1", "-rapid.seed=7"}, args...)...)
	cmd.Dir = contributor
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(out), err == nil
}

func want(t *testing.T, output string, phrases ...string) {
	t.Helper()
	for _, p := range phrases {
		if !strings.Contains(output, p) {
			t.Errorf("the output lacks %q:\n%s", p, output)
		}
	}
}

// TestContributor checks one right and one wrong link in a module of their
// own, and follows what the failure says.
func TestContributor(t *testing.T) {
	out, passed := goTest(t, "-run", "PropRight", "-v")
	if !passed {
		t.Fatalf("the right link fails:\n%s", out)
	}
	want(t, out, "--- PASS: TestPropRight/FIFO", "--- PASS: TestPropRight/ACK", "2000 schedules", "-rapid.seed=7", "--- PASS: FuzzPropRight")

	out, passed = goTest(t, "-run", "TestPropRight", "-v", "-short", "-rapid.checks=10")
	if !passed {
		t.Fatalf("the right link fails in a short run:\n%s", out)
	}
	want(t, out, "in 40 schedules")

	out, passed = goTest(t, "-run", "PropWrong")
	if passed {
		t.Fatalf("the wrong link passes:\n%s", out)
	}
	want(t, out, "--- FAIL: TestPropWrong/PL1", "--- FAIL: TestPropWrong/FIFO", "--- FAIL: TestPropWrong/ACK",
		"mylink_test.go:", "FIFO is violated (claimed: fifo; network: set; found in schedule",
		"Broken at step 3: process 1 delivers", `3  deliver 0>1 "D\x02b"`, "FIFO broken here ^", "overtakes",
		`; shortest for "a" "b" on 0>1: proven by exhaustive search of `, "       forever # what follows",
		"go test example.com/mylink -run '^TestPropWrong$/^FIFO$' -fairloss.replay=")
	if strings.Contains(out, "FAIL: TestPropWrong/PL2") || strings.Contains(out, "[rapid]") {
		t.Errorf("more failed than the link breaks, or rapid speaks too:\n%s", out)
	}
	followReplay(t, out)
}

// followReplay pastes the command of the FIFO failure into a shell.
func followReplay(t *testing.T, out string) {
	t.Helper()
	command := regexp.MustCompile(`go test example.com/mylink -run '\^TestPropWrong\$/\^FIFO\$' .*`).FindString(out)
	for _, run := range []string{
		command,
		"FAIRLOSS_REPLAY='send 0>1 \"a\"; send 0>1 \"b\"; deliver 0>1 \"D\\x02b\"' go test -run '^TestPropWrong$/^FIFO$' .",
	} {
		cmd := exec.Command("sh", "-c", run)
		cmd.Dir, cmd.Env = contributor, append(os.Environ(), "GOWORK=off")
		replayed, err := cmd.CombinedOutput()
		if err == nil {
			t.Errorf("%s passes:\n%s", run, replayed)
		}
		want(t, string(replayed), "FIFO is violated (claimed: fifo; network: set; replayed)", "FIFO broken here ^")
	}
}

// TestFuzzReplay demands that a fuzz test prints a command that replays what
// it found, and runs no input of its own then.
func TestFuzzReplay(t *testing.T) {
	out, passed := goTest(t, "-run", "FuzzPropWrong")
	if passed {
		t.Fatalf("the wrong link passes:\n%s", out)
	}
	want(t, out, "found by fuzzing, then minimised", "go test example.com/mylink -run '^FuzzPropWrong$' -fairloss.replay='")

	schedule := `-fairloss.replay=send 0>1 "a"; send 0>1 "b"; deliver 0>1 "D\x02b"`
	out, passed = goTest(t, "-run", "^FuzzPropWrong$", schedule)
	if passed || strings.Contains(out, "found by fuzzing") {
		t.Errorf("replaying what breaks the link passes, or inputs run too:\n%s", out)
	}
	want(t, out, "FIFO is violated (claimed: fifo; network: set; replayed)", "go test example.com/mylink -run '^FuzzPropWrong$' -fairloss.replay=")

	if out, passed = goTest(t, "-run", "^FuzzPropWrong$", `-fairloss.replay=send 0>1 "a"; deliver 0>1 "D\x01a"`); !passed {
		t.Errorf("replaying what does not break the link fails:\n%s", out)
	}
	if out, passed = goTest(t, "-run", "^FuzzPropWrong$", "-fairloss.replay=@no-such-file"); passed {
		t.Errorf("replaying a file that is not there passes:\n%s", out)
	}
}

func TestReplayErrors(t *testing.T) {
	for schedule, phrase := range map[string]string{
		`deliver 0>1`:           "-fairloss.replay: 1:12: want a message or packet quoted as in Go",
		`deliver 0>1 "x"`:       `action 1, deliver 0>1 "x": not enabled: the packet "x" is not in flight from 0 to 1`,
		`@no-such-file`:         "no such file",
		`send 0>1 "a"`:          "the schedule decides no property",
		`send 0>1 "a"; forever`: `-fairloss.replay: the schedule does not fit this link: the cycle is not fair: timeout 0 1 is possible all the time`,
	} {
		out, passed := goTest(t, "-run", "TestPropRight", "-fairloss.replay="+schedule)
		if passed {
			t.Errorf("replaying %q passes", schedule)
		}
		want(t, out, phrase)
	}
}

func TestArtifacts(t *testing.T) {
	kept := t.TempDir()
	goTest(t, "-run", "TestPropWrong/FIFO", "-artifacts", "-outputdir", kept)
	var names []string
	err := filepath.WalkDir(kept, func(path string, _ os.DirEntry, err error) error {
		names = append(names, filepath.Base(path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"schedule.txt", "chart.txt", "history.jsonl", "counterexample.html"} {
		if !slices.Contains(names, name) {
			t.Errorf("no %s among what -artifacts kept: %q", name, names)
		}
	}
}

// TestBrokenContracts demands a verdict in the author's terms for links that
// break the contract of impl.Layer.
func TestBrokenContracts(t *testing.T) {
	out, passed := goTest(t, "-run", "TestBroken$", "-short")
	if passed {
		t.Fatalf("broken links pass:\n%s", out)
	}
	parts := map[string]string{}
	for _, part := range strings.Split(out, "--- FAIL: TestBroken/")[1:] {
		name, _, _ := strings.Cut(part, "/")
		name, _, _ = strings.Cut(name, " ")
		parts[name] += part
	}
	for name, phrases := range map[string][]string{
		"panics":  {"Contract", "handling Receive(", "panics: index out of range", "stack:", "mylink_test.TestBroken", "in 10 of 10 runs", "Replay:"},
		"hangs":   {"Contract", "handling Receive(", "has not returned for 5s", "stack:", "mylink_test.TestBroken", "1  send ", "not minimised"},
		"loops":   {"Contract", "handling Receive(", "more than 65536 effects"},
		"random":  {"Contract", "handling Receive(", "is not deterministic"},
		"shares":  {"Contract", "handling Receive(", "is not deterministic"},
		"strays":  {"Contract", "handling Receive(", "names process 7, which is no peer"},
		"clock":   {"Contract", "handling Receive(", "Effects.Now called in a world without time", "Replay:"},
		"forges":  {"Contract", "at process 0, handling Forge(", "panics: runtime error: slice bounds out of range", "1  send ", "Replay:"},
		"keeps":   {"Contract", "handling Receive(", "Effects are used after the handler that got them has returned", "Replay:"},
		"leaks":   {"Contract", "the link leaks goroutines", "mylink_test.TestBroken"},
		"exits":   {"Contract", "a handler ended its goroutine"},
		"stuck":   {"Contract", "handling its Factory, has not returned for 5s"},
		"nothing": {"Contract", "claims no property"},
		"mumbles": {"PL2 is violated", "Describe panics:"},
		"judge":   {"Contract", "the monitor is broken"},
		"forgets": {"Contract", "handling Receive(", "AppendKey omits state"},
		"keyless": {"Contract", "handling Init()", "field done: a func"},
		"vacuous": {"PL2 is inconclusive, which is not a pass: vacuous: no schedule had a deliver event"},
		"grows":   {"PL1 is inconclusive, which is not a pass", "the state never repeats", "after 1024 fair rounds", "was never delivered", "Undecided:", "1  send ", "-fairloss.replay="},
	} {
		if parts[name] == "" {
			t.Errorf("TestBroken/%s did not fail", name)
			continue
		}
		want(t, parts[name], phrases...)
	}
}
