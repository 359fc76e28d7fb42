package chart_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fairloss/histories/chart"
)

func drawHTML(t *testing.T, page chart.Page) string {
	t.Helper()
	var out strings.Builder
	if err := chart.HTML(&out, page); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHTMLHasAllParts(t *testing.T) {
	page := chart.Page{
		Title: "FIFO is violated", Sentence: "a < b & c", Source: "Cachin", Reason: `"b" before "a"`,
		Schedule: "\nsend 0>1 \"</pre><script>\"\n", Replay: "go test . -run '^T$'",
		Events: anyEvents([]byte{1, 0, 1, 1, 1}), Options: chart.Options{Broken: -1},
	}
	document := drawHTML(t, page)
	for _, loads := range []string{"<script", "<link", "src=", "href=", "url(", "@import"} {
		if strings.Contains(document, loads) {
			t.Errorf("the page has %s", loads)
		}
	}
	root := parseXML(t, document)
	for _, c := range []struct{ element, text string }{
		{"h1", page.Title},
		{"p", page.Sentence},
		{"cite", page.Source},
		{"strong", page.Reason},
		{"pre", "\n" + page.Schedule},
	} {
		if found := root.find(c.element); len(found) == 0 || found[0].Text != c.text {
			t.Errorf("<%s> is %q, want %q first", c.element, found, c.text)
		}
	}
	if pre := root.find("pre"); len(pre) != 2 || pre[1].Text != "\n"+page.Replay {
		t.Errorf("<pre> is %q, want the command in the second", pre)
	}
	if svg := root.find("svg"); len(svg) != 1 {
		t.Errorf("%d pictures", len(svg))
	}
}

func TestHTMLLeavesOutWhatIsEmpty(t *testing.T) {
	root := parseXML(t, drawHTML(t, chart.Page{Options: chart.Options{Broken: -1}}))
	for _, name := range []string{"blockquote", "strong", "pre"} {
		if found := root.find(name); len(found) > 0 {
			t.Errorf("the page has %v", found)
		}
	}
	if h1 := root.find("h1"); len(h1) != 1 || h1[0].Text == "" {
		t.Errorf("<h1> is %v, want one with a text", h1)
	}
}

func TestHTMLReturnsTheErrorOfTheWriter(t *testing.T) {
	err := chart.HTML(cut{}, chart.Page{})
	if err == nil || err.Error() != "pipe closed" {
		t.Errorf("got error %v", err)
	}
}

// FuzzHTML writes pages of any bytes: they must be well-formed, and every text
// stay within its element.
func FuzzHTML(f *testing.F) {
	f.Add("<h1>", "a & b", "send 0>1 \"</pre>\"\r\n", []byte{1, 0, 1, 'a', 1})
	f.Add("\xff\x00\ufffe", "]]>", "\n\n", []byte{})
	f.Fuzz(func(t *testing.T, title, sentence, schedule string, raw []byte) {
		document := drawHTML(t, chart.Page{
			Title: title, Sentence: sentence, Source: title, Reason: schedule, Schedule: schedule, Replay: sentence,
			Events: anyEvents(raw), Options: chart.Options{Broken: len(schedule), Note: title},
		})
		root := parseXML(t, document)
		if h1 := root.find("h1"); len(h1) != 1 || len(h1[0].Children) > 0 {
			t.Errorf("<h1> is %v", h1)
		}
		if pre := root.find("pre"); schedule != "" && !sameText(pre[0].Text, "\n"+schedule) {
			t.Errorf("<pre> is %q, want %q", pre[0].Text, schedule)
		}
	})
}

// sameText compares what was read with what was written, of which readers
// normalise line ends.
func sameText(read, written string) bool {
	written = strings.ReplaceAll(strings.ReplaceAll(written, "\r\n", "\n"), "\r", "\n")
	if utf8.RuneCountInString(read) != utf8.RuneCountInString(written) {
		return false
	}
	runes := []rune(read)
	i := 0
	for _, r := range written {
		if runes[i] != r && runes[i] != utf8.RuneError {
			return false
		}
		i++
	}
	return true
}
