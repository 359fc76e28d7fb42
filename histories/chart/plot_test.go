package chart_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fairloss/histories/chart"
)

// Retries that come back all at once, each time after twice the pause.
func ExamplePlot() {
	plot := chart.Plot{Title: "packets over time", End: 2 * time.Second, Counts: []int{
		100, 90, 0, 0, 100, 0, 0, 0, 0, 70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 3, 0, 0, 0,
	}}
	if err := plot.Text(os.Stdout, 40); err != nil {
		fmt.Println(err)
	}
	// Output:
	// packets over time
	// 100 |#   #
	//     |##  #
	//     |##  #    #
	//     |##  #    #
	//     |##  #    #
	//     |##  #    #         #
	//     |##  #    #         #
	//     |##  #    #         #.
	//   0 +------------------------
	//      0s                    2s
}

func TestPlotText(t *testing.T) {
	for _, plot := range []chart.Plot{
		{},
		{Title: "none", Counts: make([]int, 10), End: time.Second},
		{Title: strings.Repeat("long\x00", 40), Counts: []int{1}, End: 1},
		{Title: "many", Counts: slicesOf(1000, 7), End: time.Hour + 1},
		{Title: "large", Counts: slicesOf(60, 1<<40), End: 1234567 * time.Nanosecond},
	} {
		for _, width := range []int{0, 40, 64, 100} {
			var out strings.Builder
			if err := plot.Text(&out, width); err != nil {
				t.Fatal(err)
			}
			most := width
			if width == 0 {
				most = 64
			}
			for line := range strings.Lines(out.String()) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > most {
					t.Errorf("%q at width %d: a line of %d columns: %q", plot.Title, width, n, line)
				}
			}
			if n := strings.Count(out.String(), "\n"); n != 11 {
				t.Errorf("%q: %d lines", plot.Title, n)
			}
		}
	}
}

// Merged parts count what their parts count.
func TestPlotMerges(t *testing.T) {
	var out strings.Builder
	if err := (chart.Plot{Counts: slicesOf(200, 3), End: time.Second}).Text(&out, 64); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(out.String(), "\n"); lines[1] != " 12 |"+strings.Repeat("#", 50) {
		t.Errorf("got %q", lines[1])
	}
}

func slicesOf(n, value int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = value
	}
	return list
}

func TestPlotSVG(t *testing.T) {
	plot := chart.Plot{Title: "<packets> & more\x00", Counts: []int{4, 0, 1, 2}, End: time.Second}
	var out strings.Builder
	if err := plot.SVG(&out); err != nil {
		t.Fatal(err)
	}
	root := parseXML(t, out.String())
	if bars := root.find("rect"); len(bars) != 3 {
		t.Errorf("%d bars, want 3", len(bars))
	}
	texts := root.find("text")
	if len(texts) != 5 || texts[0].Text != "<packets> & more\ufffd" || texts[1].Text != "4" || texts[4].Text != "1s" {
		t.Errorf("texts: %+v", texts)
	}
}
