package chart_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cockroachdb/datadriven"

	"fairloss/histories/chart"
	"fairloss/spec"
)

// TestChart draws the histories in testdata. Each line of input is an event:
// its time, and then as Event.String writes it. Run with -rewrite to draw
// anew, and read the difference.
func TestChart(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			opt := chart.Options{Broken: -1, Live: d.HasArg("live")}
			d.MaybeScanArgs(t, "width", &opt.Width)
			d.MaybeScanArgs(t, "processes", &opt.Processes)
			d.MaybeScanArgs(t, "broken", &opt.Broken)
			if d.MaybeScanArgs(t, "id", &opt.Note) {
				opt.Note += " broken here"
			}
			if d.HasArg("describe") {
				opt.Describe = describe
			}
			var events []spec.Event
			for line := range strings.Lines(d.Input) {
				events = append(events, parse(t, strings.TrimSpace(line)))
			}
			draw := chart.Text
			if d.Cmd == "svg" {
				draw = chart.SVG
			}
			var out strings.Builder
			if err := draw(&out, events, opt); err != nil {
				t.Fatal(err)
			}
			return out.String()
		})
	})
}

// describe names packets such as "D\x02g": kind, number, payload.
func describe(packet string) string {
	if len(packet) < 2 {
		return packet
	}
	kind := map[byte]string{'D': "data", 'A': "ack"}[packet[0]]
	return strings.TrimSpace(fmt.Sprintf("%s %d %s", kind, packet[1], packet[2:]))
}

func parse(t *testing.T, line string) spec.Event {
	t.Helper()
	at, rest, _ := strings.Cut(line, " ")
	name, rest, _ := strings.Cut(rest, " ")
	kind, err := spec.ParseKind(name)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	e := spec.Event{Kind: kind, At: integer(t, at)}
	if kind == spec.Forever {
		return e
	}
	where, what, _ := strings.Cut(rest, " ")
	from, to, channel := strings.Cut(where, ">")
	e.Process = spec.Process(integer(t, from))
	if kind == spec.Held {
		e.Count = int(integer(t, what))
	}
	if !channel {
		return e
	}
	e.Peer = spec.Process(integer(t, to))
	if kind == spec.Cut || kind == spec.Heal {
		return e
	}
	if kind == spec.Corrupt || kind == spec.Forge || kind == spec.Deliver || kind == spec.Store || kind == spec.Receive {
		e.Process, e.Peer = e.Peer, e.Process
	}
	if kind == spec.Forge {
		return e
	}
	payload, err := strconv.Unquote(what)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if kind == spec.Transmit || kind == spec.Receive || kind == spec.Corrupt {
		e.Packet = payload
	} else {
		e.Message = spec.Message(payload)
	}
	return e
}

func integer(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var payloads = []string{"", "a", "\x00\xff", "Grüße", strings.Repeat("long ", 60), "\\\"", "b", "]]><a b='&#0;'>"}

// anyEvents makes a list of events, few of which make sense, of any bytes.
func anyEvents(raw []byte) []spec.Event {
	var events []spec.Event
	for at := int64(0); len(raw) >= 5; raw = raw[5:] {
		at += int64(raw[4] % 3)
		payload := payloads[int(raw[3])%len(payloads)]
		events = append(events, spec.Event{
			Kind: spec.Kind(raw[0] % 17), Process: spec.Process(int8(raw[1])) % 6, Peer: spec.Process(int8(raw[2])) % 6,
			Message: spec.Message(payload), Packet: payload, Count: int(raw[4]), At: at,
		})
	}
	return events
}

// FuzzText draws any list of events: no line may be too wide, or hold what a
// terminal does not show as it is.
func FuzzText(f *testing.F) {
	f.Add([]byte{1, 0, 1, 'a', 1, 5, 0, 1, 'a', 2, 6, 1, 0, 'a', 3}, uint8(64), int8(2), true)
	f.Add([]byte{5, 0, 2, 'b', 1, 6, 2, 0, 'b', 1, 12, 0, 0, 0, 0, 6, 2, 0, 'b', 1}, uint8(40), int8(5), false)
	f.Fuzz(func(t *testing.T, raw []byte, width uint8, broken int8, live bool) {
		events := anyEvents(raw)
		opt := chart.Options{Width: int(width), Broken: int(broken), Note: payloads[int(width)%len(payloads)], Live: live}
		var out strings.Builder
		if err := chart.Text(&out, events, opt); err != nil {
			t.Fatal(err)
		}
		limit := max(40, int(width))
		if width == 0 {
			limit = 80
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if n := utf8.RuneCountInString(line); n > limit {
				t.Errorf("%d columns, want at most %d: %s", n, limit, line)
			}
			if strings.ContainsFunc(line, func(r rune) bool { return r != '…' && (r < ' ' || r > '~') }) {
				t.Errorf("not printable: %q", line)
			}
		}
	})
}

type cut struct{}

func (cut) Write([]byte) (int, error) { return 0, errors.New("pipe closed") }

func TestTextReturnsTheErrorOfTheWriter(t *testing.T) {
	err := chart.Text(cut{}, nil, chart.Options{Broken: -1})
	if err == nil || err.Error() != "pipe closed" {
		t.Errorf("got error %v", err)
	}
}
