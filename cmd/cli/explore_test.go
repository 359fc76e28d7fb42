package cli_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/spec"
)

func TestExplore(t *testing.T) {
	for _, c := range []struct {
		name, args string
		code       int
		out, err   []string
	}{
		{
			name: "liveness left out", args: "perfect -liveness=false", code: 2, out: []string{
				"PL1  inconclusive  reliable delivery", "left out by -liveness=false\n", "PL2  holds", "\ninconclusive: PL1\n",
			},
		},
		{name: "both ways", args: "perfect", out: []string{"2 processes; sent: \"a\" \"b\" \"c\" on 0>1 and \"d\" on 1>0\n", "\nholds: PL1 PL2 PL3 ACK\n"}},
		{
			name: "holds", args: "perfect -channels 0>1", out: []string{
				"link perfect, claimed: perfect, network: set, 2 processes; sent: \"a\" \"b\" \"c\" on 0>1\n",
				"PL1  holds", " states/s, ", " bytes/state",
				"\n40 states, 219 transitions, depth 9, complete, ", "probability of at most 4.3e-17", "\n200 random walks of the real code found nothing", "4GiB; assumptions: network set", "\nholds: PL1 PL2 PL3 ACK\n",
			},
		},
		{name: "liveness holds", args: "perfect -liveness", out: []string{"\nholds: PL1 PL2 PL3 ACK\n"}},
		{
			name: "safety violated", args: "short-memory -messages 2 -channels 0>1", code: 1,
			out: []string{"PL2 no duplication: ", "\nbroken at step 5: process 1", "schedule (5 actions, shortest for \"a\" \"b\" on 0>1):\n    1  send 0>1 \"a\"\n", "PL2 broken here", "\nviolated: PL2\n"},
		},
		{
			name: "liveness violated", args: "stuck-bit -channels 0>1", code: 1, out: []string{
				"\nnever met, although the network is fair: ", "    4  deliver 1>0 \"A\\x00\"\n       forever:\n    5  timeout 0 1\n",
				`0>1 "D\x01b": sent 1, delivered 1 in the cycle`, "for ever", "PL1 broken here", "\nviolated: PL1\n",
			},
		},
		{name: "nothing more happens", args: "not-rearmed -liveness -messages 1", code: 1, out: []string{"forever: nothing more happens"}},
		{name: "sent again and again", args: "tires -liveness", code: 1, out: []string{"\neach message sent again and again: ", "violated: FLL1\n"}},
		{name: "safety and liveness", args: "rpc", out: []string{"XOP  holds"}},
		{name: "a stronger guarantee", args: "atleastonce -guarantee perfect", code: 1, out: []string{"claimed: perfect", "\nviolated: PL2\n"}},
		{name: "equal messages", args: "payload-is-id -messages 2 -equal -liveness", code: 1, out: []string{"sent: \"a\" \"a\" on 0>1 and \"a\" on 1>0\n", "\nviolated: PL1"}},
		{name: "distinct messages", args: "payload-is-id -messages 2 -liveness", out: []string{"\nholds:"}},
		{name: "another network", args: "alternatingbit -network set", code: 1, out: []string{"network: set", `; network set; send 0>1 "a"; `, "violated: "}},
		{name: "a full network", args: "alternatingbit -network fifo(capacity=1) -messages 1", out: []string{"network: fifo(capacity=1)", "\nholds"}},
		{
			name: "a layer alone", args: "atmostonce -guarantee perfect -network atleastonce -channels 0>1",
			out: []string{"network: atleastonce(capacity=4)", "\n40 states, ", "\nholds: PL1 PL2 PL3 ACK\n"},
		},
		{
			name: "never quiet", args: "atmostonce -guarantee stubborn -network stubborn -liveness -messages 1", code: 1,
			out: []string{"       forever:\n", `0>1 "D\x01a": sent 0, delivered 1 in the cycle`, "\nviolated: SL1\n"},
		},
		{name: "three processes", args: "perfect -processes 3 -messages 1", out: []string{"3 processes; sent: \"a\" on 0>1 and \"b\" on 1>0 and \"c\" on 0>2", "\nholds"}},
		{name: "two channels", args: "perfect -channels 0>1,1>0 -messages 4 -liveness", out: []string{"sent: \"a\" \"c\" on 0>1 and \"b\" \"d\" on 1>0\n", "bounds: \"a\" \"c\" on 0>1 and \"b\" \"d\" on 1>0,", "\nholds: PL1"}},
		{name: "fewer messages than channels", args: "perfect -channels 0>1,1>0 -messages 1", out: []string{"sent: \"a\" on 0>1\n"}},
		{name: "equal messages on two channels", args: "payload-is-id -processes 3 -channels 0>1,2>1 -equal -messages 2 -liveness", out: []string{"3 processes; sent: \"a\" on 0>1 and \"a\" on 2>1\n", "\nholds: PL1"}},
		{name: "equal messages on one of two channels", args: "payload-is-id -processes 3 -channels 0>1,2>1 -equal -liveness", code: 1, out: []string{"\nviolated: PL1"}},
		{name: "the second of three channels", args: "flushes-backwards -processes 4 -channels 1>0,3>1,1>2 -messages 5", code: 1, out: []string{"4 processes;", "    1  send 3>1 \"b\"\n    2  send 3>1 \"e\"\n", "\nviolated: FIFO"}},
		{name: "no channel", args: "fifo -channels 0>1,1", code: 3, err: []string{`invalid value "0>1,1" for flag -channels: column 5: channel "1": want two processes`}},
		{name: "a channel to nobody", args: "fifo -processes 3 -channels 0>1,1>3", code: 3, err: []string{"explore: channel 1>3: there are 3 processes, and none is number 3"}},
		{name: "a burst", args: "golden/next -messages 2", out: []string{"\n84 states, 396 transitions, "}},
		{name: "too many states", args: "golden/next -messages 6 -max-states 5000", code: 2, out: []string{"not complete (", "5000 states, ", "\ninconclusive: "}},
		{name: "too much memory", args: "golden/next -messages 6 -max-memory 1KiB", code: 2, out: []string{"not complete (", "1KiB; ", "\ninconclusive: "}},
		{name: "no time", args: "perfect -timeout 1ns", code: 2, out: []string{"not complete (", "\ninconclusive: "}},
		{name: "panics", args: "panics", code: 1, out: []string{"out of paper", "violated: Contract", "schedule (2 actions; it breaks the contract in 10 of 10 runs):\n    1  send 0>1 \"a\"\n    2  deliver 0>1 \"a\"\n"}},
		{name: "forgets", args: "forgets", code: 1, out: []string{"AppendKey omits state", "violated: Contract", "deliver 0>1 "}},
		{name: "nobody", args: "fifi", code: 3, err: []string{`did you mean "fifo"?`}},
		{name: "no messages", args: "fifo -messages 0", code: 3, err: []string{"want at least 1 message"}},
		{name: "no workers", args: "fifo -workers 0", code: 3, err: []string{"want at least 1 message and 1 worker"}},
		{name: "one worker", args: "golden/next -messages 4 -workers 1", out: []string{"\n5456 states, "}},
		{name: "three workers", args: "golden/next -messages 4 -workers 3", out: []string{"\n5456 states, "}},
		{name: "one process", args: "fifo -processes 1", code: 3, err: []string{"1 processes, want 2 to"}},
		{name: "a crowd", args: "fifo -processes 16", code: 3, err: []string{"16 processes, want 2 to 15"}},
		{name: "no network", args: "fifo -network net", code: 3, err: []string{`unknown network "net"`}},
		{name: "no guarantee", args: "fifo -guarantee some", code: 3, err: []string{`unknown guarantee "some" (want fair-loss, `}},
		{name: "no size", args: "fifo -max-memory 2QiB", code: 3, err: []string{"want a number of bytes, as 1000000, 64MiB or 2GiB"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, err := fairloss(t, "", append([]string{"explore"}, strings.Fields(c.args)...)...)
			if code != c.code || len(c.err) == 0 && err != "" {
				t.Errorf("exit code %d, want %d; standard error: %s", code, c.code, err)
			}
			contains(t, out, c.out)
			contains(t, err, c.err)
		})
	}
}

