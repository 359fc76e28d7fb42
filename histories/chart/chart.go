// Package chart draws a history as a space-time diagram, in text, as SVG or as
// a page of HTML: a lifeline for each process, time downwards, an arrow for
// each packet.
//
// Use it to show a person what happened in a history of points, as a World
// records it. It is made for the short histories of counterexamples; a long
// run, or one on a wall clock, is drawn but not explained. A chart judges
// nothing: what broke, and where, is told to it.
//
// In text, arrows are drawn where they arrive. Two processes stand left and
// right with room between them; three or four have a lane each; of more, or of
// four in a narrow chart, the events are listed.
//
// Where a history has no packets, its messages are drawn instead.
//
// A packet has a number where it leaves; in text, again where it arrives. An
// arrow with a double shaft, or dashed, is a packet that has arrived before. Of
// one that was corrupted both ends are drawn, and what became of it; one that
// was forged comes from nowhere.
package chart

import (
	"bufio"
	"io"

	"fairloss/spec"
)

// Options says how to draw. The zero value draws a safety report of a history
// whose first event broke something; set Broken to -1 where nothing broke.
type Options struct {
	Width     int                        // columns at most; 0 is 80, less than 40 is 40
	Processes int                        // how many there are at least; those in the events count too
	Broken    int                        // index of the event that broke a property, counted from 0; -1 where none did
	Note      string                     // what stands at that event, and at the end of a liveness report; "" is "broken here"
	Describe  func(packet string) string // names a packet; nil quotes its bytes
	Live      bool                       // a liveness report: what has not arrived is lost, not in flight
}

const (
	defaultWidth = 80
	minWidth     = 40
	maxLanes     = 4
)

func (opt Options) width() int {
	if opt.Width == 0 {
		return defaultWidth
	}
	return max(opt.Width, minWidth)
}

// Text draws the events to w. No line is wider than Options.Width; text that
// does not fit ends in "…", all else is printable ASCII. The error is from w.
// It takes time and memory linear in the events.
func Text(w io.Writer, events []spec.Event, opt Options) error {
	out := bufio.NewWriter(w)
	for _, line := range draw(layOut(events, opt), opt.width()) {
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.Flush()
}

func draw(d diagram, width int) []string {
	if d.processes == 2 {
		return newPair(d, width).draw()
	}
	if l := newLanes(d, width); d.processes <= maxLanes && l.lane >= minLane {
		return l.draw()
	}
	return list(d, width)
}
