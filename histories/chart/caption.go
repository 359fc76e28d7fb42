package chart

import (
	"fmt"
	"strings"
)

// captions returns what may stand on an arrow that arrives, the richest first.
func (a *arrow) captions() []string {
	if a.number == 0 {
		full := a.remark()
		if a.packet != "" {
			return []string{full + ": " + a.packet, full, "?"}
		}
		return []string{full, "?"}
	}
	id := fmt.Sprintf("(%d)", a.number)
	sent := fmt.Sprintf("sent at %d", a.step)
	switch {
	case a.note == "":
		return []string{id + " " + sent, id}
	case a.note == corrupted && a.packet != "":
		full := id + " " + a.note + ": " + a.packet
		return []string{full + ", " + sent, full, id + " " + a.note, id}
	}
	return []string{id + " " + a.note + ", " + sent, id + " " + a.note, id}
}

// caption returns the richest caption that fits the width, and whether it
// says what is remarkable about the arrow.
func (a *arrow) caption(width int) (text string, complete bool) {
	all := a.captions()
	for i, c := range all {
		if columns(c) <= width {
			return c, a.remark() == "" || i < len(all)-1
		}
	}
	return clip(all[len(all)-1], width), a.remark() == ""
}

// remark is what is remarkable about an arrow that arrives, or "".
func (a *arrow) remark() string {
	switch {
	case a.forged:
		return "forged"
	case a.number == 0:
		return "never sent"
	}
	return a.note
}

// corrupted is the note of a packet that is not as it was sent.
const corrupted = "corrupted"

// shaft draws an arrow that arrives, of the given length, pointing right or
// left, and reports whether its caption says all. A packet that has arrived
// before has a double shaft; one that was never sent comes from nowhere.
func (a *arrow) shaft(length int, right bool) (drawn string, complete bool) {
	text, complete := a.caption(length - 5)
	line := "-"
	if a.note == "again" {
		line = "="
	}
	if text != "" {
		text = " " + text + " "
	}
	body := max(0, length-1-columns(text))
	tail, head := strings.Repeat(line, body/2), strings.Repeat(line, body-body/2)
	if a.number == 0 {
		tail = strings.Repeat(" ", body/2)
	}
	if right {
		return tail + text + head + ">", complete
	}
	return "<" + head + text + tail, complete
}

// leastPacket is how much of a packet is shown at least, beside its fate.
const leastPacket = 8

// stub draws the beginning of an arrow, to the right or to the left. Its fate
// goes to a second line where it would leave no room for the packet.
func (a *arrow) stub(width int, right bool) []string {
	id, packet := fmt.Sprintf("(%d)", a.number), ""
	room := width - len("-- ") - len(id) - 1
	after, before := fates[a.fate].after, fates[a.fate].before
	oneLine := a.fate == "" || room-columns(after) >= min(leastPacket, columns(a.packet))
	if oneLine {
		room -= columns(after)
	}
	if a.packet != "" {
		packet = " " + clip(a.packet, room)
	}
	switch {
	case right && oneLine:
		return []string{"-- " + id + packet + after}
	case right:
		return []string{"-- " + id + packet, "   " + strings.TrimSpace(after)}
	case oneLine:
		return []string{before + id + packet + " --"}
	}
	return []string{id + packet + " --", strings.TrimSpace(before) + "   "}
}

// fates is what stands after an arrow to the right, and before one to the
// left.
var fates = map[string]struct{ after, before string }{
	"lost":      {" --x lost", "lost x-- "},
	"in flight": {" ~ in flight", "in flight ~ "},
}

// columns is the room that an arrow between two lifelines would like to have.
func (a *arrow) columns() int {
	if a.arrives {
		return columns(a.captions()[0]) + 8
	}
	return columns(a.stub(1<<10, true)[0]) + 3
}