func contains(t *testing.T, text string, phrases []string) {
	t.Helper()
	for _, p := range phrases {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in:\n%s", p, text)
		}
	}
}

// Channels with senders and numbers of their own are independent of one
// another: the states of the whole are those of each, multiplied.
func TestExploreChannelsMultiply(t *testing.T) {
	states := func(args string) int {
		code, out, _ := fairloss(t, "", append([]string{"explore", "-json", "-liveness", "perfect"}, strings.Fields(args)...)...)
		var got explored
		if decode(t, out, &got); code != 0 || !got.Complete {
			t.Errorf("%s: exit code %d, %s", args, code, out)
		}
		return got.States
	}
	one, two := states("-messages 1 -channels 0>1"), states("-messages 2 -channels 0>1")
	for _, c := range []struct {
		args string
		want int
	}{
		{"-messages 2 -channels 0>1,1>0", one * one},
		{"-messages 3 -channels 0>1,1>0", two * one},
		{"-messages 3 -channels 0>1,1>0,2>1 -processes 3", one * one * one},
		{"-messages 4 -channels 0>1,2>1 -processes 3 -equal", two * two},
		{"-messages 3 -channels 3>1,0>2 -processes 4", two * one},
		{"-messages 2 -channels 0>1,0>2 -processes 3", 1 + (one-1)*one}, // the second is sent after the first
	} {
		if got := states(c.args); got != c.want {
			t.Errorf("%s: %d states, want %d", c.args, got, c.want)
		}
	}
}

