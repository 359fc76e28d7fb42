package chart

import (
	"fmt"
	"math"
)

// point is a place in a picture.
type point struct{ x, y int }

// edge is where an arrow meets the box or dot of its row.
func (p *picture) edge(s spot) point { return point{p.x[s.process] + s.side*s.half, s.y} }

// arrow draws the arrow of a row, and the text beside it: above where it
// begins and below where it ends, which is the side that the slope leaves free.
func (p *picture) arrow(s spot) {
	c := caption{x: p.edge(s).x + s.side*6, y: s.y - 5, text: s.caption, columns: maxCaption}
	if s.arrow.arrives {
		c.y = s.y + 14
		p.arrival(s)
	} else {
		p.departure(s)
	}
	if s.side < 0 {
		c.anchor = "end"
	}
	if s.broken && s.arrow.arrives {
		c.class = "broken"
	}
	if c.text != "" {
		p.text(c)
	}
}

// departure draws the beginning of an arrow that does not arrive; others are
// drawn where they arrive.
func (p *picture) departure(s spot) {
	if s.end == "" {
		return
	}
	from := p.edge(s)
	to := point{from.x + s.side*stubLength, from.y + 8}
	p.reach(to.x-5, to.x+5)
	class := "flight"
	if s.end == "lost" {
		class = ""
		fmt.Fprintf(&p.arrows, `<path d="M%d %dl8 8m0 -8l-8 8"/>`+"\n", to.x-4, to.y-4)
	}
	p.line(class, from, to)
	c := caption{x: to.x + s.side*8, y: to.y + 5, class: "quiet", text: s.end}
	if s.side < 0 {
		c.anchor = "end"
	}
	p.text(c)
}

// arrival draws an arrow from where its packet was sent.
func (p *picture) arrival(s spot) {
	class := ""
	if s.arrow.note == "again" {
		class = "again "
	}
	if s.broken {
		class += "broken"
	}
	to := p.edge(s)
	origin, sent := p.departures[s.arrow.number]
	switch {
	case !sent:
		p.line("flight "+class, point{to.x + s.side*stubLength, to.y - 8}, to)
		p.head(class, point{to.x + s.side*stubLength, to.y - 8}, to)
	case s.arrow.from == s.arrow.to:
		p.loop(class, p.edge(origin), to)
	default:
		p.line(class, p.edge(origin), to)
		p.head(class, p.edge(origin), to)
	}
}

func (p *picture) line(class string, from, to point) {
	fmt.Fprintf(&p.arrows, `<line%s x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", attribute("class", class), from.x, from.y, to.x, to.y)
}

// loop draws an arrow of a process to itself, right of the lifeline.
func (p *picture) loop(class string, from, to point) {
	bend := max(from.x, to.x) + stubLength
	p.reach(bend, bend)
	fmt.Fprintf(&p.arrows, `<path%s d="M%d %dC%d %d %d %d %d %d"/>`+"\n", attribute("class", class), from.x, from.y, bend, from.y, bend, to.y, to.x, to.y)
	p.head(class, point{bend, to.y}, to)
}

// head draws the head of an arrow.
func (p *picture) head(class string, from, to point) {
	const length, half = 9, 3.5
	dx, dy := float64(from.x-to.x), float64(from.y-to.y)
	d := max(1, math.Hypot(dx, dy))
	dx, dy = dx/d, dy/d
	x, y := float64(to.x)+length*dx, float64(to.y)+length*dy
	fmt.Fprintf(&p.arrows, `<path%s d="M%d %dL%.1f %.1fL%.1f %.1fZ"/>`+"\n", attribute("class", "head", class), to.x, to.y,
		x-half*dy, y+half*dx, x+half*dy, y-half*dx)
}
