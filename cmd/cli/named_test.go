package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python returns the command line of an example. The test is skipped where
// Python is missing, unless the environment variable
// FAIRLOSS_REQUIRE_LANGUAGES is set.
func python(t *testing.T, example string) string {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		if os.Getenv("FAIRLOSS_REQUIRE_LANGUAGES") != "" {
			t.Fatalf("python3 is not installed, and FAIRLOSS_REQUIRE_LANGUAGES is set: %v", err)
		}
		t.Skip("python3 is not installed")
	}
	return "python3 ../../impl/foreign/examples/python/" + example + ".py"
}

// TestPrograms gives programs in another language to every command that takes
// a link.
func TestPrograms(t *testing.T) {
	perfect, duplicates := python(t, "perfect"), python(t, "duplicates")
	_, path, _ := strings.Cut(duplicates, " ")
	for _, test := range []struct {
		name  string
		stdin string
		args  []string
		code  int
		want  []string
	}{
		{"explore", "", []string{"explore", "-channels", "0>1", perfect}, 0, []string{"link " + perfect + ", claimed: perfect", "40 states, 219 transitions"}},
		{"explore a path", "", []string{"explore", path}, 1, []string{"violated: PL2", `replay: printf '%s\n' 'send 0>1 "a"; deliver 0>1 "data 1 a"; deliver 0>1 "data 1 a"' | fairloss replay -link '` + path + "' -"}},
		{"classify", "", []string{"classify", "-messages", "1", "-max-states", "100", perfect}, 0, []string{"keeps exactly-once (XOP)"}},
		{"test", "", []string{"test", "-schedules", "50", "-seed", "1", perfect}, 0, []string{"50 schedules, ", "holds: PL1 PL2 PL3 ACK"}},
		{"test a broken one", "", []string{"test", "-schedules", "50", "-seed", "1", duplicates}, 1, []string{
			`replay: printf '%s\n' 'send 0>1 "a"; deliver 0>1 "data 1 a"; deliver 0>1 "data 1 a"' | fairloss replay -link '` + duplicates + "' -",
		}},
		{"replay", `link "` + duplicates + `"; send 0>1 "a"; deliver 0>1 "data 1 a"; deliver 0>1 "data 1 a"`, []string{"replay", "-link", duplicates, "-"}, 1, []string{"violated: PL2"}},
		{"step", "1\n1\n1\nq\n", []string{"step", "-messages", "1", duplicates}, 1, []string{`deliver 0>1 "data 1 a"`, "violated: PL2"}},
		{"run", "", []string{"run", "-messages", "20", "-seed", "1", perfect}, 0, []string{"20 messages accepted, 20 delivered", "holds: PL1 PL2 PL3 ACK"}},
		{"run programs of Maelstrom", "", []string{"run", "-messages", "10", "-silence", "1m", "maelstrom " + python(t, "broadcast")}, 0, []string{"holds: PL1 PL2 PL3", "is silent for 60s"}},
		{"run with kills", "", []string{"run", "-kill", "2", "-messages", "100", "-seed", "1", python(t, "logged")}, 0, []string{"2 kills: ", "holds: LPL1 LPL2 LPL3"}},
		{"run in virtual time", "", []string{"run", "-timed", "delay=1ms..5ms loss=0.1 send=0>1:20@0s/1ms", perfect}, 0, []string{"holds: PL1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := fairloss(t, test.stdin, test.args...)
			if code != test.code || stderr != "" {
				t.Errorf("exit code %d, want %d; standard error: %s\n%s", code, test.code, stderr, stdout)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("the output lacks %q:\n%s", want, stdout)
				}
			}
		})
	}
}