// TestExploreReplay follows the command that a counterexample prints.
func TestExploreReplay(t *testing.T) {
	for _, args := range []string{
		"stuck-bit -liveness", "flushes-backwards", "alternatingbit -network set", "short-memory -processes 3", "short-memory -processes 4 -channels 3>1,2>3", "stuck-bit -processes 3 -channels 1>2 -liveness", "tires -liveness -width 50",
		"atleastonce -guarantee perfect", "fairloss -guarantee at-least-once -liveness",
	} {
		_, out, _ := fairloss(t, "", append([]string{"explore"}, strings.Fields(args)...)...)
		m := regexp.MustCompile(`(?m)^replay: printf '%s\\n' '(.*)' \| fairloss replay (.*)-$`).FindStringSubmatch(out)
		if m == nil {
			t.Errorf("explore %s prints no command:\n%s", args, out)
			continue
		}
		code, again, err := fairloss(t, strings.ReplaceAll(m[1], `'\''`, "'"), slices.Concat([]string{"replay"}, strings.Fields(m[2]), []string{"-"})...)
		id := regexp.MustCompile(`\n(\S+) broken here|(\w+) broken here`).FindString(out)
		if code != 1 || !strings.Contains(again, strings.TrimSpace(id)) {
			t.Errorf("explore %s: replay exits with %d: %s%s, want %q", args, code, again, err, id)
		}
	}
}

type explored struct {
	Name, Guarantee, Verdict   string
	Workload                   []string
	Complete                   bool
	States, Transitions, Depth int
	Seconds                    float64
	BytesPerState              float64 `json:"bytes_per_state"`
	Memory                     string
	Counterexample             *struct {
		Property    string
		Shortest    string
		Length      int
		Stem, Cycle []string
	}
	Properties []finding
}

