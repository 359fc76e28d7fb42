package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"fairloss/checker/trial"
	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

func TestMain(m *testing.M) {
	trial.Child(cli.Find(append(registry(), logged())))
	goleak.VerifyTestMain(m)
}

// panics breaks the contract of a layer.
type panics struct{ impl.FairLossLink }

func (*panics) Receive(spec.Process, impl.Packet, *impl.Effects) { panic("out of paper") }

// forgets has a key that omits state: once it has received three packets, it
// delivers what was never sent.
type forgets struct {
	impl.FairLossLink
	received int
}

func (l *forgets) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if l.received++; l.received > 3 {
		p = "invented"
	}
	l.FairLossLink.Receive(from, p, out)
}

func registry() []impl.Link {
	return append(slices.Concat(impl.Registry(), impl.Timed(), impl.Goldens(), mutant.Registry(), mutant.Timed()),
		impl.Link{Name: "panics", New: impl.FactoryOf(panics{}), Guarantee: spec.FairLoss},
		impl.Link{Name: "forgets", New: impl.FactoryOf(forgets{}), Guarantee: spec.FairLoss})
}

// fairloss runs a command line with that standard input.
func fairloss(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = cli.Run(t.Context(), args, strings.NewReader(stdin), &out, &err, registry())
	return code, out.String(), err.String()
}

