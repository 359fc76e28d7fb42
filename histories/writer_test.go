package histories_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/histories"
	"fairloss/spec"
)

func write(t *testing.T, h histories.Header, events []spec.Event) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := histories.WriteAll(&file, h, events); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestWriteAllErrors demands the error of the first event that is refused.
func TestWriteAllErrors(t *testing.T) {
	events := []spec.Event{{Kind: spec.Forever}, {Kind: spec.Held, Count: -1}, {}}
	err := histories.WriteAll(io.Discard, histories.Header{}, events)
	if want := "event 1: count -1 is negative"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

var (
	fullHeader = histories.Header{
		Link: "a<b", Guarantee: "fifo", Assumes: "bag(capacity=4,drops=2,duplicates=1)", Processes: 3,
		Seed: math.MaxUint64, Clock: histories.Wall,
		Properties: []string{"PL1", "BND(window=2,buffer=8)", `OWN(text="é\"")`}, Expect: map[string]int{"PL1": 0, "PL2": 7},
	}
	everyKind = []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "a", Op: 1, At: 1},
		{Kind: spec.Send, Process: 2, Peer: 0, Message: "\"\\\n\x00\u2028<é", Op: 5, At: 1},
		{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "D\xff\x00", At: 2},
		{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "D\xff\x00", At: 3},
		{Kind: spec.Corrupt, Process: 1, Peer: 0, Packet: "D\xff\x00", At: 3},
		{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "D\xff\x01", At: 3},
		{Kind: spec.Forge, Process: 1, Peer: 0, At: 3},
		{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "D", At: 3},
		{Kind: spec.Store, Process: 1, Peer: 0, Message: "a", At: 3},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a", At: 4, Since: 1},
		{Kind: spec.Deliver, Process: 1, Peer: 0, At: 4},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "\xc3", At: 4},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "\ufffd", At: 4},
		{Kind: spec.Accept, Process: 2, Peer: 0, Message: "\"\\\n\x00\u2028<é", Op: 5, At: 5},
		{Kind: spec.Confirm, Process: 0, Peer: 1, Message: "a", At: 5},
		{Kind: spec.Held, Process: 0, Count: 3, At: 6},
		{Kind: spec.Held, Process: 0, At: 6},
		{Kind: spec.Kept, Process: 1, Count: 1 << 20, At: 6},
		{Kind: spec.Crash, Process: 1, At: 6},
		{Kind: spec.Recover, Process: 1, At: math.MaxInt64},
		{Kind: spec.Reject, Process: 0, Peer: 1, Message: "a", Op: 1, At: math.MaxInt64},
		{Kind: spec.Forever, At: math.MaxInt64},
	}
)

func TestRoundTrip(t *testing.T) {
	for _, h := range []histories.Header{fullHeader, {Clock: histories.Wall}} {
		gotHeader, got, err := histories.ReadAll(bytes.NewReader(write(t, h, everyKind)))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(gotHeader, h) {
			t.Errorf("header: got %+v, want %+v", gotHeader, h)
		}
		if !reflect.DeepEqual(got, everyKind) {
			t.Errorf("events: got %v, want %v", got, everyKind)
		}
	}
}

// TestClaim wants a guarantee to be claimed again by what Claim has put into a
// header, with the parameters of its properties.
func TestClaim(t *testing.T) {
	all := append(spec.Guarantees(),
		spec.PerfectDetector, spec.Fenced, spec.FencedLease, spec.ExternallyConsistentOrder, spec.EventuallyPerfectDetector(8*time.Second),
		spec.FIFO.With(spec.Bounded(4, 8)), spec.Perfect.With(spec.Amplification(1, 50, time.Second)))
	for _, want := range all {
		var h histories.Header
		h.Claim(want)
		got, unknown, err := h.Claimed()
		if err != nil || unknown != nil || got.Name != want.Name || !slices.EqualFunc(got.Properties, want.Properties, func(p, q spec.Property) bool {
			return p.ID == q.ID && p.Sentence == q.Sentence
		}) {
			t.Errorf("%s: claimed is %v, %v", want.Name, got, err)
		}
	}
	if g, _, err := (histories.Header{Guarantee: "perfectly"}).Claimed(); err == nil || err.Error() != `unknown guarantee "perfectly"` {
		t.Errorf("got %v, %v", g, err)
	}
}

