package chart

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Plot is how often something happened over time, as bars.
type Plot struct {
	Title  string        // what is counted
	Counts []int         // of equal parts of the time, one after the other
	End    time.Duration // where the last of them ends
}

const (
	plotRows  = 8
	minColumn = 20 // columns that bars have at least
)

// Text draws the plot to w. No line is wider than width, 64 where that is 0,
// and all is ASCII but "µ" and "…". Parts that do not fit side by side are drawn
// as one, with what they count together. A "." is less than half of a row. The
// error is from w.
func (p Plot) Text(w io.Writer, width int) error {
	if width == 0 {
		width = 64
	}
	label := len(fmt.Sprint(total(p.Counts)))
	counts := merge(p.Counts, max(minColumn, width-label-2))
	most := slices.Max(append([]int{1}, counts...))
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, clip(quoter(4*width).plain(p.Title), width))
	for row := plotRows - 1; row >= 0; row-- {
		mark := ""
		if row == plotRows-1 {
			mark = fmt.Sprint(most)
		}
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%*s |%s", label, mark, bars(counts, most, row)), " "))
	}
	fmt.Fprintf(out, "%*d +%s\n", label, 0, strings.Repeat("-", len(counts)))
	unit := time.Duration(1)
	for unit < p.End/1000 {
		unit *= 10
	}
	end := p.End.Round(unit).String()
	fmt.Fprintf(out, "%*s  0s%*s\n", label, "", max(len(counts)-2, len(end)+1), end)
	return out.Flush()
}

// bars is one row of the bars.
func bars(counts []int, most, row int) string {
	var line strings.Builder
	for _, n := range counts {
		halves := 2 * plotRows * n / most // of rows
		switch {
		case halves > 2*row:
			line.WriteByte('#')
		case row == 0 && n > 0:
			line.WriteByte('.')
		default:
			line.WriteByte(' ')
		}
	}
	return line.String()
}

func total(counts []int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// merge adds up neighbours so that there are at most so many counts.
func merge(counts []int, most int) []int {
	each := max(1, (len(counts)+most-1)/most)
	var merged []int
	for part := range slices.Chunk(counts, each) {
		merged = append(merged, total(part))
	}
	return merged
}

// SVG draws the plot to w as one <svg> element, in the style of the space-time
// diagrams. The error is from w.
func (p Plot) SVG(w io.Writer) error {
	const left, top, width, height = 72, 40, 640, 160
	out := bufio.NewWriter(w)
	most := slices.Max(append([]int{1}, p.Counts...))
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" class="spacetime" role="img" aria-label="plot" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`+"\n<style>%s</style>\n",
		left+width+24, top+height+32, style)
	text := func(x, y int, anchor, class, s string) {
		fmt.Fprintf(out, `<text x="%d" y="%d" text-anchor="%s" class="%s">%s</text>`+"\n", x, y, anchor, class, escape(s))
	}
	text(left, titleLine-4, "start", "title", p.Title)
	for i, n := range p.Counts {
		x, next := width*i/len(p.Counts), width*(i+1)/len(p.Counts)
		h := height * n / most
		if n > 0 {
			h = max(h, 1)
			fmt.Fprintf(out, `<rect class="dot" x="%d" y="%d" width="%d" height="%d"/>`+"\n", left+x, top+height-h, max(1, next-x), h)
		}
	}
	fmt.Fprintf(out, `<line x1="%d" y1="%d" x2="%d" y2="%[2]d"/>`+"\n", left, top+height, left+width)
	text(left-8, top+8, "end", "quiet", fmt.Sprint(most))
	text(left-8, top+height, "end", "quiet", "0")
	text(left, top+height+18, "start", "quiet", "0s")
	text(left+width, top+height+18, "end", "quiet", p.End.String())
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}
