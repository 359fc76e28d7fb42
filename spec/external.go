package spec

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// externalConsistency is the monitor of EXT: the messages sent and not
// delivered, in the order of sending.
type externalConsistency struct{ open []commit }

// commit is a message that is sent and not delivered.
type commit struct {
	instance
	committed bool
	after     []instance // to the same process, committed when this one was sent
}

func (m *externalConsistency) Observe(e Event) string {
	answered, isAnswer := strings.CutPrefix(string(e.Message), committedPrefix)
	switch {
	case e.Kind == Send:
		m.send(subject(e))
	case isAnswer:
		i := instance{Channel{e.Process, e.Peer}, Message(answered)}
		if k := slices.IndexFunc(m.open, func(c commit) bool { return c.instance == i && !c.committed }); k >= 0 {
			m.open[k].committed = true
		}
	default:
		return m.deliver(e)
	}
	return ""
}

func (m *externalConsistency) send(i instance) {
	sent := commit{instance: i}
	for _, c := range m.open {
		if c.committed && c.To == i.To {
			sent.after = append(sent.after, c.instance)
		}
	}
	m.open = append(m.open, sent)
}

func (m *externalConsistency) deliver(e Event) string {
	i := subject(e)
	k := slices.IndexFunc(m.open, func(c commit) bool { return c.instance == i })
	if k < 0 {
		return ""
	}
	delivered := m.open[k]
	if len(delivered.after) > 0 {
		first := delivered.after[0]
		return fmt.Sprintf("process %d delivers %q from process %d before %q from process %d, which was committed before the former was sent",
			e.Process, e.Message, e.Peer, first.message, first.From)
	}
	m.open = slices.Delete(m.open, k, k+1)
	if delivered.committed {
		m.settle(i)
	}
	return ""
}

// settle tells those that were sent after the delivered message i.
func (m *externalConsistency) settle(i instance) {
	for k := range m.open {
		if at := slices.Index(m.open[k].after, i); at >= 0 {
			m.open[k].after = slices.Delete(m.open[k].after, at, at+1)
		}
	}
}

func (m *externalConsistency) Owed() []Obligation { return nil }

func (m *externalConsistency) AppendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(m.open)))
	for _, c := range m.open {
		b = appendMessage(appendChannel(appendBool(b, c.committed), c.Channel), c.message)
		b = binary.AppendUvarint(b, uint64(len(c.after)))
		for _, i := range c.after {
			b = appendMessage(appendChannel(b, i.Channel), i.message)
		}
	}
	return b
}

func (m *externalConsistency) Clone() Monitor {
	c := &externalConsistency{slices.Clone(m.open)}
	for k := range c.open {
		c.open[k].after = slices.Clone(c.open[k].after)
	}
	return c
}
