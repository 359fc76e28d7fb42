package spec

import (
	"fmt"
	"maps"
)

// creation is the monitor of FLL3, SL2, PL3 and LPL3: of deliveries, or of
// stores.
type creation struct {
	at   Kind
	sent sent
}

func (c *creation) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		c.sent.add(i)
	case c.at:
		if !c.sent.has(i) {
			return fmt.Sprintf("process %d %ss %q from process %d, which never sent it", e.Process, c.at, e.Message, e.Peer)
		}
	}
	return ""
}

func (c *creation) Owed() []Obligation        { return nil }
func (c *creation) AppendKey(b []byte) []byte { return c.sent.appendKey(b) }
func (c *creation) Clone() Monitor            { return &creation{c.at, c.sent.clone()} }

// noDuplication is the monitor of PL2 and LPL2, of deliveries or of stores:
// left counts the instances that may still have one.
type noDuplication struct {
	at   Kind
	sent sent
	left tally
}

func (n *noDuplication) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		n.sent.add(i)
		n.left.add(i, 1)
	case n.at:
		if !n.left.take(i) && n.sent.has(i) {
			return fmt.Sprintf("process %d %ss %q from process %d once more than it was sent", e.Process, n.at, e.Message, e.Peer)
		}
	}
	return ""
}

func (n *noDuplication) Owed() []Obligation { return nil }

func (n *noDuplication) AppendKey(b []byte) []byte { return n.left.appendKey(n.sent.appendKey(b)) }

func (n *noDuplication) Clone() Monitor {
	return &noDuplication{n.at, n.sent.clone(), maps.Clone(n.left)}
}

// confirmation is the monitor of ACK.
type confirmation struct {
	undelivered tally // sent, not delivered
	unconfirmed tally // delivered, not confirmed
}

func (c *confirmation) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		c.undelivered.add(i, 1)
	case Deliver:
		if c.undelivered.take(i) {
			c.unconfirmed.add(i, 1)
		}
	case Confirm:
		switch {
		case c.unconfirmed.take(i):
		case c.undelivered[i] > 0:
			return fmt.Sprintf("process %d is told that %q was delivered to process %d; it was not", e.Process, e.Message, e.Peer)
		default:
			return fmt.Sprintf("process %d is told that %q was delivered to process %d; it has sent none that is not confirmed yet", e.Process, e.Message, e.Peer)
		}
	}
	return ""
}

func (c *confirmation) Owed() []Obligation { return nil }

func (c *confirmation) AppendKey(b []byte) []byte {
	return c.unconfirmed.appendKey(c.undelivered.appendKey(b))
}

func (c *confirmation) Clone() Monitor {
	return &confirmation{maps.Clone(c.undelivered), maps.Clone(c.unconfirmed)}
}

// bounded is the monitor of BND. A message is unconfirmed from its Send to its
// Confirm, or to the Reject that says that it was not sent.
type bounded struct {
	window, buffer int
	unconfirmed    tally
	total          map[Channel]int // of unconfirmed
}

func (m *bounded) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		if m.total == nil {
			m.total = map[Channel]int{}
		}
		m.unconfirmed.add(i, 1)
		if m.total[i.Channel]++; m.total[i.Channel] > m.window {
			return fmt.Sprintf("process %d has %d unconfirmed messages to process %d, more than %d", e.Process, m.total[i.Channel], e.Peer, m.window)
		}
	case Confirm, Reject:
		if m.unconfirmed.take(i) {
			m.total[i.Channel]--
		}
	case Held:
		if e.Count > m.buffer {
			return fmt.Sprintf("process %d holds %d messages, more than %d", e.Process, e.Count, m.buffer)
		}
	}
	return ""
}

func (m *bounded) Owed() []Obligation { return nil }

func (m *bounded) AppendKey(b []byte) []byte { return m.unconfirmed.appendKey(b) }

func (m *bounded) Clone() Monitor {
	return &bounded{m.window, m.buffer, maps.Clone(m.unconfirmed), maps.Clone(m.total)}
}