// TestOldHeader wants a header of version 1 to claim what it claimed.
func TestOldHeader(t *testing.T) {
	for fields, want := range map[string][]string{
		`"guarantee":"perfect"`:                                     {"PL1", "PL2", "PL3"},
		`"guarantee":"at-most-once","window":2`:                     {"PL2", "PL3", "BND(window=2,buffer=0)"},
		`"window":2,"buffer":3`:                                     {"BND(window=2,buffer=3)"},
		`"guarantee":"fenced","factor":1,"within":5`:                {"FENCE", "AMP(factor=1,spare=0,window=5ns)"},
		`"guarantee":"eventually-perfect-detector","after":8000000`: {"FD1", "EFD2(after=8ms)"},
		`"guarantee":"eventually-perfect-detector"`:                 {"FD1", "EFD2(after=0s)"},
	} {
		h, _, err := histories.ReadAll(strings.NewReader(`{"fairloss":"history","version":1,` + fields + "}\n"))
		if err != nil {
			t.Fatalf("%s: %v", fields, err)
		}
		g, unknown, err := h.Claimed()
		var got []string
		for _, p := range g.Properties {
			got = append(got, p.String())
		}
		if err != nil || unknown != nil || !slices.Equal(got, want) {
			t.Errorf("%s: claimed is %q, unknown %q, %v, want %q", fields, got, unknown, err, want)
		}
	}
}

// TestUnknownProperties wants the name of a property that is not in the list
// to be kept.
func TestUnknownProperties(t *testing.T) {
	var h histories.Header
	h.Claim(spec.FIFO.With(spec.Property{ID: "OWN"}))
	_, _, err := histories.ReadAll(bytes.NewReader(write(t, h, nil)))
	g, unknown, wrong := h.Claimed()
	if err != nil || wrong != nil || len(g.Properties) != len(spec.FIFO.Properties) || !slices.Equal(unknown, []string{"OWN"}) {
		t.Errorf("got %v, unknown %q, %v, %v", g, unknown, wrong, err)
	}
}

// A list that leaves out what the guarantee of that name has hides nothing, and
// one that says a thing twice is refused.
func TestListedProperties(t *testing.T) {
	const header = `{"fairloss":"history","version":2,"guarantee":"perfect","properties":%s}` + "\n"
	h, _, err := histories.ReadAll(strings.NewReader(fmt.Sprintf(header, `["PL1"]`)))
	if err != nil {
		t.Fatal(err)
	}
	if g, _, err := h.Claimed(); err != nil || len(g.Properties) != 3 {
		t.Errorf("claimed are %v, %v", g.Properties, err)
	}
	_, _, err = histories.ReadAll(strings.NewReader(fmt.Sprintf(header, `["PL1","OWN","PL1"]`)))
	if want := `property "PL1" is listed twice`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFileText(t *testing.T) {
	file := write(t, histories.Header{Link: "fifo", Processes: 2}, []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "é\t", At: 1},
		{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "D\xff", At: 1},
		{Kind: spec.Held, Process: 1, At: 2},
		{Kind: spec.Forever, At: 2},
	})
	want := `{"fairloss":"history","version":2,"link":"fifo","processes":2}
{"at":1,"kind":"send","process":0,"peer":1,"message":"é\u0009"}
{"at":1,"kind":"transmit","process":0,"peer":1,"packethex":"44ff"}
{"at":2,"kind":"held","process":1,"count":0}
{"at":2,"kind":"forever"}
`
	if string(file) != want {
		t.Errorf("got\n%swant\n%s", file, want)
	}
}

