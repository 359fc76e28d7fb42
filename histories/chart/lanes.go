package chart

import (
	"fmt"
	"slices"
	"strings"

	"fairloss/spec"
)

// lanes draws three or four processes: each has a lifeline with its text to
// the right of it, and packets cross the lanes between.
type lanes struct {
	diagram
	width, step, lane int // columns
}

const (
	minLane = 11
	maxLane = 30
)

func newLanes(d diagram, width int) lanes {
	l := lanes{diagram: d, width: width, step: d.stepColumns(width)}
	l.lane = min(maxLane, (width-l.step-1)/d.processes)
	return l
}

func (l lanes) draw() []string {
	title := newCanvas(l, stepTitle(l.width))
	for p := range l.processes {
		name := fmt.Sprintf("process %d", p)
		if l.lane < len(name)+3 {
			name = fmt.Sprintf("p%d", p)
		}
		title.write(l.lifeline(spec.Process(p))+2, name)
	}
	lines := []string{title.String()}
	for _, r := range l.rows {
		switch {
		case r.rule != "":
			lines = append(lines, rule(r.rule, l.step+1, l.width))
		case r.mark != "":
			lines = append(lines, pointer(r, l.lifeline(r.process), l.step+1, l.width))
		default:
			lines = append(lines, l.row(r)...)
		}
	}
	return lines
}

// lifeline is the column of the lifeline of p.
func (l lanes) lifeline(p spec.Process) int { return l.step + 1 + int(max(p, 0))*l.lane }

// row draws one row, in as many lines as its text needs.
func (l lanes) row(r row) []string {
	var texts []string
	if (r.label != label{}) {
		texts = append(texts, r.label.String())
	}
	first := newCanvas(l, r.number())
	free := true // the lane of the process, on the first line
	switch a := r.arrow; {
	case a == nil:
	case a.arrives:
		free = a.from < a.to
		if said := l.across(&first, a); !said {
			texts = append(texts, a.remark())
		}
	default:
		texts = append(texts, l.departure(a)...)
	}
	lines := []canvas{first}
	for i, text := range texts {
		if i > 0 || !free {
			lines = append(lines, newCanvas(l, ""))
		}
		lines[len(lines)-1].write(l.lifeline(r.process)+1, clip(indent(text), l.lane-1))
	}
	drawn := make([]string, len(lines))
	for i, c := range lines {
		drawn[i] = c.String()
	}
	return drawn
}

// indent keeps text, but not the beginning of an arrow, off the lifeline.
func indent(text string) string {
	if strings.HasPrefix(text, "--") {
		return text
	}
	return " " + text
}

// across draws an arrow that arrives and reports whether it says all.
func (l lanes) across(c *canvas, a *arrow) bool {
	from, to := l.lifeline(a.from), l.lifeline(a.to)
	if a.from == a.to {
		return false
	}
	shaft, complete := a.shaft(max(from, to)-min(from, to)-1, from < to)
	c.write(min(from, to)+1, shaft)
	return complete
}

// departure is the beginning of an arrow, in as few lines of text as fit.
func (l lanes) departure(a *arrow) []string {
	head := fmt.Sprintf("-- (%d) to %d", a.number, a.to)
	parts := slices.DeleteFunc([]string{a.packet, strings.TrimSpace(fates[a.fate].after)}, func(s string) bool { return s == "" })
	lines := []string{head}
	for _, part := range parts {
		end := &lines[len(lines)-1]
		if columns(*end)+1+columns(part) <= l.lane-1 {
			*end += " " + part
		} else {
			lines = append(lines, "   "+part)
		}
	}
	return lines
}

// canvas is one line to write on, with the lifelines on it.
type canvas []rune

func newCanvas(l lanes, step string) canvas {
	c := canvas(strings.Repeat(" ", l.width))
	c.write(0, pad(step, -l.step))
	for p := range l.processes {
		c[l.lifeline(spec.Process(p))] = '|'
	}
	return c
}

func (c canvas) write(at int, s string) { copy(c[at:], []rune(s)) }

func (c canvas) String() string { return strings.TrimRight(string(c), " ") }
