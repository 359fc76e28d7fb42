package chart

import (
	"fmt"
	"slices"
	"strings"
)

// list is the fallback for histories of more processes than have room.
func list(d diagram, width int) []string {
	lines := []string{"too many processes to draw: a list"}
	step := d.stepColumns(width)
	for _, r := range d.rows {
		switch {
		case r.rule != "":
			lines = append(lines, rule(r.rule, step+1, width))
		case r.mark != "":
			lines = append(lines, pointer(r, step+1, step+1, width))
		default:
			line := pad(r.number(), -step) + " " + r.sentence()
			lines = append(lines, strings.TrimRight(clip(line, width), " "))
		}
	}
	return lines
}

// sentence says in words what a row draws.
func (r row) sentence() string {
	what := []string{}
	if (r.label != label{}) {
		what = append(what, r.label.String())
	}
	if a := r.arrow; a != nil && a.arrives {
		what = slices.Insert(what, 0, fmt.Sprintf("from %d: %s", a.from, a.captions()[0]))
	} else if a != nil {
		what = append(what, fmt.Sprintf("to %d: (%d) %s", a.to, a.number, strings.TrimSpace(a.fate+" "+a.packet)))
	}
	return fmt.Sprintf("process %d: %s", r.process, strings.Join(what, "; "))
}