// TestProgramFails demands that a program that goes wrong is an error or a
// verdict that quotes what it said.
func TestProgramFails(t *testing.T) {
	python(t, "")
	file := filepath.Join(t.TempDir(), "bad.py")
	const bad = `import sys
print('{"fairloss":1,"name":"bad","guarantee":"perfect"}', flush=True)
for line in sys.stdin:
    if '"send"' in line:
        print("something else", flush=True)
    elif '"drop"' not in line:
        print('{"n":%s,"effects":[]}' % line.split(":")[1].split(",")[0], flush=True)
`
	if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{[]string{"explore", "maelstrom python3 x.py"}, 3, "", "fairloss: maelstrom python3 x.py runs on its own time: try 'fairloss run'"},
		{[]string{"run", "-kill", "3", "maelstrom python3 x.py"}, 3, "", "fairloss: run: a program of Maelstrom runs on its own time, without -timed and -kill"},
		{[]string{"run", "maelstrom echo hello"}, 1, "line 1 of its output is no message: ", ""},
		{[]string{"explore", "echo hello there"}, 3, "", "fairloss: foreign: echo hello there: line 1 of its output, the hello, is no JSON at column 1: "},
		{[]string{"explore", "/no/such program"}, 3, "", "fairloss: foreign: "},
		{[]string{"explore", file}, 3, "", "fairloss: " + file + " is no link, and no path of an executable file"},
		{[]string{"explore", "python3 " + file}, 1, `something else (it answered line `, ""},
		{[]string{"test", "python3 " + file}, 1, `something else (it answered line `, ""},
		{[]string{"classify", "python3 " + file}, 1, `something else (it answered line `, ""},
		{[]string{"run", "-messages", "5", "python3 " + file}, 1, `something else (it answered line `, ""},
		{[]string{"step", "-messages", "1", "python3 " + file}, 1, `something else (it answered line `, ""},
	} {
		code, stdout, stderr := fairloss(t, "1\n", test.args...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) || test.stderr == "" && stderr != "" {
			t.Errorf("%q: exit code %d, want %d\nstandard output:\n%s\nstandard error:\n%s", test.args, code, test.code, stdout, stderr)
		}
	}
}

// TestScheduleStartsNothing demands that no command runs because a file says so.
func TestScheduleStartsNothing(t *testing.T) {
	dir := t.TempDir()
	mark, file := filepath.Join(dir, "mark"), filepath.Join(dir, "schedule")
	if err := os.WriteFile(file, []byte(`link "touch `+mark+`"; send 0>1 "a"`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"replay", file}, {"step", file}, {"chart", file}, {"check", file}} {
		code, _, stderr := fairloss(t, "", args...)
		if _, err := os.Stat(mark); err == nil || code != 3 {
			t.Errorf("%q: exit code %d, the program ran: %t\n%s", args, code, err == nil, stderr)
		}
	}
}

func TestRandomTestJSON(t *testing.T) {
	code, stdout, stderr := fairloss(t, "", "test", "-json", "-schedules", "200", "-seed", "1", "delivers-first")
	var got struct {
		Verdict         string
		Schedules       int
		Steps           int
		Counterexamples []struct{ Property, Schedule string }
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 1 || stderr != "" {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if got.Verdict != "violated" || got.Schedules != 200 || got.Steps == 0 || len(got.Counterexamples) != 1 || got.Counterexamples[0].Property != "PL2" {
		t.Errorf("%+v", got)
	}
	for _, c := range got.Counterexamples {
		if code, stdout, _ := fairloss(t, c.Schedule, "replay", "-link", "delivers-first", "-"); code != 1 || !strings.Contains(stdout, "violated: PL2") {
			t.Errorf("%s does not replay:\n%s", c.Schedule, stdout)
		}
	}
	for _, args := range [][]string{{"test", "-schedules", "0", "fifo"}, {"test", "nothing"}, {"test", "-network", "wet", "fifo"}} {
		if code, _, stderr := fairloss(t, "", args...); code != 3 || stderr == "" {
			t.Errorf("%q: exit code %d, %s", args, code, stderr)
		}
	}
	if code, stdout, _ := fairloss(t, "", "test", "panics"); code != 1 || !strings.Contains(stdout, "panics: out of paper") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	code, stdout, _ = fairloss(t, "", "test", "-json", "panics")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 1 {
		t.Fatalf("exit code %d, %v\n%s", code, err, stdout)
	}
	if got.Verdict != "violated" || len(got.Counterexamples) != 1 || got.Counterexamples[0].Property != "Contract" || !strings.Contains(stdout, `"link": "panics"`) {
		t.Errorf("%+v", got)
	}
}
