package spec

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
)

// exclusion is the monitor of LEASE. A process that crashes holds nothing.
type exclusion struct{ holders processes }

func (m *exclusion) Observe(e Event) string {
	switch {
	case e.Kind == Crash, e.Message == Yield:
		delete(m.holders, e.Process)
	case e.Message == Hold:
		for _, p := range m.holders.sorted() {
			if p != e.Process {
				return fmt.Sprintf("process %d holds the lease while process %d still does", e.Process, p)
			}
		}
		m.holders.add(e.Process)
	}
	return ""
}

func (m *exclusion) Owed() []Obligation        { return nil }
func (m *exclusion) AppendKey(b []byte) []byte { return m.holders.appendKey(b) }
func (m *exclusion) Clone() Monitor            { return &exclusion{maps.Clone(m.holders)} }

// fencing is the monitor of FENCE: to whom each process has granted last.
type fencing struct{ granted map[Process]Process }

func (m *fencing) Observe(e Event) string {
	switch e.Message {
	case Hold, Yield:
	case Grant:
		if m.granted == nil {
			m.granted = map[Process]Process{}
		}
		m.granted[e.Process] = e.Peer
	default:
		if now, ok := m.granted[e.Process]; ok && now != e.Peer {
			return fmt.Sprintf("process %d executes %q from process %d, after it granted the lease to process %d", e.Process, e.Message, e.Peer, now)
		}
	}
	return ""
}

func (m *fencing) Owed() []Obligation { return nil }

func (m *fencing) AppendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(m.granted)))
	for _, p := range sortedKeys(m.granted, cmp.Compare[Process]) {
		b = binary.AppendUvarint(b, uint64(p))
		b = binary.AppendUvarint(b, uint64(m.granted[p]))
	}
	return b
}

func (m *fencing) Clone() Monitor { return &fencing{maps.Clone(m.granted)} }
