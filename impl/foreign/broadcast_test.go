package foreign

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"fairloss/checker/trial"
	"fairloss/spec"
)

// gossip is a program for the broadcast workload that passes each value on
// once, and changes what a read shows.
func gossip(show func(values []int) []int) {
	var self string
	var others []string
	values := []int{}
	write := func(dest string, body map[string]any) {
		line, _ := json.Marshal(map[string]any{"src": self, "dest": dest, "body": body})
		fmt.Println(string(line))
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var m struct {
			Src  string
			Body struct {
				Type    string
				NodeID  string   `json:"node_id"`
				NodeIDs []string `json:"node_ids"`
				Message int
			}
		}
		if err := json.Unmarshal(in.Bytes(), &m); err != nil {
			panic(err)
		}
		answer := map[string]any{"type": m.Body.Type + "_ok"}
		switch m.Body.Type {
		case "init":
			self = m.Body.NodeID
			for _, other := range m.Body.NodeIDs {
				if other != self {
					others = append(others, other)
				}
			}
		case "broadcast":
			for _, other := range others {
				write(other, map[string]any{"type": "gossip", "message": m.Body.Message})
			}
		case "gossip":
			values = append(values, m.Body.Message)
			continue
		case "read":
			answer["messages"] = show(values)
		}
		write(m.Src, answer)
	}
}

func init() {
	programs["broadcast-invents"] = func() { gossip(func(values []int) []int { return append(values, 12345) }) }
	programs["broadcast-repeats"] = func() {
		gossip(func(values []int) []int { return append(values[:len(values):len(values)], values...) })
	}
}

// broadcasts runs programs for real, and returns the verdict on each property.
func broadcasts(t *testing.T, b *Broadcast, cfg trial.Config) map[string]spec.Verdict {
	t.Helper()
	t.Cleanup(func() { b.Close() })
	cfg.Link, cfg.Seed = b.Link(), 1
	r, err := trial.Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]spec.Verdict{}
	for _, j := range r.Judgements {
		verdicts[j.Property.ID] = j.Verdict
		t.Logf("%s %s %s", j.Property.ID, j.Verdict, j.Reason)
	}
	t.Logf("%d of %d messages delivered, the run %s; %d packets, %d lost", r.Delivered, r.Accepted, r.Ending, r.Packets.Sent, r.Packets.Lost)
	return verdicts
}

func pythonBroadcast(t *testing.T, example string) *Broadcast {
	t.Helper()
	return NewBroadcast(inPython(t)(example)...)
}

// TestBroadcast demands that a program which repeats what is not acknowledged
// loses nothing, and that one which does not is found to lose.
func TestBroadcast(t *testing.T) {
	lossy := trial.Config{Messages: 40, Loss: 0.3, Duplicate: 0.1, Reorder: 0.1}
	for id, verdict := range broadcasts(t, pythonBroadcast(t, "broadcast"), lossy) {
		if verdict != spec.Holds {
			t.Errorf("%s is %s", id, verdict)
		}
	}
	once := pythonBroadcast(t, "broadcast_once")
	once.Silence = 300 * time.Millisecond
	verdicts := broadcasts(t, once, lossy)
	if verdicts["PL1"] != spec.Violated || verdicts["PL2"] != spec.Holds || verdicts["PL3"] != spec.Holds {
		t.Errorf("PL1 is %s, PL2 %s, PL3 %s; want PL1 violated and nothing else", verdicts["PL1"], verdicts["PL2"], verdicts["PL3"])
	}
}

// TestBroadcastSilence demands that a loss is nothing but inconclusive where
// nobody says how long silence is.
func TestBroadcastSilence(t *testing.T) {
	b := pythonBroadcast(t, "broadcast_once")
	if v := broadcasts(t, b, trial.Config{Messages: 20, Loss: 1, Timeout: 3 * time.Second}); v["PL1"] != spec.Inconclusive {
		t.Errorf("PL1 is %s", v["PL1"])
	}
}

// TestBroadcastSafety demands that values out of nowhere, and values that are
// shown twice, break what they should.
func TestBroadcastSafety(t *testing.T) {
	for name, property := range map[string]string{"broadcast-invents": "PL3", "broadcast-repeats": "PL2"} {
		for id, verdict := range broadcasts(t, NewBroadcast(os.Args[0], "program", name), trial.Config{Messages: 8}) {
			if id != "LIN" && (verdict == spec.Violated) != (id == property) {
				t.Errorf("%s: %s is %s", name, id, verdict)
			}
		}
	}
}

// TestNonsense demands that a program that writes nonsense is an error that
// quotes it.
func TestNonsense(t *testing.T) {
	const initOK = `{"src":"n0","dest":"c0","body":{"type":"init_ok"}}`
	for _, test := range []struct{ line, want string }{
		{`hello`, "line 2 of its output is no message: "},
		{`[]`, "line 2 of its output is no message: "},
		{`{"src":"n1","dest":"c0","body":{}}`, `line 2 of its output has "src" "n1", want "n0": `},
		{`{"src":"n0","body":{}}`, `line 2 of its output has no "dest": `},
		{`{"src":"n0","dest":"c0"}`, `line 2 of its output has no "body" that is an object: `},
		{`{"src":"n0","dest":"c0","body":[]}`, `line 2 of its output has no "body" that is an object: `},
		{`{"src":"n0","dest":"n7","body":{}}`, `it writes to "n7": want another program, or the client that asked: `},
		{`{"src":"n0","dest":"c0","body":{"type":"hm"}}`, `it writes a "hm", want init_ok, topology_ok, broadcast_ok or read_ok: `},
		{`{"src":"n0","dest":"c0","body":{"type":"error","text":"no"}}`, `it answers with an error, "no": `},
		{"long", "line 2 of its output is longer than 1048576 bytes: xxx"},
		{"exit:4", "it exited with status 4\nits standard error ends:\n    farewell"},
		{"cut:{", "its output ends in the middle of line 2, {"},
	} {
		b := NewBroadcast(os.Args[0], "script", initOK, "stderr:farewell", test.line)
		err := tried(b.Link().New(0, []spec.Process{1}).Init)
		demand(t, err, os.Args[0]+" script ", test.want)
		if strings.HasPrefix(test.line, "{") {
			demand(t, err, test.line)
		}
		b.Close()
	}
	demand(t, tried(NewBroadcast().Link().New(0, []spec.Process{1}).Init), "no command")
	demand(t, tried(NewBroadcast("/no/such/program").Link().New(0, []spec.Process{1}).Init), "no such file")
}

// FuzzMessage checks that whatever a program writes is refused, or can be passed
// on.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"id":7,"src":"n0","dest":"n1","body":{"type":"gossip","value":[1]}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := parseMessage(line, "n0")
		if err == nil && (!json.Valid(m.Body) || m.Dest == "" || m.Src != "n0") {
			t.Errorf("%s became %+v", line, m)
		}
	})
}