const (
	header  = `{"fairloss":"history","version":1,"link":"perfect","guarantee":"perfect","processes":2}` + "\n"
	send    = `{"at":1,"kind":"send","process":0,"peer":1,"message":"a"}` + "\n"
	deliver = `{"at":2,"kind":"deliver","process":1,"peer":0,"message":"a"}` + "\n"
	again   = `{"at":3,"kind":"deliver","process":1,"peer":0,"message":"a"}` + "\n"
)

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  string // separated by blanks
		stdin string
		code  int
		out   []string // must be in standard output
		err   []string // must be in standard error
	}{
		{name: "no command", out: []string{"Usage: fairloss COMMAND", "check FILE", "Exit code:"}},
		{name: "help", args: "help", out: []string{"Usage: fairloss COMMAND"}},
		{name: "-h", args: "-h", out: []string{"Usage: fairloss COMMAND"}},
		{name: "help of a command", args: "help run", out: []string{"Usage: fairloss run NAME [flags]", "-loss", "Examples:"}},
		{name: "-h of a command", args: "mutants -h", out: []string{"-schedules", "Examples:"}},
		{name: "unknown command", args: "chekc", code: 3, err: []string{`unknown command "chekc"; did you mean "check"?`, "fairloss help"}},
		{name: "nothing like it", args: "zzzzzzzz", code: 3, err: []string{`unknown command "zzzzzzzz"` + "\n"}},
		{name: "unknown flag", args: "check -frob x", code: 3, err: []string{"check: flag provided but not defined: -frob", "fairloss check -h"}},
		{name: "no argument", args: "check", code: 3, err: []string{"check: missing FILE"}},
		{name: "two arguments", args: "check a b", code: 3, err: []string{`check: unexpected argument "b"`}},
		{name: "an argument too many", args: "list a", code: 3, err: []string{`list: unexpected argument "a"`}},

		{name: "list", args: "list", out: []string{"selectiverepeat", "short-memory", "mutant", "FLL1"}},

		{name: "check holds", args: "check -", stdin: header + send + deliver, out: []string{"PL2  holds", "\nholds: PL1 PL2 PL3\n"}},
		{
			name: "check violated", args: "check -", stdin: header + send + deliver + again, code: 1,
			out: []string{"line 4: process 1 delivers", "\nviolated: PL2\n"},
		},
		{name: "check inconclusive", args: "check -timeout 1s -", stdin: header + send, code: 2, out: []string{"inconclusive"}},
		{
			name: "check of a wall clock", args: "check -", code: 1,
			stdin: strings.Replace(header, `"processes":2`, `"processes":2,"clock":"wall"`, 1) + send +
				`{"at":2,"kind":"confirm","process":0,"peer":1,"message":"a"}` + "\n" + deliver + again,
			out: []string{"line 5: process 1 delivers", "ACK  holds", "LIN  violated", "\nviolated: PL2 LIN\n"},
		},
		{name: "flags after", args: "check - -guarantee at-least-once", stdin: header + send + deliver + again, out: []string{"holds: PL1 PL3\n"}},
		{
			name: "check with clocks", args: "check -clocks -", stdin: header + send + deliver,
			out: []string{"2     1      [1 0]   send 0>1", "3     2      [1 1]   deliver 0>1", "HB   holds", "\nholds: PL1 PL2 PL3 HB\n"},
		},
		{
			name: "check without causal order", args: "check -clocks -guarantee at-least-once -", code: 1,
			stdin: header + deliver + strings.Replace(send, `"at":1`, `"at":2`, 1),
			out:   []string{"HB   violated", "line 2: it is sent only at line 3"},
		},
		{name: "check of silence with clocks", args: "check -clocks -", stdin: header + send, code: 2, out: []string{"HB   inconclusive"}},
		{
			name: "what cannot happen", args: "check -", stdin: header + send + `{"at":2,"kind":"recover","process":1}`, code: 3,
			err: []string{"standard input:3:26: recover of process 1, which is up"},
		},
		{name: "no such file", args: "check no/such/file", code: 3, err: []string{"no such file"}},
		{name: "replay by an unknown guarantee", args: "replay -guarantee some -link fifo -", stdin: `send 0>1 "a"`, code: 3, err: []string{`unknown guarantee "some" (want `}},
		{name: "unknown guarantee", args: "check -guarantee some -", stdin: header + send, code: 3, err: []string{`unknown guarantee "some"`}},

		{
			name: "replay holds", args: "replay -", stdin: "link perfect\nsend 0>1 \"a\"\nfair\n",
			out: []string{"network: set", "PL1  holds", `DELIVER "a"`, "\nholds: PL1 PL2 PL3\n"},
		},
		{
			name: "replay violated", args: "replay -", stdin: "link never-retransmits\nsend 0>1 \"a\"\nfair\n", code: 1,
			out: []string{"was never delivered", "\nviolated: PL1\n"},
		},
		{name: "replay inconclusive", args: "replay -link fifo -", stdin: `send 0>1 "a"`, code: 2, out: []string{"\ninconclusive: PL1"}},
		{name: "replay without link", args: "replay -", stdin: `send 0>1 "a"`, code: 3, err: []string{"no line \"link NAME\""}},
		{name: "replay of nobody", args: "replay -", stdin: "link fifi", code: 3, err: []string{`standard input: unknown link "fifi"; did you mean "fifo"?`}},
		{name: "replay not enabled", args: "replay -link fifo -", stdin: `deliver 0>1 "x"`, code: 3, err: []string{"action 1", "not enabled"}},
		{name: "replay garbage", args: "replay -", stdin: "link fifo\nsent 0>1\n", code: 3, err: []string{`standard input:2:1: unknown action "sent"`}},
		{
			name: "replay of a link that panics", args: "replay -", stdin: "link panics\nsend 0>1 \"a\"\ndeliver 0>1 \"a\"", code: 1,
			out: []string{"out of paper", "violated: Contract"},
		},

		{name: "chart of a history", args: "chart -", stdin: "\n  " + header, code: 3, err: []string{"standard input:1:1"}},
		{name: "chart of a history", args: "chart -width 60 -", stdin: header + send + deliver + again, out: []string{"PL2 broken here", `DELIVER "a"`}},
		{name: "chart of a schedule", args: "chart -", stdin: "link fifo\nsend 0>1 \"a\"\nfair\n", out: []string{`SEND "a"`, `data 1`}},
		{name: "chart of garbage", args: "chart -", stdin: "42", code: 3, err: []string{`standard input:1:1: unknown action "42"`}},

		{name: "run", args: "run fifo -messages 100 -senders 2 -delay 0 -seed 7", out: []string{"seed 7", "100 delivered", "\nholds: PL1 PL2 PL3 FIFO ACK; "}},
		{name: "run on a cable", args: "run alternatingbit -messages 50", out: []string{" 0 duplicated, 0 reordered", "\nholds:"}},
		{name: "run a mutant", args: "run delivers-header -messages 50", code: 1, out: []string{"\nviolated: PL3; "}},
		{name: "run a link that panics", args: "run panics -messages 50", code: 1, out: []string{"out of paper", "violated: Contract"}},
		{
			name: "run with kills", args: "run -kill 5 -messages 200 -seed 7 logged",
			out: []string{"seed 7; the run settled\n5 kills: ", "\nholds: LPL1 LPL2 LPL3; "},
		},
		{name: "run with kills what forgets", args: "run -kill 5 fifo", code: 3, err: []string{"fifo promises nothing after a kill"}},
		{name: "run with no kills", args: "run -kill 0 logged", code: 3, err: []string{"kills is 0, want 1 to"}},
		{name: "run nobody", args: "run fifi", code: 3, err: []string{`did you mean "fifo"?`}},
		{name: "run no messages", args: "run fifo -messages 0", code: 3, err: []string{"-messages is 0, want at least 1"}},
		{name: "run a campaign over UDP", args: "run -campaign 5 fifo", code: 3, err: []string{"-campaign means nothing over UDP"}},
		{name: "run a plot over UDP", args: "run -plot p.svg fifo", code: 3, err: []string{"-plot means nothing over UDP"}},
		{name: "run in silence", args: "run -silence 1s fifo", code: 3, err: []string{"-silence means nothing but for 'maelstrom"}},
		{name: "run too much loss", args: "run fifo -loss 2", code: 3, err: []string{"loss is 2, want a probability"}},
		{
			name: "run in virtual time", args: "run -timed delay=5ms,send=0>1:3@0s/1ms,seed=4 fifo",
			out: []string{" of virtual time, all was settled", "conditions: seed=4 delay=5ms send=0>1:3@0s/1ms\n", "3 messages delivered, after 5ms (P50)", "packets over time", "\nholds: PL1"},
		},
		{name: "run a link that leans on time", args: "run agededup -seed 1", out: []string{"holds: PL2 PL3", "seed=1 end=2s"}},
		{name: "run a timed mutant", args: "run no-jitter", code: 1, out: []string{"violated: AMP"}},
		{name: "run a campaign", args: "run -campaign 5 -seed 1 forgets-early", code: 1, out: []string{"5 runs no worse than: seed=1", "PL2  violated", "Replay:\n  fairloss run -timed 'seed="}},
		{name: "run a campaign that holds", args: "run -campaign 5 agededup", out: []string{"PL2  holds  5 held"}},
		{name: "run too short", args: "run -timed delay=5s,end=1s,send=0>1:1@0s/0s fifo", code: 2, out: []string{"ended before all was settled", "inconclusive: PL1"}},
		{name: "run a link that panics in virtual time", args: "run -timed send=0>1:1@0s/0s panics", code: 1, out: []string{"out of paper", "violated: Contract"}},
		{name: "run a campaign of a link that panics", args: "run -campaign 1 -timed send=0>1:1@0s/0s panics", code: 1, out: []string{"out of paper", "violated: Contract"}},
		{name: "run under no conditions", args: "run -timed speed=9 fifo", code: 3, err: []string{`conditions: unknown word "speed=9"`}},
		{name: "run under impossible conditions", args: "run -timed loss=9 fifo", code: 3, err: []string{"probability 9: want 0 to 1"}},
		{name: "run a campaign of none", args: "run -campaign -1 agededup", code: 3, err: []string{"a campaign of -1 runs"}},
		{name: "run a plot into nowhere", args: "run -plot no/such/directory/p.svg agededup", code: 3, err: []string{"no such file"}},
		{
			name: "run in virtual time, keeping the history", args: "run -seed 1 -o " + filepath.Join(t.TempDir(), "h") + " detector",
			out: []string{"holds: FD1 FD2"},
		},
		{name: "campaign with a history", args: "run -campaign 2 -o h detector", code: 3, err: []string{"has no plot and no history"}},
		{name: "run with a flag of the other world", args: "run -loss 0.1 lease", code: 3, err: []string{"-loss means nothing in virtual time"}},
		{name: "explore a link that leans on time", args: "explore lease", code: 3, err: []string{"leans on time: try 'fairloss run lease'"}},
		{name: "run with words", args: "run fifo -messages many", code: 3, err: []string{`run: invalid value "many"`}},
		{name: "run into nowhere", args: "run fifo -o no/such/directory/h.jsonl", code: 3, err: []string{"no such file"}},

		{
			name: "generals", args: "generals -handshake 3", code: 1,
			out: []string{"handshake of 3", "4  given  .        attacks  stays", "Run 4 breaks agreement", "E^3    ", "E^4   ", "\nviolated: agreement\n"},
		},
		{name: "generals who are cautious", args: "generals -enough 4", code: 1, out: []string{"Run 2 breaks agreement: A stays, B attacks."}},
		{name: "generals who do not talk", args: "generals -handshake 0", code: 3, err: []string{"a handshake of 0 messages, want 1 to 1024"}},
		{name: "generals who want too much", args: "generals -handshake 2 -enough 3", code: 3, err: []string{"message 3 is enough, want 1 to 2"}},

		{name: "mutants that live", args: "mutants -schedules 1 -seed 7", code: 1, out: []string{"\nviolated: "}},
		{name: "mutants without schedules", args: "mutants -schedules 0", code: 3, err: []string{"want at least 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, err := fairloss(t, c.stdin, strings.Fields(c.args)...)
			if code != c.code || len(c.err) == 0 && err != "" {
				t.Errorf("exit code %d, want %d; standard error: %s", code, c.code, err)
			}
			for _, want := range c.out {
				if !strings.Contains(out, want) {
					t.Errorf("standard output:\n%s\nwithout %q", out, want)
				}
			}
			for _, want := range c.err {
				if !strings.Contains(err, want) {
					t.Errorf("standard error %q without %q", err, want)
				}
			}
		})
	}
}

