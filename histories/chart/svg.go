package chart

import (
	"fmt"
	"io"
	"strings"

	"fairloss/spec"
)

// SVG draws the events to w as one <svg> element, without scripts and with the
// fonts of the system, readable on light and on dark ground. Any number of
// processes stand side by side. An arrow leaves where its packet was sent and
// ends where it arrives, so that packets that overtake each other cross.
//
// A dashed arrow is a packet that has arrived before, a cross one that is
// lost, dots one that is in flight or that nobody sent; a lifeline of dots is a
// process that is down; what broke is red. A text that is cut has
// all of it as its tooltip, up to Options.Width columns, which limits nothing
// else here. The error is from w. It takes time and memory linear in the
// events, but for the sorting of the processes.
func SVG(w io.Writer, events []spec.Event, opt Options) error {
	p := newPicture(layOut(events, opt), lifelines(events, opt.Processes))
	for _, s := range p.spots {
		p.row(s)
	}
	p.frame()
	_, err := io.WriteString(w, p.svg())
	return err
}

// style names each colour twice: for programs that know no variables, too.
const style = `
.spacetime{--ground:#fff;--ink:#1f2328;--broken:#cf222e;color:#1f2328;color:var(--ink);background:var(--ground);font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media(prefers-color-scheme:dark){.spacetime{--ground:#0d1117;--ink:#e6edf3;--broken:#ff7b72}}
.spacetime text{fill:currentColor;stroke:#fff;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round;paint-order:stroke;white-space:pre}
.spacetime line,.spacetime path{fill:none;stroke:currentColor;stroke-width:1.3px}
.spacetime .head,.spacetime .dot{fill:currentColor;stroke:none}
.spacetime rect{fill:#fff;fill:var(--ground);stroke:currentColor}
.spacetime .quiet{fill-opacity:.75}
.spacetime line.lifeline{stroke-opacity:.4;stroke-width:1px}
.spacetime rect.forever{fill:currentColor;fill-opacity:.07;stroke:none}
.spacetime .verb,.spacetime text.title{font-weight:bold}
.spacetime .again{stroke-dasharray:7 4}
.spacetime .flight{stroke-dasharray:1.5 4;stroke-linecap:round}
.spacetime .broken{color:#cf222e;color:var(--broken)}
.spacetime rect.broken{stroke-width:2px}
`

// svg is the whole picture.
func (p *picture) svg() string {
	const margin = 12
	left, width, height := p.left-margin, p.right-p.left+2*margin, p.bottom+margin
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="spacetime" role="img" aria-label="space-time diagram" width="%d" height="%d" viewBox="%d 0 %d %d">`,
		width, height, left, width, height)
	return head + "\n<style>" + style + "</style>\n" + p.under.String() + p.arrows.String() + p.over.String() + "</svg>\n"
}

// frame draws what depends on how far the rest reaches: the lifelines, the
// steps left of all, and the band of what is for ever.
func (p *picture) frame() {
	for _, process := range p.lanes {
		x := p.x[process]
		p.lifeline(process)
		p.text(caption{x: x, y: titleLine, anchor: "middle", class: "title", text: title(process)})
	}
	steps := p.left - 10
	p.text(caption{x: steps, y: titleLine, anchor: "end", class: "quiet", text: stepTitle(defaultWidth)})
	for _, s := range p.spots {
		if s.rule == "" && s.mark == "" && s.number() != "" {
			p.text(caption{x: steps, y: s.y + 4, anchor: "end", class: "quiet", text: s.number()})
		}
	}
	left := p.left
	for _, s := range p.spots {
		if s.rule != "" {
			p.text(caption{x: left, y: s.y + 4, class: "title", text: s.rule})
		}
	}
	p.band(p.left-6, p.right+6)
}

// lifeline draws the lifeline of a process, in dots while it is down.
func (p *picture) lifeline(process spec.Process) {
	from, class := titleLine+8, "lifeline"
	draw := func(to int) {
		fmt.Fprintf(&p.under, `<line class="%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", class, p.x[process], from, p.x[process], to)
		from = to
	}
	for _, s := range p.spots {
		if s.process != process {
			continue
		}
		switch s.label.verb {
		case capitals[spec.Crash]:
			draw(s.y)
			class = "lifeline flight"
		case capitals[spec.Recover]:
			draw(s.y)
			class = "lifeline"
		}
	}
	draw(p.bottom)
}

// titleLine is the baseline of the names of the processes.
const titleLine = 24

// band shades the rows from the first rule to the last row, without marks.
func (p *picture) band(left, right int) {
	first, last := -1, -1
	for i, s := range p.spots {
		if s.rule != "" && first < 0 {
			first = i
		}
		if s.mark == "" {
			last = i
		}
	}
	if first < 0 {
		return
	}
	from, to := p.spots[first].y-rowHeight/2, p.spots[last].y+rowHeight/2
	fmt.Fprintf(&p.under, `<rect class="forever" x="%d" y="%d" width="%d" height="%d" rx="6"/>`+"\n", left, from, right-left, to-from)
	p.reach(left, right)
}

// row draws a row. What the application sees has a frame.
func (p *picture) row(s spot) {
	switch {
	case s.rule != "":
		return
	case s.mark != "":
		p.mark(s)
		return
	}
	if s.arrow != nil {
		p.arrow(s)
	}
	x := p.x[s.process]
	p.reach(x-s.half, x+s.half)
	class := ""
	if s.broken {
		class = "broken"
	}
	short := s.label.short()
	c := caption{x: x, y: s.y + 4, anchor: "middle", class: class, verb: short.verb, text: s.label.payload, columns: columns(short.payload)}
	switch {
	case s.label == label{}:
		fmt.Fprintf(&p.over, `<circle%s cx="%d" cy="%d" r="%d"/>`+"\n", attribute("class", "dot", class), x, s.y, dot)
	case strings.ToUpper(s.label.verb) == s.label.verb:
		fmt.Fprintf(&p.over, `<rect%s x="%d" y="%d" width="%d" height="%d" rx="4"/>`+"\n", attribute("class", class), x-s.half, s.y-boxHalf, 2*s.half, 2*boxHalf)
		p.text(c)
	default:
		c.text, c.verb, c.columns, c.class = s.label.String(), "", maxLabel, strings.TrimSpace(class+" quiet")
		p.text(c)
	}
}

func (p *picture) mark(s spot) {
	c := caption{x: p.x[s.process], y: s.y - 2, anchor: "middle", class: "title broken", text: s.mark, columns: 2 * maxLabel}
	if s.process == everywhere {
		c.x, c.anchor = p.x[p.lanes[0]], "start"
	}
	p.text(c)
}

func (p *picture) reach(left, right int) {
	p.left, p.right = min(p.left, left), max(p.right, right)
}
