package spec

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"time"
)

// processes is a set of processes.
type processes map[Process]bool

func (s *processes) add(p Process) {
	if *s == nil {
		*s = processes{}
	}
	(*s)[p] = true
}

func (s processes) sorted() []Process { return sortedKeys(s, cmp.Compare[Process]) }

func (s processes) appendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	for _, p := range s.sorted() {
		b = binary.AppendUvarint(b, uint64(p))
	}
	return b
}

// suspicions is who suspects whom: from is suspected by to, as the deliveries
// say. A process that crashes forgets.
type suspicions map[Channel]bool

func (s *suspicions) observe(e Event) {
	c := Channel{e.Peer, e.Process}
	switch {
	case e.Kind == Deliver && e.Message == Suspect:
		if *s == nil {
			*s = suspicions{}
		}
		(*s)[c] = true
	case e.Kind == Deliver && e.Message == Restore:
		delete(*s, c)
	case e.Kind == Crash:
		maps.DeleteFunc(*s, func(c Channel, _ bool) bool { return c.To == e.Process })
	}
}

func (s suspicions) sorted() []Channel { return sortedKeys(s, Channel.Compare) }

func (s suspicions) appendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	for _, c := range s.sorted() {
		b = appendChannel(b, c)
	}
	return b
}

// completeness is the monitor of FD1. There are two processes at least, and all
// up to the greatest that the history names.
type completeness struct {
	greatest  Process
	down      processes
	suspected suspicions
}

func (m *completeness) Observe(e Event) string {
	m.suspected.observe(e)
	m.greatest = max(m.greatest, 1, e.Process, e.Peer)
	switch e.Kind {
	case Crash:
		m.down.add(e.Process)
	case Recover:
		delete(m.down, e.Process)
	}
	return ""
}

func (m *completeness) Owed() []Obligation {
	var owed []Obligation
	for _, crashed := range m.down.sorted() {
		for p := range m.greatest + 1 {
			if !m.down[p] && !m.suspected[Channel{crashed, p}] {
				what := fmt.Sprintf("is missing: process %d has crashed", crashed)
				owed = append(owed, Obligation{From: crashed, To: p, Message: Suspect, What: what})
			}
		}
	}
	return owed
}

func (m *completeness) AppendKey(b []byte) []byte {
	return m.suspected.appendKey(m.down.appendKey(binary.AppendUvarint(b, uint64(m.greatest))))
}

func (m *completeness) Clone() Monitor {
	return &completeness{m.greatest, maps.Clone(m.down), maps.Clone(m.suspected)}
}

// accuracy is the monitor of FD2.
type accuracy struct{ crashed processes }

func (m *accuracy) Observe(e Event) string {
	switch {
	case e.Kind == Crash:
		m.crashed.add(e.Process)
	case e.Message == Suspect && !m.crashed[e.Peer]:
		return fmt.Sprintf("process %d suspects process %d, which has not crashed", e.Process, e.Peer)
	}
	return ""
}

func (m *accuracy) Owed() []Obligation        { return nil }
func (m *accuracy) AppendKey(b []byte) []byte { return m.crashed.appendKey(b) }
func (m *accuracy) Clone() Monitor            { return &accuracy{maps.Clone(m.crashed)} }

// eventualAccuracy is the monitor of EFD2.
type eventualAccuracy struct {
	after     int64
	down      processes
	suspected suspicions
}

func (m *eventualAccuracy) Observe(e Event) string {
	m.suspected.observe(e)
	switch {
	case e.Kind == Crash:
		m.down.add(e.Process)
	case e.Kind == Recover:
		delete(m.down, e.Process)
	case e.Message == Suspect && e.At >= m.after && !m.down[e.Peer]:
		return fmt.Sprintf("process %d suspects process %d, which is up, at %v", e.Process, e.Peer, time.Duration(e.At))
	}
	return ""
}

func (m *eventualAccuracy) Owed() []Obligation {
	var owed []Obligation
	for _, c := range m.suspected.sorted() {
		if !m.down[c.From] && !m.down[c.To] {
			owed = append(owed, Obligation{From: c.From, To: c.To, Message: Restore, What: "is missing: the former is up and still suspected"})
		}
	}
	return owed
}

func (m *eventualAccuracy) AppendKey(b []byte) []byte {
	return m.suspected.appendKey(m.down.appendKey(b))
}

func (m *eventualAccuracy) Clone() Monitor {
	return &eventualAccuracy{m.after, maps.Clone(m.down), maps.Clone(m.suspected)}
}
