package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

// leastFinished is how many messages must be finished before growth tells
// anything: a number that takes one more byte is none.
const leastFinished = 1 << 10

// BoundedState is the property CMP. It is refuted with two sizes, and needs a
// run of twice as many messages as leastFinished; a search of all schedules is
// far too short for it.
var BoundedState = Property{
	ID: "CMP", Name: "bounded state", Class: Safety, Source: "Fekete, Lynch, Mansour, Spinelli 1993, on what a reliable link must remember; " + petrov + "deduplication",
	Sentence: "What a process keeps does not grow with the number of messages that are finished.",
	Reads:    KindsOf(Send, Kept), Tested: Kept,
	New: func() Monitor { return &boundedState{least: leastFinished} },
}

// boundedState is the monitor of CMP. At a Kept event every message sent is
// finished. Of each process it remembers one size for each power of two: the
// first one seen from so many messages on.
type boundedState struct {
	least    int
	finished int
	sizes    map[Process][]size
}

// size is what a process kept when so many messages were finished.
type size struct{ finished, bytes int }

func (m *boundedState) Observe(e Event) string {
	switch {
	case e.Kind == Send:
		m.finished++
		return ""
	case e.Kind != Kept || m.finished < m.least:
		return ""
	}
	now := size{m.finished, e.Count}
	list := m.sizes[e.Process]
	for _, s := range list {
		if 2*s.finished <= now.finished && now.bytes-s.bytes > s.finished/16 {
			return fmt.Sprintf("process %d keeps %d bytes after %d messages and %d bytes after %d", e.Process, s.bytes, s.finished, now.bytes, now.finished)
		}
	}
	if n := len(list); n == 0 || bits.Len(uint(list[n-1].finished)) < bits.Len(uint(now.finished)) {
		if m.sizes == nil {
			m.sizes = map[Process][]size{}
		}
		m.sizes[e.Process] = append(list, now)
	}
	return ""
}

// Undecided says that no process was seen at two sizes that can be compared.
func (m *boundedState) Undecided() string {
	for _, list := range m.sizes {
		if last := list[len(list)-1]; last.finished >= 2*list[0].finished {
			return ""
		}
	}
	return fmt.Sprintf("only %d messages are finished: want sizes after %d and after twice as many", m.finished, m.least)
}

func (m *boundedState) Owed() []Obligation { return nil }

func (m *boundedState) AppendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(m.finished))
	var seen processes
	for p := range m.sizes {
		seen.add(p)
	}
	for _, p := range seen.sorted() {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p)), uint64(len(m.sizes[p])))
		for _, s := range m.sizes[p] {
			b = binary.AppendVarint(binary.AppendUvarint(b, uint64(s.finished)), int64(s.bytes))
		}
	}
	return b
}

func (m *boundedState) Clone() Monitor {
	c := &boundedState{m.least, m.finished, maps.Clone(m.sizes)}
	for p, list := range c.sizes {
		c.sizes[p] = slices.Clip(list)
	}
	return c
}
