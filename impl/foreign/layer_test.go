package foreign

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/impl"
	"fairloss/spec"
)

func program(t *testing.T, name string) impl.Link {
	t.Helper()
	return Link(t, os.Args[0], "program", name)
}

// TestContract demands that a program which keeps no contract is told so by the
// same audit as a link in Go.
func TestContract(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"shares-state", `handling Send(1, "`},
		{"shares-state", `is not deterministic: of two instances that handled the same events one answers Transmit(1, "`},
		{"omits-state", "does not do what it did before from a state with the same key"},
	} {
		demand(t, explore.Audit(program(t, test.name), 1, 50), test.want)
	}
}

// TestNoKey demands that without a key all that happened is the state: a search
// then ends only where it is told to.
func TestNoKey(t *testing.T) {
	l := program(t, "no-key")
	e, err := explore.Exhaust(t.Context(), l, []spec.Property{spec.PL2, spec.PL3}, explore.Bounds{Workload: explore.Workload(l, 2, false), MaxStates: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if e.Coverage.Complete || e.Findings[0].Verdict != spec.Violated || e.Findings[1].Verdict != spec.Inconclusive {
		t.Errorf("%+v: want a search that is cut off, PL2 violated, PL3 inconclusive", e)
	}
	if err := explore.Audit(l, 1, 20); err != nil {
		t.Error(err)
	}
}

// TestRestore demands that a key which is said to lead back does.
func TestRestore(t *testing.T) {
	l := program(t, "goes-elsewhere")
	_, err := explore.Exhaust(t.Context(), l, []spec.Property{spec.PL3}, explore.Bounds{Workload: explore.Workload(l, 2, false)})
	demand(t, err, "the link at process ", ", handling Restore, fails: ", "has another key than the one that was to be restored")
	layer := program(t, "no-key").New(0, []spec.Process{1})
	if layer.(impl.Restorer).Restore([]byte("a")) {
		t.Error("a program that does not offer it restores a state")
	}
}

// TestOffers demands that what a hello says is what the link is.
func TestOffers(t *testing.T) {
	p, err := script(t, `{"fairloss":1,"name":"all","doc":"d","guarantee":"logged-perfect","network":"set(crashes=1,recoveries=1)",`+
		`"processes":3,"messages":["\u00ff","b"],"offers":["recover","confirmed","ready","held"]}`,
		`{"n":$n,"effects":[],"ready":[2],"held":7}`,
		`{"n":$n,"effects":[{"do":"transmit","to":0,"packet":"\u0000a"},{"do":"deliver","from":0,"message":"b"},{"do":"confirm","to":2,"message":""},`+
			`{"do":"settimer","timer":9007199254740991,"at_least_ms":0.5,"at_most_ms":2},{"do":"canceltimer","timer":0},`+
			`{"do":"store","stable":"s"},{"do":"commit","stable":"t","deliveries":[{"from":2,"message":"c"}]}],"ready":[],"held":0}`)
	if err != nil {
		t.Fatal(err)
	}
	link := p.Link()
	link.New = nil
	want := impl.Link{
		Name: "all", Doc: "d", Guarantee: spec.LoggedPerfect, Processes: 3, Messages: []spec.Message{"\xff", "b"},
		Assumes: spec.Assumptions{Crashes: 1, Recoveries: 1},
	}
	if link.Guarantee.Name != want.Guarantee.Name {
		t.Errorf("the link claims %s", link.Guarantee.Name)
	}
	link.Guarantee, want.Guarantee = spec.Guarantee{}, spec.Guarantee{}
	if !reflect.DeepEqual(link, want) {
		t.Errorf("the link is %+v, want %+v", link, want)
	}
	l := p.Link().New(1, []spec.Process{0, 2})
	var out impl.Effects
	l.(impl.Recoverer).Recover(nil, &out)
	if r := l.(impl.Readier); r.Ready(0) || !r.Ready(2) || l.(impl.Holder).Held() != 7 {
		t.Error("ready and held are not what the program said")
	}
	l.(impl.Confirmer).Confirmed(2, "p", &out)
	effects := []impl.Effect{
		{Kind: impl.Transmit, Packet: "\x00a"},
		{Kind: impl.Deliver, Message: "b"},
		{Kind: impl.Confirm, Peer: 2},
		{Kind: impl.SetTimer, Timer: 1<<53 - 1, AtLeast: time.Millisecond / 2, AtMost: 2 * time.Millisecond},
		{Kind: impl.CancelTimer},
		{Kind: impl.Store, Stable: []byte("s")},
		{Kind: impl.Commit, Stable: []byte("t"), Deliveries: []impl.Delivery{{From: 2, Message: "c"}}},
	}
	if !reflect.DeepEqual(out.List(), effects) {
		t.Errorf("the effects are %+v, want %+v", out.List(), effects)
	}
	if _, confirmer := program(t, "no-key").New(0, []spec.Process{1}).(impl.Confirmer); confirmer {
		t.Error("a program that does not offer it is a Confirmer")
	}
}

// TestEvents demands that each event is the documented line.
func TestEvents(t *testing.T) {
	peers := []spec.Process{0, 2}
	for _, test := range []struct {
		event event
		want  string
	}{
		{event{kind: recovery, nothing: true, peers: peers}, `"event":"recover","self":0,"peers":[0,2],"stable":null}`},
		{event{kind: recovery, data: "\x00", peers: peers}, `"event":"recover","self":0,"peers":[0,2],"stable":"\u0000"}`},
		{event{kind: restore, data: `a"\`, self: 1, peers: peers}, `"event":"restore","self":1,"peers":[0,2],"key":"a\"\\"}`},
		{event{kind: request, peer: 2, data: "é\n"}, `"event":"send","to":2,"message":"\u00c3\u00a9\u000a"}`},
		{event{kind: receipt, peer: 2, data: "\x7f"}, `"event":"receive","from":2,"packet":"\u007f"}`},
		{event{kind: confirmed, peer: 2}, `"event":"confirmed","to":2,"packet":""}`},
		{event{kind: expiry, timer: 1<<64 - 1}, `"event":"timeout","timer":18446744073709551615}`},
	} {
		test.event.instance = 7
		if got, want := string(test.event.appendLine(nil, 5)), `{"n":5,"instance":7,`+test.want+"\n"; got != want {
			t.Errorf("the line is\n%swant\n%s", got, want)
		}
	}
}

// FuzzText checks that all bytes survive, in ASCII.
func FuzzText(f *testing.F) {
	f.Add("a\x00\xff\"\\é")
	f.Fuzz(func(t *testing.T, s string) {
		line := appendText(nil, s)
		if slices.ContainsFunc(line, func(c byte) bool { return c < ' ' || c >= 0x7f }) {
			t.Errorf("%q is not plain ASCII", line)
		}
		var back text
		if err := json.Unmarshal(line, &back); err != nil || string(back) != s {
			t.Errorf("%q became %q, %v", s, back, err)
		}
	})
}

// FuzzAnswer checks that whatever a program answers is refused, or can be
// carried out.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"n":1,"effects":[{"do":"transmit","to":1,"packet":"a"},{"do":"settimer","timer":1,"at_least_ms":2,"at_most_ms":1e12}],"key":"k"}`))
	f.Add([]byte(`{"n":1,"effects":[{"do":"commit","stable":"\u00ff","deliveries":[{"from":1,"message":"a"}]},{"do":"store","stable":""}],"key":""}`))
	f.Add([]byte(`{"n":1,"effects":[{"do":"deliver","from":1,"message":"a"},{"do":"confirm","to":1,"message":"a"},{"do":"canceltimer","timer":0}],"key":""}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := parseAnswer(line, 1, offers{key: true}, &event{kind: request, peers: []spec.Process{1}})
		if err != nil {
			return
		}
		var out impl.Effects
		for _, e := range *a.Effects {
			e.apply(&out)
		}
		for _, e := range out.List() {
			if e.Kind != impl.Commit && e.Peer != 1 && e.Peer != 0 {
				t.Errorf("%s names process %d", line, e.Peer)
			}
		}
	})
}

// FuzzHello checks that whatever a program begins with is refused, or is a link
// that can be checked.
func FuzzHello(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte(`{"fairloss":1,"name":"a","guarantee":"fifo","network":"bag(capacity=2)","processes":15,"messages":["a"],"offers":["key","restore"]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		link, _, err := parseHello(line)
		if err != nil {
			return
		}
		link.New = impl.FactoryOf(impl.FairLossLink{})
		if _, err := explore.New(link); err != nil && !bytes.Contains(line, []byte("cuts")) {
			t.Errorf("%s: %v", line, err)
		}
	})
}
