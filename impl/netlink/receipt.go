package netlink

import (
	"cmp"
	"slices"

	"fairloss/spec"
)

// Receipt stands for one message that a link has taken.
type Receipt struct {
	to        spec.Process
	message   spec.Message
	confirmed chan struct{}
	number    int      // in the order of taking
	next      *Receipt // the next instance of an equal message
}

// To returns the receiver of the message.
func (r *Receipt) To() spec.Process { return r.to }

// Message returns the message.
func (r *Receipt) Message() spec.Message { return r.message }

// Confirmed returns a channel that is closed when the link confirms this
// message. Of equal messages to one process, the oldest unconfirmed one is
// confirmed first. It stays open for ever on a link that never confirms, and
// where the link is closed before.
func (r *Receipt) Confirmed() <-chan struct{} { return r.confirmed }

// instance is what a confirmation names.
type instance struct {
	to      spec.Process
	message spec.Message
}

// line is a queue of equal messages.
type line struct{ first, last *Receipt }

// receipts holds what is unconfirmed.
type receipts struct {
	byMessage map[instance]line
	taken     int
}

func (rs *receipts) add(r *Receipt) {
	r.number = rs.taken
	rs.taken++
	i := instance{r.to, r.message}
	q, waiting := rs.byMessage[i]
	if waiting {
		q.last.next = r
	} else {
		q.first = r
	}
	q.last = r
	rs.byMessage[i] = q
}

// confirm confirms the oldest instance of m; it does nothing where there is
// none.
func (rs *receipts) confirm(to spec.Process, m spec.Message) {
	i := instance{to, m}
	q, ok := rs.byMessage[i]
	if !ok {
		return
	}
	close(q.first.confirmed)
	if q.first == q.last {
		delete(rs.byMessage, i)
		return
	}
	q.first = q.first.next
	rs.byMessage[i] = q
}

// all returns what is unconfirmed, oldest first.
func (rs *receipts) all() []*Receipt {
	var all []*Receipt
	for _, q := range rs.byMessage {
		for r := q.first; r != nil; r = r.next {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Receipt) int { return cmp.Compare(a.number, b.number) })
	return all
}