func TestMalformedHistories(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"empty":         {"", "standard input:1:1: missing header"},
		"truncated":     {header + send + deliver[:30], "standard input:3:31: truncated line"},
		"no header":     {send, "standard input:1:1: missing header"},
		"wrong version": {strings.Replace(header, `"version":1`, `"version":3`, 1) + send, "standard input:1:23: version 3, want 1 or 2"},
		"unknown kind":  {header + strings.Replace(send, `"send"`, `"sent"`, 1), `standard input:2:9: unknown event "sent"`},
		"long line":     {header + strings.Replace(send, `"a"`, `"`+strings.Repeat("a", 1<<20)+`"`, 1), "standard input:2:1048577: line is longer"},
		"no guarantee":  {strings.Replace(header, `"guarantee":"perfect",`, "", 1) + send, "standard input:1:1: the header has no guarantee"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, command := range []string{"check", "chart"} {
				if name == "no guarantee" && command == "chart" || name == "empty" && command == "chart" {
					continue // one can be drawn, the other is an empty schedule
				}
				code, out, err := fairloss(t, c.file, command, "-")
				if code != 3 || out != "" || !strings.HasPrefix(err, "fairloss: "+c.want) {
					t.Errorf("%s: exit code %d, %q, want error %q", command, code, err, c.want)
				}
			}
		})
	}
}

