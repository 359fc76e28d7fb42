package spec

import (
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
		if !n.left.take(i) && n.sent.has(i) {
			return fmt.Sprintf("process %d delivers %q from process %d once more than it was sent", e.Process, e.Message, e.Peer)
		}
	}
	return ""
}

func (n *noDuplication) Owed() []Obligation { return nil }

func (n *noDuplication) AppendKey(b []byte) []byte { return n.left.appendKey(n.sent.appendKey(b)) }

func (n *noDuplication) Clone() Monitor { return &noDuplication{n.sent.clone(), maps.Clone(n.left)} }

// debt is what a history owes. What happens after Forever happens again and
// again, so that what is met there stays met, and is owed no more.
type debt struct {
	open    tally
	met     tally // at most 1 each; none of them is open
	forever bool
}

// raise adds an obligation, unless those of i are met for ever.
func (d *debt) raise(i instance) {
	if d.met[i] == 0 {
		d.open.add(i, 1)
	}
}

// meet settles all obligations of i for ever.
func (d *debt) meet(i instance) {
	if d.met[i] == 0 {
		d.met.add(i, 1)
		delete(d.open, i)
	}
}

func (d *debt) appendKey(b []byte) []byte {
	return d.met.appendKey(d.open.appendKey(appendBool(b, d.forever)))
}

func (d *debt) clone() debt { return debt{maps.Clone(d.open), maps.Clone(d.met), d.forever} }

// fairLossDelivery is the monitor of FLL1: what is sent after Forever must be
// delivered after it too.
type fairLossDelivery struct{ debt debt }

func (f *fairLossDelivery) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Forever:
		f.debt.forever = true
	case !f.debt.forever:
	case e.Kind == Send && f.debt.open[i] == 0:
		f.debt.raise(i)
	case e.Kind == Deliver:
		f.debt.meet(i)
	}
	return ""
}

func (f *fairLossDelivery) Owed() []Obligation {
	return f.debt.open.owed("is sent for ever and never delivered again")
}
func (f *fairLossDelivery) AppendKey(b []byte) []byte { return f.debt.appendKey(b) }
func (f *fairLossDelivery) Clone() Monitor            { return &fairLossDelivery{f.debt.clone()} }

// finiteDuplication is the monitor of FLL2: what is delivered after Forever
// must be sent after it too. What was never sent is for FLL3 to judge.
type finiteDuplication struct {
	sent sent
	debt debt
}

func (f *finiteDuplication) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Forever:
		f.debt.forever = true
	case e.Kind == Send && f.debt.forever:
		f.debt.meet(i)
	case e.Kind == Send:
		f.sent.add(i)
	case e.Kind == Deliver && f.debt.forever && f.sent.has(i) && f.debt.open[i] == 0:
		f.debt.raise(i)
	}
	return ""
}

func (f *finiteDuplication) Owed() []Obligation {
	return f.debt.open.owed("is delivered for ever and never sent again")
}

func (f *finiteDuplication) AppendKey(b []byte) []byte { return f.debt.appendKey(f.sent.appendKey(b)) }

func (f *finiteDuplication) Clone() Monitor {
	return &finiteDuplication{f.sent.clone(), f.debt.clone()}
}

// stubbornDelivery is the monitor of SL1. Before Forever every message sent is
// owed; after it, those that have not been delivered again.
type stubbornDelivery struct{ debt debt }

func (s *stubbornDelivery) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Forever:
		s.debt.forever = true
	case Send:
		s.debt.raise(i)
	case Reject:
		s.debt.open.take(i)
	case Deliver:
		if s.debt.forever {
			s.debt.meet(i)
		}
	}
	return ""
}

func (s *stubbornDelivery) Owed() []Obligation {
	return s.debt.open.owed("is not delivered infinitely often")
}
func (s *stubbornDelivery) AppendKey(b []byte) []byte { return s.debt.appendKey(b) }
func (s *stubbornDelivery) Clone() Monitor            { return &stubbornDelivery{s.debt.clone()} }

// reliableDelivery is the monitor of PL1. A payload that is delivered after
// Forever is delivered so often that every instance of it has its turn.
type reliableDelivery struct{ debt debt }

func (r *reliableDelivery) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Forever:
		r.debt.forever = true
	case Send:
		r.debt.raise(i)
	case Reject:
		r.debt.open.take(i)
	case Deliver:
		r.debt.open.take(i)
		if r.debt.forever {
			r.debt.meet(i)
		}
	}
	return ""
}

func (r *reliableDelivery) Owed() []Obligation        { return r.debt.open.owed("was never delivered") }
func (r *reliableDelivery) AppendKey(b []byte) []byte { return r.debt.appendKey(b) }
func (r *reliableDelivery) Clone() Monitor            { return &reliableDelivery{r.debt.clone()} }

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
	total          map[channel]int // of unconfirmed
}

func (m *bounded) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		if m.total == nil {
			m.total = map[channel]int{}
		}
		m.unconfirmed.add(i, 1)
		if m.total[i.channel]++; m.total[i.channel] > m.window {
			return fmt.Sprintf("process %d has %d unconfirmed messages to process %d, more than %d", e.Process, m.total[i.channel], e.Peer, m.window)
		}
	case Confirm, Reject:
		if m.unconfirmed.take(i) {
			m.total[i.channel]--
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
