package spec

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// GracefulClose is the property CLS: what lets a sender conclude from the
// confirmation of its last message, whatever that is, that all is delivered,
// so that nothing is lost if it closes the link. It follows from FIFO and ACK:
// no history breaks it alone, and Properties leaves it out.
var GracefulClose = Property{
	ID: "CLS", Name: "graceful close", Class: Safety, Source: petrov + "message acknowledgement",
	Sentence: "A message is confirmed only after every message that was sent before it on its channel was delivered.",
	Reads:    KindsOf(Send, Deliver, Confirm, Reject), Tested: Confirm,
	New: func() Monitor { return &gracefulClose{} },
}

// gracefulClose is the monitor of CLS. A message whose call was rejected is not
// awaited. That the message itself was delivered is for ACK to judge.
type gracefulClose struct{ open map[Channel]*ledger }

// ledger is what is open on one channel, numbered in the order of sending.
type ledger struct {
	last                     int
	undelivered, unconfirmed []entry
}

type entry struct {
	call
	n int
}

func (g *gracefulClose) Observe(e Event) string {
	i := subject(e)
	if g.open == nil {
		g.open = map[Channel]*ledger{}
	}
	l := g.open[i.Channel]
	if l == nil {
		l = &ledger{}
		g.open[i.Channel] = l
	}
	sent := call{i.message, e.Op}
	switch e.Kind {
	case Send:
		l.last++
		l.undelivered = append(l.undelivered, entry{sent, l.last})
		l.unconfirmed = append(l.unconfirmed, entry{sent, l.last})
	case Deliver:
		take(&l.undelivered, oldest(l.undelivered, i.message))
	case Reject:
		take(&l.undelivered, rejected(l.undelivered, sent))
		take(&l.unconfirmed, rejected(l.unconfirmed, sent))
	case Confirm:
		confirmed := take(&l.unconfirmed, oldest(l.unconfirmed, i.message))
		if len(l.undelivered) > 0 && l.undelivered[0].n < confirmed.n {
			return fmt.Sprintf("process %d is told that %q was delivered to process %d before %q was, which it sent earlier",
				e.Process, e.Message, e.Peer, l.undelivered[0].message)
		}
	}
	return ""
}

// oldest is the place of the oldest instance of m, -1 where there is none.
func oldest(list []entry, m Message) int {
	return slices.IndexFunc(list, func(e entry) bool { return e.message == m })
}

// rejected is the place of a call that was rejected or, where its own is
// settled, of the oldest instance that is equal.
func rejected(list []entry, c call) int {
	if at := slices.IndexFunc(list, func(e entry) bool { return e.call == c }); at >= 0 {
		return at
	}
	return oldest(list, c.message)
}

// take takes out the entry at a place. At -1 there is none: its number is 0.
func take(list *[]entry, at int) (taken entry) {
	if at >= 0 {
		taken = (*list)[at]
		*list = slices.Delete(*list, at, at+1)
	}
	return taken
}

func (g *gracefulClose) Owed() []Obligation { return nil }

func (g *gracefulClose) AppendKey(b []byte) []byte {
	for _, c := range sortedKeys(g.open, Channel.Compare) {
		if l := g.open[c]; len(l.undelivered)+len(l.unconfirmed) > 0 {
			b = l.appendKey(appendChannel(b, c))
		}
	}
	return b
}

// appendKey numbers from the last message backwards: what is closed does not
// count.
func (l *ledger) appendKey(b []byte) []byte {
	for _, list := range [][]entry{l.undelivered, l.unconfirmed} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, e := range list {
			b = binary.AppendUvarint(b, uint64(l.last-e.n))
			b = binary.AppendUvarint(appendMessage(b, e.message), uint64(e.op))
		}
	}
	return b
}

func (g *gracefulClose) Clone() Monitor {
	c := &gracefulClose{open: make(map[Channel]*ledger, len(g.open))}
	for ch, l := range g.open {
		c.open[ch] = &ledger{l.last, slices.Clone(l.undelivered), slices.Clone(l.unconfirmed)}
	}
	return c
}
