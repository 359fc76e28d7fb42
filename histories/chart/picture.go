package chart

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"fairloss/spec"
)

// picture is a diagram with a place for everything, in pixels. A row has a
// strip of the picture to itself, so that texts never meet each other.
type picture struct {
	lanes       []spec.Process
	x           map[spec.Process]int // of the lifelines
	spots       []spot
	departures  map[int]spot // by number of the transmission
	bottom      int
	left, right int // what has been drawn reaches from here to there

	under, arrows, over strings.Builder // what is drawn, the lowest first
}

// spot is a row in its place: a box or a dot on a lifeline, and the arrow that
// begins or ends there.
type spot struct {
	row
	y       int
	half    int    // half the width of the box or dot
	side    int    // where the arrow goes or comes from: 1 right, -1 left
	caption string // beside the arrow
	end     string // what becomes of an arrow that is not drawn across, or ""
	broken  bool   // it broke the property
}

const (
	rowHeight  = 32
	markHeight = 20
	top        = 40 // of the first row
	boxHalf    = 10 // half the height of a box
	dot        = 4  // radius of an event without a label
	stubLength = 46
	minGap     = 180 // between two lifelines
	gapMargin  = 14
	maxCaption = 28 // columns of text beside an arrow
	maxLabel   = 24 // columns of text in a box
	maxIdle    = 32 // processes that have a lifeline though nothing happens there
)

func newPicture(d diagram, lanes []spec.Process) *picture {
	p := &picture{lanes: lanes, x: map[spec.Process]int{}, departures: map[int]spot{}}
	arrived := map[int]bool{}
	for _, r := range d.rows {
		if r.arrow != nil && r.arrow.arrives {
			arrived[r.arrow.number] = true
		}
	}
	y := top
	for i, r := range d.rows {
		s := spot{row: r, y: y + rowHeight/2, half: dot}
		s.broken = i+1 < len(d.rows) && d.rows[i+1].mark != "" && r.rule == "" && r.mark == ""
		if (r.label != label{}) {
			s.half = textWidth(columns(r.label.short().String()))/2 + 8
		}
		if a := r.arrow; a != nil {
			s.side, s.caption = side(a), a.beside()
			if !a.arrives {
				s.end = a.fate
				if a.fate == "" && !arrived[a.number] {
					s.end = "next round"
				}
				p.departures[a.number] = s
			}
		}
		p.spots = append(p.spots, s)
		y += r.height()
	}
	p.bottom = y + 8
	p.spread()
	return p
}

// lifelines are the processes of a history in order.
func lifelines(events []spec.Event, least int) []spec.Process {
	all := map[spec.Process]bool{}
	for p := range min(max(2, least), maxIdle) {
		all[spec.Process(p)] = true
	}
	for _, e := range events {
		all[e.Process], all[e.Peer] = true, true
	}
	return slices.Sorted(maps.Keys(all))
}

// spread gives each lifeline its place: what stands beside the arrows of one
// ends before the boxes of the next.
func (p *picture) spread() {
	type room struct{ box, left, right int } // from the lifeline
	rooms := map[spec.Process]*room{}
	for _, process := range p.lanes {
		half := textWidth(columns(title(process))) / 2
		rooms[process] = &room{half, half, half}
	}
	for _, s := range p.spots {
		if s.rule != "" || s.mark != "" {
			continue
		}
		r := rooms[s.process]
		r.box = max(r.box, s.half)
		if s.side < 0 {
			r.left = max(r.left, s.half+s.beside())
		} else {
			r.right = max(r.right, s.half+s.beside())
		}
	}
	x := 0
	for i, process := range p.lanes {
		if i > 0 {
			a, b := rooms[p.lanes[i-1]], rooms[process]
			x += max(minGap, a.right+b.box+gapMargin, a.box+b.left+gapMargin)
		}
		p.x[process] = x
	}
}

// beside is the room that the arrow wants for itself.
func (s spot) beside() int {
	room := 6 + textWidth(columns(clip(s.caption, maxCaption)))
	if s.end != "" {
		room = max(room, stubLength+8+textWidth(columns(s.end)))
	}
	return room
}

func side(a *arrow) int {
	other := a.to
	here := a.from
	if a.arrives {
		here, other = a.to, a.from
	}
	if other < here {
		return -1
	}
	return 1
}

// beside is the text at this end of the arrow. The line itself shows when the
// packet was sent.
func (a *arrow) beside() string {
	switch {
	case a.arrives && a.number == 0:
		return a.captions()[0]
	case a.arrives && a.note == corrupted:
		return strings.TrimSuffix(a.note+": "+a.packet, ": ")
	case a.arrives:
		return a.note
	}
	return strings.TrimSpace(fmt.Sprintf("(%d) %s", a.number, a.packet))
}

func (r row) height() int {
	if r.mark != "" {
		return markHeight
	}
	return rowHeight
}

// short returns the label as it fits into a box.
func (l label) short() label {
	return label{l.verb, clip(l.payload, max(1, maxLabel-columns(l.verb)-1))}
}

func title(p spec.Process) string { return fmt.Sprintf("process %d", p) }

// textWidth is how wide so many columns are, in the widest of the usual fonts.
func textWidth(columns int) int { return (columns*73 + 9) / 10 }
