// Package mylink is a contributor's module: a FIFO link that is right, and one
// that is wrong.
package mylink

import (
	"encoding/binary"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// link numbers messages, retransmits what is not acknowledged, and delivers
// the next number only. The wrong one delivers any higher number.
type link struct {
	wrong   bool
	sent    map[spec.Process]uint64
	unacked map[spec.Process][]data
	last    map[spec.Process]uint64
}

type data struct {
	number  uint64
	message spec.Message
}

func newLink(wrong bool) impl.Factory {
	return func(spec.Process, []spec.Process) impl.Layer {
		return &link{wrong, map[spec.Process]uint64{}, map[spec.Process][]data{}, map[spec.Process]uint64{}}
	}
}

// Right and Wrong make a process's end of the two links.
var (
	Right = newLink(false)
	Wrong = newLink(true)
)

func (l *link) Init(*impl.Effects) {}

func (l *link) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.sent[to]++
	l.unacked[to] = append(l.unacked[to], data{l.sent[to], m})
	l.Timeout(impl.TimerID(to), out)
}

func (l *link) Timeout(t impl.TimerID, out *impl.Effects) {
	to := spec.Process(t)
	for _, d := range l.unacked[to] {
		out.Transmit(to, packet('D', d.number, d.message))
	}
	if len(l.unacked[to]) > 0 {
		out.SetTimer(t, 2*time.Millisecond, 4*time.Millisecond)
	}
}

func (l *link) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	number, n := binary.Uvarint([]byte(p)[1:])
	if p[0] == 'A' {
		for len(l.unacked[from]) > 0 && l.unacked[from][0].number <= number {
			out.Confirm(from, l.unacked[from][0].message)
			l.unacked[from] = l.unacked[from][1:]
		}
		return
	}
	if number == l.last[from]+1 || l.wrong && number > l.last[from] {
		l.last[from] = number
		out.Deliver(from, spec.Message(p[1+n:]))
	}
	out.Transmit(from, packet('A', l.last[from], ""))
}

func packet(kind byte, number uint64, m spec.Message) impl.Packet {
	return impl.Packet(append(binary.AppendUvarint([]byte{kind}, number), m...))
}
