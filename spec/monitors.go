package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
)

// creation is the monitor of FLL3, SL2 and PL3.
type creation struct{ sent sent }

func (c *creation) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		c.sent.add(i)
	case Deliver:
		if !c.sent.has(i) {
			return fmt.Sprintf("process %d delivers %q from process %d, which never sent it", e.Process, e.Message, e.Peer)
		}
	}
	return ""
}

func (c *creation) Owed() []Obligation        { return nil }
func (c *creation) AppendKey(b []byte) []byte { return c.sent.appendKey(b) }
func (c *creation) Clone() Monitor            { return &creation{c.sent.clone()} }

// noDuplication is the monitor of PL2: left counts the instances that may
// still be delivered.
type noDuplication struct {
	sent sent
	left tally
}

func (n *noDuplication) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		n.sent.add(i)
		n.left.add(i, 1)
	case Deliver:
		if n.left[i] > 0 {
			n.left.add(i, -1)
		} else if n.sent.has(i) {
			return fmt.Sprintf("process %d delivers %q from process %d once more than it was sent", e.Process, e.Message, e.Peer)
		}
	}
	return ""
}

func (n *noDuplication) Owed() []Obligation { return nil }

func (n *noDuplication) AppendKey(b []byte) []byte { return n.left.appendKey(n.sent.appendKey(b)) }

func (n *noDuplication) Clone() Monitor { return &noDuplication{n.sent.clone(), maps.Clone(n.left)} }

// reliableDelivery is the monitor of PL1.
type reliableDelivery struct{ open tally }

func (r *reliableDelivery) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		r.open.add(i, 1)
	case Deliver, Reject:
		if r.open[i] > 0 {
			r.open.add(i, -1)
		}
	}
	return ""
}

func (r *reliableDelivery) Owed() []Obligation        { return r.open.owed("was never delivered") }
func (r *reliableDelivery) AppendKey(b []byte) []byte { return r.open.appendKey(b) }
func (r *reliableDelivery) Clone() Monitor            { return &reliableDelivery{maps.Clone(r.open)} }

// stubbornDelivery is the monitor of SL1. Before Forever every message sent is
// owed; after it, those that have not been delivered again.
type stubbornDelivery struct {
	sent    tally // at most 1 each: equal payloads are delivered infinitely often together
	again   tally
	forever bool
}

func (s *stubbornDelivery) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Forever:
		s.forever = true
	case e.Kind == Send && s.sent[i] == 0:
		s.sent.add(i, 1)
	case e.Kind == Deliver && s.forever && s.again[i] == 0:
		s.again.add(i, 1)
	}
	return ""
}

func (s *stubbornDelivery) Owed() []Obligation {
	owed := maps.Clone(s.sent)
	for i := range s.again {
		delete(owed, i)
	}
	return owed.owed("is not delivered infinitely often")
}

func (s *stubbornDelivery) AppendKey(b []byte) []byte {
	return s.again.appendKey(s.sent.appendKey(appendBool(b, s.forever)))
}

func (s *stubbornDelivery) Clone() Monitor {
	return &stubbornDelivery{maps.Clone(s.sent), maps.Clone(s.again), s.forever}
}

// recurrence is the monitor of FLL1 and FLL2: after Forever, what is caused
// must also take effect.
type recurrence struct {
	cause, effect   Kind
	what            string
	causes, effects tally
	forever         bool
}

func (r *recurrence) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Forever:
		r.forever = true
	case !r.forever:
	case e.Kind == r.cause && r.causes[i] == 0:
		r.causes.add(i, 1)
	case e.Kind == r.effect && r.effects[i] == 0:
		r.effects.add(i, 1)
	}
	return ""
}

func (r *recurrence) Owed() []Obligation {
	owed := maps.Clone(r.causes)
	for i := range r.effects {
		delete(owed, i)
	}
	return owed.owed(r.what)
}

func (r *recurrence) AppendKey(b []byte) []byte {
	return r.effects.appendKey(r.causes.appendKey(appendBool(b, r.forever)))
}

func (r *recurrence) Clone() Monitor {
	c := *r
	c.causes, c.effects = maps.Clone(r.causes), maps.Clone(r.effects)
	return &c
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
		if c.undelivered[i] > 0 {
			c.undelivered.add(i, -1)
			c.unconfirmed.add(i, 1)
		}
	case Confirm:
		if c.unconfirmed[i] == 0 {
			return fmt.Sprintf("process %d is told that %q was delivered to process %d; it was not", e.Process, e.Message, e.Peer)
		}
		c.unconfirmed.add(i, -1)
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

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// bounded is the monitor of BND. A message is unconfirmed from its Send to its
// Confirm.
type bounded struct {
	window, buffer int
	unconfirmed    map[channel]int
}

func (m *bounded) Observe(e Event) string {
	c := channel{e.Process, e.Peer}
	switch e.Kind {
	case Send:
		if m.unconfirmed == nil {
			m.unconfirmed = map[channel]int{}
		}
		if m.unconfirmed[c]++; m.unconfirmed[c] > m.window {
			return fmt.Sprintf("process %d has %d unconfirmed messages to process %d, more than %d", e.Process, m.unconfirmed[c], e.Peer, m.window)
		}
	case Confirm:
		if m.unconfirmed[c] > 0 {
			m.unconfirmed[c]--
		}
	case Held:
		if e.Count > m.buffer {
			return fmt.Sprintf("process %d holds %d messages, more than %d", e.Process, e.Count, m.buffer)
		}
	}
	return ""
}

func (m *bounded) Owed() []Obligation { return nil }

func (m *bounded) AppendKey(b []byte) []byte {
	for _, c := range sortedKeys(m.unconfirmed, channel.compare) {
		if m.unconfirmed[c] > 0 {
			b = binary.AppendUvarint(appendChannel(b, c), uint64(m.unconfirmed[c]))
		}
	}
	return b
}

func (m *bounded) Clone() Monitor {
	return &bounded{m.window, m.buffer, maps.Clone(m.unconfirmed)}
}
