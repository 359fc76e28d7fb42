package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStep(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, args, stdin string
		code              int
		out, err          []string
	}{
		{
			name: "quit", args: "perfect", stdin: "q\n1\n", code: 2,
			out: []string{"link perfect, claimed: perfect, network: set\n   1  send 0>1 \"a\"\n> PL1  inconclusive"},
		},
		{name: "end of input", args: "perfect", code: 2, out: []string{"> \nPL1  inconclusive"}},
		{
			name: "a walk", args: "perfect -messages 1", stdin: "1\n1\n",
			out: []string{
				"> send 0>1 \"a\"\n    transmit 0>1 \"D\\x01D\\x01a\"\n   1  deliver 0>1 \"D\\x01D\\x01a\"  (data 1 \"D\\x01a\")\n   2  timeout 0 2\n",
				"> deliver 0>1 \"D\\x01D\\x01a\"\n    deliver 0>1 \"a\"\n", "\nholds: PL1 PL2 PL3\n",
			},
		},
		{
			name: "violated", args: "delivers-first -messages 1", stdin: "1\n1\n1\n", code: 1,
			out: []string{"    PL2 is violated: No message is delivered more often", "2 tested  step 3: process 1", "\nviolated: PL2\n"},
		},
		{
			name: "undo", args: "fifo", stdin: "u\n1\n1\nu\nu\nu\n", code: 2,
			out: []string{"there is nothing to undo; want the number", "undone: send 0>1 \"b\"\n   1  send 0>1 \"b\"", "undone: send 0>1 \"a\"\n   1  send 0>1 \"a\""},
		},
		{name: "chart", args: "perfect", stdin: "1\nc\n", code: 2, out: []string{"step process 0 |", `SEND "a" |-- (1) data 1 "D\x01a" ~ in flight`}},
		{name: "judge", args: "atmostonce", stdin: "1\n2\nj\n", out: []string{"\nholds: PL2 PL3\n> \nPL2  holds"}},
		{
			name: "bad input", args: "perfect", stdin: "0\n2\n-1\nx\n1 2\n\ns\ns " + dir + "/no/such\n1\n", code: 2, out: []string{
				"> there is no action 0; want the number of an action, u undo, ", "> there is no action 2;", "> there is no action -1;",
				`> unknown command "x";`, `> unexpected "2";`, `> unknown command "";`, "> s: missing FILE;", "no such file or directory;", "> send 0>1 \"a\"\n",
			},
		},
		{name: "nothing left", args: "fairloss -messages 0", code: 2, out: []string{"\nnothing more can happen\n> "}},
		{
			name: "a schedule", args: file("walked", "link perfect\nprocesses 3\nsend 0>1 \"x\"\nsend 0>2 \"y\"\nfair\n"), stdin: "2\n", code: 2,
			out: []string{"   1  send 0>1 \"c\"\n   2  deliver 0>1 \"D\\x01D\\x01x\"", `    deliver 0>1 "x"`},
		},
		{
			name: "a schedule on a cable", args: file("cable", "link perfect\nnetwork fifo(capacity=1)\nsend 0>1 \"x\"\n"), stdin: "q", code: 2,
			out: []string{"network: fifo(capacity=1)\n", "  drop 0>1 "},
		},
		{
			name: "panics", args: "panics", stdin: "1\n2\n1\n", code: 1,
			out: []string{"> Contract  violated", "out of paper", "\nviolated: Contract\n"},
		},
		{name: "nobody", args: "fifi", code: 3, err: []string{`unknown link "fifi"; did you mean "fifo"?`}},
		{name: "garbage", args: file("garbage", "link fifo\nsent"), code: 3, err: []string{`garbage:2:1: unknown action "sent"`}},
		{name: "not enabled", args: file("early", "link fifo\ndeliver 0>1 \"x\""), code: 3, err: []string{"early: action 1", "not enabled"}},
		{name: "a schedule of nobody", args: file("anonymous", `send 0>1 "x"`), code: 3, err: []string{`no line "link NAME"`}},
		{name: "fewer than no messages", args: "fifo -messages -1", code: 3, err: []string{"-1 messages"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, err := fairloss(t, c.stdin, append([]string{"step"}, strings.Fields(c.args)...)...)
			if code != c.code || len(c.err) == 0 && err != "" {
				t.Errorf("exit code %d, want %d; standard error: %s", code, c.code, err)
			}
			contains(t, out, c.out)
			contains(t, err, c.err)
		})
	}
}

// TestStepSaves replays a walk that was saved, and goes on from it.
func TestStepSaves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "walk")
	_, out, _ := fairloss(t, "1\n1\ns "+file+"\n1\nq\n", "step", "delivers-first", "-messages", "1")
	contains(t, out, []string{"2 actions written to " + file})
	code, out, err := fairloss(t, "", "replay", file)
	if code != 0 || !strings.Contains(out, "\nholds: PL1 PL2 PL3\n") {
		t.Errorf("replay: exit code %d, %s%s", code, out, err)
	}
	code, out, err = fairloss(t, "1\n", "step", file, "-messages", "1")
	if code != 1 || strings.Contains(out, "send 0>1") || !strings.Contains(out, "\nviolated: PL2\n") {
		t.Errorf("step: exit code %d, %s%s", code, out, err)
	}
}

func TestStepJSON(t *testing.T) {
	code, out, _ := fairloss(t, strings.Repeat("1\n", 60), "step", "fairloss", "-json", "-messages", "60")
	var got struct {
		judged
		Schedule []string
	}
	decode(t, out, &got)
	if code != 2 || got.Link != "fairloss" || len(got.Schedule) != 60 {
		t.Fatalf("exit code %d, %+v", code, got)
	}
	sent := map[string]bool{}
	for _, action := range got.Schedule {
		sent[action] = true
	}
	if len(sent) != 60 || !sent[`send 0>1 "z"`] || !sent[`send 0>1 "h2"`] {
		t.Errorf("%d different messages among %q", len(sent), got.Schedule)
	}
}