func TestExploreJSON(t *testing.T) {
	code, out, _ := fairloss(t, "", "explore", "-json", "stuck-bit", "-channels", "0>1", "-messages", "2")
	var got explored
	decode(t, out, &got)
	c := got.Counterexample
	if code != 1 || !slices.Equal(got.Workload, []string{`send 0>1 "a"`, `send 0>1 "b"`}) || got.Name != "stuck-bit" || got.Guarantee != "fifo" || got.Verdict != "violated" || !got.Complete ||
		got.States != 159 || got.Transitions != 697 || got.Depth != 15 || got.Seconds <= 0 || got.BytesPerState <= 0 || got.Memory != "process" && got.Memory != "search" ||
		len(got.Properties) != 5 || got.Properties[0].Verdict != "violated" || got.Properties[1].Verdict != "holds" {
		t.Errorf("exit code %d, %+v", code, got)
	}
	if c == nil || c.Property != "PL1" || c.Length != 7 || c.Shortest != `shortest for "a" "b" on 0>1` || len(c.Stem) != 4 ||
		!slices.Equal(c.Cycle, []string{"timeout 0 1", `deliver 0>1 "D\x01b"`, `deliver 1>0 "A\x00"`}) {
		t.Errorf("counterexample %+v", c)
	}

	code, out, _ = fairloss(t, "", "explore", "-json", "fifo")
	got = explored{}
	decode(t, out, &got)
	if code != 0 || got.Verdict != "holds" || got.Counterexample != nil || !strings.Contains(out, `"counterexample": null`) {
		t.Errorf("exit code %d, %s", code, out)
	}

	code, out, _ = fairloss(t, "", "explore", "-json", "-liveness=false", "perfect")
	got = explored{}
	decode(t, out, &got)
	if pl1 := got.Properties[len(got.Properties)-1]; code != 2 || got.Verdict != "inconclusive" || pl1.ID != "PL1" || pl1.Verdict != "inconclusive" || pl1.Reason != "left out by -liveness=false" {
		t.Errorf("exit code %d, %s", code, out)
	}

	code, out, _ = fairloss(t, "", "explore", "-json", "panics")
	got = explored{}
	decode(t, out, &got)
	c = got.Counterexample
	if code != 1 || len(got.Workload) != 4 || got.Verdict != "violated" || c == nil || c.Property != "Contract" || c.Length != 2 || len(c.Stem) != 2 || c.Cycle == nil {
		t.Errorf("exit code %d, %s", code, out)
	}
}

// faulty breaks the contract of a layer where it is asked to.
type faulty struct {
	impl.FairLossLink
	in    string
	calls *int
}

func (l *faulty) Init(out *impl.Effects) {
	if l.in == "Init" {
		panic("no paper")
	}
}

func (l *faulty) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	switch *l.calls++; l.in {
	case "a stray":
		to = 7
	case "chance":
		if *l.calls%2 == 0 {
			return
		}
	}
	l.FairLossLink.Send(to, m, out)
}

func (l *faulty) AppendKey(b []byte) []byte {
	if l.in == "AppendKey" {
		panic("no paper")
	}
	return b
}

// Whatever a link does that breaks the contract of a layer, it is violated, with
// any number of workers: exit code 1, not 3.
func TestExploreBrokenContracts(t *testing.T) {
	for _, in := range []string{"Init", "AppendKey", "a stray", "chance", "its Factory", "nil"} {
		calls := 0
		link := impl.Link{Name: "faulty", Guarantee: spec.AtLeastOnce, New: func(spec.Process, []spec.Process) impl.Layer {
			switch in {
			case "its Factory":
				panic("no paper")
			case "nil":
				return nil
			}
			return &faulty{in: in, calls: &calls}
		}}
		for _, args := range []string{"explore faulty -workers 1", "explore faulty -workers 2", "explore faulty -json", "explore faulty -liveness=false", "classify faulty"} {
			var out, stderr strings.Builder
			code := cli.Run(t.Context(), strings.Fields(args), nil, &out, &stderr, []impl.Link{link})
			if code != 1 || !strings.Contains(out.String(), "Contract") {
				t.Errorf("%s, breaks the contract in %s: exit code %d\n%s%s", args, in, code, out.String(), stderr.String())
			}
		}
	}
}

// A right link that claims to be a mutant has no counterexample.
func TestShortestOfNone(t *testing.T) {
	link := impl.Registry()[0]
	link.Kind, link.Breaks = impl.Mutant, "FLL3"
	golden := impl.Goldens()[1]
	golden.Kind, golden.Breaks = impl.Mutant, "FIFO"
	for _, c := range []struct {
		link impl.Link
		want string
	}{{link, `"shortest": -1`}, {golden, `"shortest": 0`}} {
		var out, stderr strings.Builder
		args := []string{"mutants", "-json", "-schedules", "10"}
		code := cli.Run(t.Context(), args, nil, &out, &stderr, []impl.Link{c.link})
		if code != 1 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: exit code %d, %s, want %s", c.link.Name, code, out.String(), c.want)
		}
	}
}