func TestWriteErrors(t *testing.T) {
	tests := []struct {
		name   string
		header histories.Header
		events []spec.Event
		want   string
	}{
		{"header not UTF-8", histories.Header{Link: "\xff"}, nil, `header: "\xff" is not valid UTF-8`},
		{"unknown network", histories.Header{Assumes: "sea"}, nil, `header: unknown network "sea" (want set, lossyset, bag, fifo, stubborn, atleastonce, fifoatleastonce, perfect or fifoperfect)`},
		{"long header", histories.Header{Link: strings.Repeat("a", 1<<20)}, nil, `header: longer than 1048576 bytes`},
		{"no kind", histories.Header{}, []spec.Event{{}}, `event 0: unknown kind(0)`},
		{"unknown kind", histories.Header{}, []spec.Event{{Kind: 99}}, `event 0: unknown kind(99)`},
		{"stray field", histories.Header{}, []spec.Event{{Kind: spec.Send, Peer: 1, Packet: "a"}}, `event 0: send with packet`},
		{"time runs backwards", histories.Header{}, []spec.Event{{Kind: spec.Held, At: 2}, {Kind: spec.Forever, At: 1}}, `event 1: at 1 is before 2, the time of the event before`},
		{"recovery without a crash", histories.Header{}, []spec.Event{{Kind: spec.Recover, Process: 3}}, `event 0: recover of process 3, which is up`},
		{"long line", histories.Header{}, []spec.Event{{Kind: spec.Send, Message: spec.Message(strings.Repeat("a", 1<<20))}}, `event 0: its line is longer than 1048576 bytes`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := histories.NewWriter(io.Discard, test.header)
			for _, e := range test.events {
				_ = w.Write(e) // the error is sticky: Close returns it
			}
			if err := w.Close(); err == nil || err.Error() != test.want {
				t.Errorf("got error %v, want %s", err, test.want)
			}
			if err := w.Write(spec.Event{Kind: spec.Forever, At: 3}); err == nil || err.Error() != test.want {
				t.Errorf("the next call returns %v, want the same error", err)
			}
		})
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteToFullDisk(t *testing.T) {
	w := histories.NewWriter(fullDisk{}, histories.Header{})
	if err := w.Close(); err == nil || err.Error() != "disk full" {
		t.Errorf("got error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(header + `{"kind":"send","process":0,"peer":1,"messagehex":"ff"}`))
	f.Add([]byte(wall + send + `{"at":2,"kind":"accept","op":1,"process":0,"peer":1,"message":"a"}`))
	f.Add([]byte(`{"fairloss":"history","version":1,"expect":{},"window":3,"buffer":1}`))
	f.Add([]byte(header + `{"kind":"held","process":1,"count":5,"at":1e2}`))
	f.Add([]byte(header + crash + recovery + cut + heal))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, events, err := histories.ReadAll(bytes.NewReader(file))
		if err != nil {
			return
		}
		h2, events2, err := histories.ReadAll(bytes.NewReader(write(t, h, events)))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !reflect.DeepEqual(h, h2) || !reflect.DeepEqual(events, events2) {
			t.Errorf("got %+v %v, want %+v %v", h2, events2, h, events)
		}
	})
}

var typical = []spec.Event{
	{Kind: spec.Send, Process: 0, Peer: 1, Message: "m1234567", At: 1234567},
	{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "D\x02m1234567", At: 1234567},
	{Kind: spec.Receive, Process: 1, Peer: 0, Packet: "D\x02m1234567", At: 1234568},
	{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "m1234567", At: 1234568},
}

func BenchmarkWrite(b *testing.B) {
	w := histories.NewWriter(io.Discard, histories.Header{Processes: 2})
	at := int64(1234567)
	for b.Loop() {
		for _, e := range typical {
			e.At = at
			if err := w.Write(e); err != nil {
				b.Fatal(err)
			}
		}
		at++
	}
	b.ReportMetric(float64(b.N*len(typical))/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkRead(b *testing.B) {
	var file bytes.Buffer
	w := histories.NewWriter(&file, histories.Header{Processes: 2})
	const rounds = 1000
	for i := range rounds {
		for _, e := range typical {
			e.At += int64(i)
			if err := w.Write(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := histories.NewReader(bytes.NewReader(file.Bytes()))
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range r.Events() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*rounds*len(typical))/b.Elapsed().Seconds(), "events/s")
}
