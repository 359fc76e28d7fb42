package chart

import (
	"fmt"
	"strconv"
	"strings"
)

// pair draws two processes: labels left and right, packets between them.
type pair struct {
	diagram
	width, step, left, middle, right int // columns
}

const (
	pairGaps  = 5 // columns between the parts: step, label, lifeline, lifeline, label
	minLabels = 9 // "process 0"
	capLabels = 11
	minMiddle = 20
)

func newPair(d diagram, width int) pair {
	p := pair{diagram: d, width: width, step: d.stepColumns(width)}
	left, right, middle := minLabels, minLabels, minMiddle
	for _, r := range d.rows {
		if n := columns(r.label.String()); r.process == 0 {
			left = max(left, n)
		} else {
			right = max(right, n)
		}
		if a := r.arrow; a != nil {
			middle = max(middle, a.columns())
		}
	}
	room := width - p.step - pairGaps
	most := max(capLabels, room*3/10)
	p.left, p.right = min(left, most), min(right, most)
	p.middle = min(middle, room-p.left-p.right)
	p.left = min(left, room-p.middle-p.right)
	p.right = min(right, room-p.middle-p.left)
	return p
}

// stepColumns is the width of the column of step numbers.
func (d diagram) stepColumns(width int) int {
	widest := len(stepTitle(width))
	for _, r := range d.rows {
		widest = max(widest, len(r.number()))
	}
	return widest
}

// stepTitle stands above the step numbers.
func stepTitle(width int) string {
	if width < 56 {
		return "#"
	}
	return "step"
}

func (r row) number() string {
	if r.step == noStep {
		return ""
	}
	return strconv.Itoa(r.step)
}

func (p pair) draw() []string {
	lines := []string{p.line(stepTitle(p.width), "process 0", "", "process 1")}
	for _, r := range p.rows {
		switch {
		case r.rule != "":
			lines = append(lines, rule(r.rule, p.step+1, p.width))
		case r.mark != "":
			lines = append(lines, p.mark(r))
		default:
			lines = append(lines, p.row(r)...)
		}
	}
	return lines
}

func (p pair) row(r row) []string {
	middle := []string{""}
	if r.arrow != nil {
		middle = p.arrow(r.arrow)
	}
	var lines []string
	step, left, right := r.number(), "", r.label.String()
	if r.process == 0 {
		left, right = right, ""
	}
	for _, m := range middle {
		lines = append(lines, p.line(step, left, m, right))
		step, left, right = "", "", ""
	}
	return lines
}

func (p pair) line(step, left, middle, right string) string {
	line := pad(step, -p.step) + " " + pad(clip(left, p.left), -p.left) + " |" + pad(middle, p.middle) + "| " + clip(right, p.right)
	return strings.TrimRight(line, " ")
}

// arrow draws an arrow in one line, or in two where what is remarkable about
// it does not fit.
func (p pair) arrow(a *arrow) []string {
	right := a.from == 0 && a.to == 1
	switch {
	case a.from == a.to:
		return []string{clip(fmt.Sprintf("-- (%d) to itself", a.number), p.middle)}
	case a.arrives:
		shaft, complete := a.shaft(p.middle, right)
		if complete {
			return []string{shaft}
		}
		return []string{shaft, clip(" "+a.remark(), p.middle)}
	}
	lines := a.stub(p.middle-1, right)
	if !right {
		for i := range lines {
			lines[i] = pad(lines[i], -p.middle)
		}
	}
	return lines
}

// mark points at the lifeline of its process, from the side with more room.
func (p pair) mark(r row) string {
	lifeline := p.step + 1 + p.left + 1
	if r.process == 1 {
		lifeline += 1 + p.middle
	}
	return pointer(r, lifeline, p.step+1, p.width)
}

// pointer draws a mark under the column at.
func pointer(r row, at, margin, width int) string {
	switch {
	case r.process == everywhere:
		return strings.Repeat(" ", margin) + "^ " + clip(r.mark, width-margin-2)
	case width-at >= at || columns(r.mark)+2 <= width-at:
		return strings.Repeat(" ", at) + "^ " + clip(r.mark, width-at-2)
	}
	return pad(clip(r.mark, at-1)+" ^", -at-1)
}

// rule draws a line across that says text.
func rule(text string, margin, width int) string {
	line := strings.Repeat(" ", margin) + "-- " + text + " "
	return clip(line+strings.Repeat("-", max(0, min(width, 64)-columns(line))), width)
}
