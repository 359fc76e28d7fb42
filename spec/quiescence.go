package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// EventualConfirmation is the property CNF, for links that confirm. ACK says
// that no confirmation comes too early, CNF that each comes in the end.
var EventualConfirmation = Property{
	ID: "CNF", Name: "eventual confirmation", Class: Liveness, Source: petrov + "message acknowledgement",
	Sentence: "A message that was delivered is confirmed in the end, unless one of its ends crashes before that.",
	Reads:    KindsOf(Send, Deliver, Confirm, Forever) | voiding, Tested: Deliver,
	New: func() Monitor { return &eventualConfirmation{} },
}

// eventualConfirmation is the monitor of CNF. What is open in its debt was
// delivered and not confirmed. A message that was confirmed too early, which is
// for ACK to judge, owes no other confirmation, and one that was sent before a
// crash of one of its ends owes none.
type eventualConfirmation struct {
	undelivered tally
	early       tally // confirmed before delivery, no more than undelivered
	debt        debt
}

func (c *eventualConfirmation) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Forever:
		c.debt.forever = true
	case Send:
		c.undelivered.add(i, 1)
	case Deliver:
		if c.undelivered.take(i) && !c.early.take(i) {
			c.debt.raise(i)
		}
	case Crash:
		of := func(i instance, _ int) bool { return i.From == e.Process || i.To == e.Process }
		maps.DeleteFunc(c.undelivered, of)
		maps.DeleteFunc(c.early, of)
	case Confirm:
		if !c.debt.open.take(i) && c.early[i] < c.undelivered[i] {
			c.early.add(i, 1)
		}
		if c.debt.forever {
			c.debt.meet(i)
		}
	}
	c.debt.fail(e)
	return ""
}

func (c *eventualConfirmation) Owed() []Obligation {
	return c.debt.owed(c.debt.severed, "was delivered and never confirmed")
}

// Voided returns how many obligations faults have voided.
func (c *eventualConfirmation) Voided() int { return c.debt.void(c.debt.severed) }

func (c *eventualConfirmation) AppendKey(b []byte) []byte {
	return c.debt.appendKey(c.early.appendKey(c.undelivered.appendKey(b)))
}

func (c *eventualConfirmation) Clone() Monitor {
	return &eventualConfirmation{maps.Clone(c.undelivered), maps.Clone(c.early), c.debt.clone()}
}

// Quiescence is the property QUI. Packets that begin with the heartbeat are
// declared and do not count; "" declares none. A link that retransmits for ever
// does not keep it.
func Quiescence(heartbeat string) Property {
	p := Property{
		ID: "QUI", Name: "quiescence", Class: Liveness, Source: book + "section 2.4.3, on the cost of retransmitting for ever; Aguilera, Chen, Toueg 1997, quiescent communication",
		Sentence: "Once all messages are delivered and, where the link confirms, confirmed, no more packets are transmitted.",
		Reads:    KindsOf(Send, Deliver, Confirm, Reject, Transmit, Forever) | voiding, Tested: Transmit, Recurs: Ceases,
		New: func() Monitor { return &quiescence{heartbeat: heartbeat} },
	}
	if heartbeat != "" {
		p.Parameters = "heartbeat=" + strconv.Quote(heartbeat)
		p.Sentence = fmt.Sprintf("Once all messages are delivered and, where the link confirms, confirmed, no more packets are transmitted but heartbeats, which begin with %q.", heartbeat)
	}
	return p
}

// quiescence is the monitor of QUI. A link confirms if it has ever done so.
// What it transmits to or from a process that has crashed, or on a channel that
// stays cut, may be for want of an answer that never comes.
type quiescence struct {
	heartbeat   string
	undelivered tally
	unconfirmed tally
	confirms    bool
	forever     bool
	sends       bool             // messages are sent for ever
	busy        map[Channel]bool // on which packets are transmitted for ever
	faults      failures
}

func (q *quiescence) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Forever:
		q.forever = true
	case Send:
		q.sends = q.sends || q.forever
		q.undelivered.add(i, 1)
		q.unconfirmed.add(i, 1)
	case Reject:
		q.undelivered.take(i)
		q.unconfirmed.take(i)
	case Deliver:
		q.undelivered.take(i)
	case Confirm:
		q.confirms = true
		q.unconfirmed.take(i)
	case Transmit:
		if q.forever && (q.heartbeat == "" || !strings.HasPrefix(e.Packet, q.heartbeat)) {
			if q.busy == nil {
				q.busy = map[Channel]bool{}
			}
			q.busy[i.Channel] = true
		}
	}
	q.faults.observe(e)
	return ""
}

func (q *quiescence) Owed() []Obligation {
	if q.sends || len(q.undelivered) > 0 || q.confirms && len(q.unconfirmed) > 0 {
		return nil
	}
	var owed []Obligation
	for _, c := range sortedKeys(q.busy, Channel.Compare) {
		if !q.faults.severed(c) && !q.faults.hasCrashed(c.From) && !q.faults.hasCrashed(c.To) {
			owed = append(owed, Obligation{From: c.From, To: c.To, Packets: true, What: "never cease, although every message is settled"})
		}
	}
	return owed
}

func (q *quiescence) AppendKey(b []byte) []byte {
	b = q.unconfirmed.appendKey(q.undelivered.appendKey(b))
	b = appendBool(appendBool(appendBool(b, q.confirms), q.forever), q.sends)
	b = binary.AppendUvarint(b, uint64(len(q.busy)))
	for _, c := range sortedKeys(q.busy, Channel.Compare) {
		b = appendChannel(b, c)
	}
	return q.faults.appendKey(b)
}

func (q *quiescence) Clone() Monitor {
	c := *q
	c.undelivered, c.unconfirmed = maps.Clone(q.undelivered), maps.Clone(q.unconfirmed)
	c.busy, c.faults = maps.Clone(q.busy), q.faults.clone()
	return &c
}
