package chart_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"fairloss/histories/chart"
	"fairloss/spec"
)

// element is what a test reads of an SVG or of a page.
type element struct {
	XMLName  xml.Name
	Class    string    `xml:"class,attr"`
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// find returns the elements of the given name, in order.
func (e element) find(name string) []element {
	var found []element
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			found = append(found, c)
		}
		found = append(found, c.find(name)...)
	}
	return found
}

// parseXML fails the test unless the document is one well-formed element.
func parseXML(t *testing.T, document string) element {
	t.Helper()
	var root element
	d := xml.NewDecoder(strings.NewReader(document))
	if err := d.Decode(&root); err != nil {
		t.Fatalf("%v in\n%s", err, document)
	}
	if rest, err := d.Token(); err != io.EOF {
		if s, ok := rest.(xml.CharData); !ok || strings.TrimSpace(string(s)) != "" {
			t.Fatalf("%v, %v after the document", rest, err)
		}
	}
	return root
}

func drawSVG(t *testing.T, events []spec.Event, opt chart.Options) element {
	t.Helper()
	var out strings.Builder
	if err := chart.SVG(&out, events, opt); err != nil {
		t.Fatal(err)
	}
	return parseXML(t, out.String())
}

func TestSVGShowsWhatItTells(t *testing.T) {
	cases := []struct {
		name, events string
		opt          chart.Options
		element      string // that there must be
		class, text  string // of it
	}{
		{"label", `1 send 0>1 "<&>"`, chart.Options{Broken: -1}, "text", "", ` "<&>"`},
		{"verb", `1 send 0>1 "a"`, chart.Options{Broken: -1}, "tspan", "verb", "SEND"},
		{"broken", `1 deliver 0>1 "a"`, chart.Options{Note: "PL3 & broken"}, "text", "title broken", "PL3 & broken"},
		{"broken box", `1 deliver 0>1 "a"`, chart.Options{}, "rect", "broken", ""},
		{"in flight", `1 transmit 0>1 "a"`, chart.Options{Broken: -1}, "line", "flight", ""},
		{"lost", `1 transmit 0>1 "a"`, chart.Options{Broken: -1, Live: true}, "text", "quiet", "lost"},
		{"again", "1 transmit 0>1 \"a\"\n2 receive 0>1 \"a\"\n3 receive 0>1 \"a\"", chart.Options{Broken: -1}, "line", "again", ""},
		{"never sent", `1 receive 0>1 "a"`, chart.Options{Broken: -1}, "text", "", `never sent: "a"`},
		{"for ever", "1 send 0>1 \"a\"\n2 forever", chart.Options{Broken: -1, Live: true}, "rect", "forever", ""},
		{"another round", "1 forever\n2 receive 0>1 \"a\"\n3 transmit 0>1 \"a\"", chart.Options{Broken: -1, Live: true}, "text", "quiet", "next round"},
		{"many processes", `1 send 0>70 "a"`, chart.Options{Broken: -1, Processes: 9}, "text", "title", "process 70"},
		{"idle process", `1 send 0>1 "a"`, chart.Options{Broken: -1, Processes: 9}, "text", "title", "process 8"},
		{"tooltip", `1 send 0>1 "` + strings.Repeat("x", 60) + `"`, chart.Options{Broken: -1}, "title", "", `"` + strings.Repeat("x", 60) + `"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var events []spec.Event
			for line := range strings.Lines(c.events) {
				events = append(events, parse(t, strings.TrimSpace(line)))
			}
			found := drawSVG(t, events, c.opt).find(c.element)
			for _, e := range found {
				if e.Class == c.class && e.Text == c.text {
					return
				}
			}
			t.Errorf("no <%s class=%q>%s in %+v", c.element, c.class, c.text, found)
		})
	}
}

// Processes that no machine has a lifeline each for must not cost memory.
func TestSVGOfAbsurdProcesses(t *testing.T) {
	events := []spec.Event{
		{Kind: spec.Send, Process: math.MinInt, Peer: math.MaxInt, Message: "a", At: 1},
		{Kind: spec.Deliver, Process: math.MaxInt, Peer: math.MinInt, Message: "a", At: 2},
	}
	lines := drawSVG(t, events, chart.Options{Processes: math.MaxInt, Broken: math.MaxInt}).find("line")
	if len(lines) > 40 {
		t.Errorf("%d lines", len(lines))
	}
}

// The size of the picture grows as the history does.
func TestSVGIsLinear(t *testing.T) {
	size := func(n int) int {
		var events []spec.Event
		for i := range n {
			events = append(events,
				spec.Event{Kind: spec.Transmit, Peer: 1, Packet: fmt.Sprint(i), At: 2000 + int64(i)},
				spec.Event{Kind: spec.Receive, Process: 1, Packet: fmt.Sprint(i), At: 2000 + int64(i)})
		}
		var out strings.Builder
		if err := chart.SVG(&out, events, chart.Options{Broken: -1}); err != nil {
			t.Fatal(err)
		}
		return out.Len()
	}
	if small, large := size(500), size(5000); large > 11*small {
		t.Errorf("%d bytes for 500 packets, %d for 5000", small, large)
	}
}

func TestSVGReturnsTheErrorOfTheWriter(t *testing.T) {
	err := chart.SVG(cut{}, nil, chart.Options{Broken: -1})
	if err == nil || err.Error() != "pipe closed" {
		t.Errorf("got error %v", err)
	}
}

// FuzzSVG draws any list of events: the picture must be well-formed.
func FuzzSVG(f *testing.F) {
	f.Add([]byte{1, 0, 1, 'a', 1, 5, 0, 1, 'a', 2, 6, 1, 0, 'a', 3}, "PL2 broken here", "a<b", int8(2), true)
	f.Add([]byte{5, 0, 2, 'b', 1, 6, 2, 0, 'b', 1, 12, 0, 0, 0, 0, 6, 2, 0, 'b', 1, 5, 3, 3, 7, 1, 6, 3, 3, 7, 1}, "\xff", "]]>&", int8(5), false)
	f.Fuzz(func(t *testing.T, raw []byte, note, packet string, broken int8, live bool) {
		opt := chart.Options{Width: len(raw), Broken: int(broken), Note: note, Live: live}
		if packet != "" {
			opt.Describe = func(string) string { return packet }
		}
		if svg := drawSVG(t, anyEvents(raw), opt); svg.XMLName.Local != "svg" {
			t.Errorf("root is <%s>", svg.XMLName.Local)
		}
	})
}