// decode reads JSON that must have no other fields than v.
func decode(t *testing.T, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

type finding struct {
	ID, Name, Verdict, Reason, Engine string
	Event, Tested, Voided             int
}

type judged struct {
	Verdict, Link, Guarantee string
	Properties               []finding
}

func TestCheckJSON(t *testing.T) {
	code, out, _ := fairloss(t, header+send+deliver+again, "check", "-json", "-")
	var got judged
	decode(t, out, &got)
	if code != 1 || got.Verdict != "violated" || got.Link != "perfect" || got.Guarantee != "perfect" || len(got.Properties) != 3 {
		t.Fatalf("exit code %d, %+v", code, got)
	}
	want := finding{
		ID: "PL2", Name: "no duplication", Verdict: "violated", Event: 4, Tested: 2, Engine: "monitor",
		Reason: `process 1 delivers "a" from process 0 once more than it was sent`,
	}
	if got.Properties[1] != want {
		t.Errorf("got %+v, want %+v", got.Properties[1], want)
	}
}

func TestCheckClocksJSON(t *testing.T) {
	_, out, _ := fairloss(t, header+send+deliver, "check", "-json", "-clocks", "-")
	var got struct {
		judged
		Clocks []struct {
			Line, Lamport int
			Vector        []int
		}
	}
	decode(t, out, &got)
	if len(got.Clocks) != 2 || got.Clocks[1].Line != 3 || got.Clocks[1].Lamport != 2 || !slices.Equal(got.Clocks[1].Vector, []int{1, 1}) {
		t.Errorf("clocks %+v", got.Clocks)
	}
	if _, out, _ := fairloss(t, header+send+deliver, "check", "-json", "-"); strings.Contains(out, "clocks") {
		t.Errorf("clocks are printed though nobody asked: %s", out)
	}
}

func TestReplayWritesHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	code, out, _ := fairloss(t, "link short-hash\nsend 0>1 \"a\"\nfair\n", "replay", "-", "-json", "-o", file)
	var replayed, checked judged
	decode(t, out, &replayed)
	again, out, _ := fairloss(t, "", "check", "-json", file)
	decode(t, out, &checked)
	if code != again || replayed.Verdict != checked.Verdict || checked.Link != "short-hash" || len(replayed.Properties) != len(checked.Properties) {
		t.Errorf("replay: %d, %+v\ncheck: %d, %+v", code, replayed, again, checked)
	}
}

func TestRunJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	code, out, _ := fairloss(t, "", "run", "-json", "-messages", "100", "-seed", "7", "-o", file, "perfect")
	var got struct {
		judged
		Ending                      string
		Seed                        uint64
		Messages, Delivered, Events int
		Rate                        float64 `json:"messages_per_second"`
		Seconds                     float64
		CPU                         float64 `json:"cpu_seconds"`
		Check                       float64 `json:"check_seconds"`
		Sent                        int     `json:"packets_sent"`
		Lost                        int     `json:"packets_lost"`
		Duplicated                  int     `json:"packets_duplicated"`
		Reordered                   int     `json:"packets_reordered"`
	}
	decode(t, out, &got)
	if code != 0 || got.Verdict != "holds" || got.Seed != 7 || got.Messages == 0 || got.Delivered != got.Messages || got.Rate <= 0 || got.Lost == 0 {
		t.Errorf("exit code %d, %+v", code, got)
	}
	if code, out, err := fairloss(t, "", "check", file); code != 0 {
		t.Errorf("check of the history: exit code %d\n%s%s", code, out, err)
	}
}

func TestKillJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	code, out, _ := fairloss(t, "", "run", "-json", "-kill", "6", "-messages", "200", "-seed", "7", "-o", file, "logged")
	var got struct {
		judged
		Ending                                   string
		Seed                                     uint64
		Messages, Unknown, Stored, Events, Kills int
		Sending                                  int     `json:"kills_while_sending"`
		Saving                                   int     `json:"kills_while_saving"`
		Opening                                  int     `json:"kills_while_opening"`
		Rate                                     float64 `json:"messages_per_second"`
		Seconds                                  float64
		Check                                    float64 `json:"check_seconds"`
	}
	decode(t, out, &got)
	if code != 0 || got.Kills != 6 || got.Messages+got.Unknown != 200 || got.Stored < got.Messages {
		t.Errorf("exit code %d: %+v", code, got)
	}
	again, out, _ := fairloss(t, "", "check", file)
	if again != 0 || !strings.Contains(out, "holds: LPL1 LPL2 LPL3") {
		t.Errorf("check of its history: exit code %d: %s", again, out)
	}
}

func TestListJSON(t *testing.T) {
	_, out, _ := fairloss(t, "", "list", "-json")
	var got []struct{ Name, Kind, Guarantee, Network, Breaks string }
	decode(t, out, &got)
	if len(got) != len(registry()) {
		t.Fatalf("%d links, want %d", len(got), len(registry()))
	}
	for i, l := range registry() {
		g, network := got[i], l.Assumes.String()
		if l.Conditions != "" {
			network = "timed"
		}
		if g.Name != l.Name || g.Kind != l.Kind.String() || g.Guarantee != l.Guarantee.Name || g.Network != network || g.Breaks != l.Breaks {
			t.Errorf("got %+v, want %s", g, l.Name)
		}
	}
}

func TestMutantsJSON(t *testing.T) {
	code, out, _ := fairloss(t, "", "mutants", "-json", "-schedules", "500", "-seed", "7")
	var got []struct {
		Name, Breaks                       string
		Also, By                           []string
		Killed                             bool
		Schedules, Steps, Shrunk, Shortest int
	}
	decode(t, out, &got)
	if code != 0 || len(got) != len(mutant.Registry()) {
		t.Fatalf("exit code %d, %d mutants", code, len(got))
	}
	for i, m := range mutant.Registry() {
		g := got[i]
		if g.Name != m.Name || !g.Killed || g.Schedules < 1 || g.Steps < 500 || g.Shrunk < 1 || len(g.By) == 0 || g.Also == nil {
			t.Errorf("got %+v", g)
		}
		// A schedule of safety is never shorter than the proven shortest one, unless it
		// forges what an attacker can make only of a packet that it has seen.
		p, claimed := m.Guarantee.Property(m.Breaks)
		safety := (!claimed || p.Class&spec.Liveness == 0) && m.Assumes.Forgeries == 0
		if g.Shortest < 1 || safety && g.Shortest > g.Shrunk {
			t.Errorf("%s: shrunk to %d actions, the shortest has %d", g.Name, g.Shrunk, g.Shortest)
		}
	}
}

func TestGeneralsJSON(t *testing.T) {
	code, out, _ := fairloss(t, "", "generals", "-json", "-handshake", "5", "-enough", "2")
	var got struct {
		Verdict, Protocol, Broken string
		Messages                  int
		Runs                      []struct {
			Order         bool
			Sent, Arrived int
			A             bool `json:"a_attacks"`
			B             bool `json:"b_attacks"`
		}
		Knowledge []struct {
			Network     string
			Runs, Depth int
			Common      bool
		}
	}
	decode(t, out, &got)
	if code != 1 || got.Verdict != "violated" || got.Broken != "agreement" || got.Messages != 5 || len(got.Runs) != 5 || len(got.Knowledge) != 2 {
		t.Fatalf("exit code %d, %+v", code, got)
	}
	if last := got.Runs[4]; !last.Order || last.Sent != 2 || last.Arrived != 1 || last.A || !last.B {
		t.Errorf("the last run is %+v", last)
	}
	if k := got.Knowledge; k[0].Depth != 5 || k[0].Common || !k[1].Common {
		t.Errorf("known is %+v", k)
	}
}

func TestChartJSON(t *testing.T) {
	_, plain, _ := fairloss(t, header+send+deliver, "chart", "-")
	_, out, _ := fairloss(t, header+send+deliver, "chart", "-json", "-")
	var got struct{ Lines []string }
	decode(t, out, &got)
	if strings.Join(got.Lines, "\n")+"\n" != plain {
		t.Errorf("got %q, want %q", got.Lines, plain)
	}
}

// A mutant that breaks its contract lives.
func TestMutantThatPanics(t *testing.T) {
	mutant := impl.Link{Name: "panics", Kind: impl.Mutant, New: impl.FactoryOf(panics{}), Guarantee: spec.FairLoss, Breaks: "FLL1"}
	var out, stderr bytes.Buffer
	code := cli.Run(t.Context(), []string{"mutants"}, nil, &out, &stderr, []impl.Link{mutant})
	if code != 1 || !strings.Contains(stderr.String(), "out of paper") || !strings.Contains(out.String(), "violated: 0 of 1 mutants killed") {
		t.Errorf("exit code %d, %s%s", code, out.String(), stderr.String())
	}
}

// A mutant whose key omits state lives, whatever else breaks it.
func TestMutantIsAudited(t *testing.T) {
	mutant := impl.Link{Name: "forgets", Kind: impl.Mutant, New: impl.FactoryOf(forgets{}), Guarantee: spec.FairLoss, Breaks: "FLL3"}
	var out, stderr bytes.Buffer
	code := cli.Run(t.Context(), []string{"mutants", "-schedules", "20"}, nil, &out, &stderr, []impl.Link{mutant})
	if code != 1 || !strings.Contains(stderr.String(), "mutant forgets broke its contract") || !strings.Contains(stderr.String(), "AppendKey omits state") {
		t.Errorf("exit code %d, %s%s", code, out.String(), stderr.String())
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"run", "fifo"}, {"mutants"}, {"explore", "fifo"}, {"step", "fifo"}} {
		var out, stderr bytes.Buffer
		code := cli.Run(ctx, args, strings.NewReader(""), &out, &stderr, registry())
		if code != 2 || !strings.Contains(out.String(), "\ninconclusive") {
			t.Errorf("%v: exit code %d, %s%s", args, code, out.String(), stderr.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestOutputFails(t *testing.T) {
	var stderr bytes.Buffer
	if code := cli.Run(t.Context(), []string{"list"}, os.Stdin, full{}, &stderr, registry()); code != 3 || !strings.Contains(stderr.String(), "disk full") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
}
