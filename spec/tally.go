package spec

import (
	"encoding/binary"
	"maps"
	"slices"
)

// instance is a payload on a channel.
type instance struct {
	Channel
	message Message
}

func compareInstances(a, b instance) int {
	if a.Channel != b.Channel {
		return a.Channel.Compare(b.Channel)
	}
	return compareMessages(a.message, b.message)
}

// tally counts instances. Counts of zero are not kept, so that equal tallies
// have equal keys.
type tally map[instance]int

func (t *tally) add(i instance, n int) {
	if *t == nil {
		*t = tally{}
	}
	if (*t)[i] += n; (*t)[i] == 0 {
		delete(*t, i)
	}
}

// take lowers the count of i by one and reports whether there was one.
func (t *tally) take(i instance) bool {
	if (*t)[i] == 0 {
		return false
	}
	t.add(i, -1)
	return true
}

func (t tally) sorted() []instance { return sortedKeys(t, compareInstances) }

func (t tally) owed(what string) []Obligation {
	var owed []Obligation
	for _, i := range t.sorted() {
		for range t[i] {
			owed = append(owed, Obligation{From: i.From, To: i.To, Message: i.message, What: what})
		}
	}
	return owed
}

func (t tally) appendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(t)))
	for _, i := range t.sorted() {
		b = appendChannel(b, i.Channel)
		b = appendMessage(b, i.message)
		b = binary.AppendUvarint(b, uint64(t[i]))
	}
	return b
}

// sent is the set of payloads that were ever sent on each channel.
type sent map[Channel]*payloads

func (s *sent) add(i instance) {
	if *s == nil {
		*s = sent{}
	}
	p := (*s)[i.Channel]
	if p == nil {
		p = &payloads{}
		(*s)[i.Channel] = p
	}
	p.add(i.message)
}

func (s sent) has(i instance) bool {
	p := s[i.Channel]
	return p != nil && p.has(i.message)
}

func (s sent) channels() []Channel { return sortedKeys(s, Channel.Compare) }

func (s sent) clone() sent {
	c := make(sent, len(s))
	for ch, p := range s {
		q := p.clone()
		c[ch] = &q
	}
	return c
}

func (s sent) appendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	for _, c := range s.channels() {
		b = appendChannel(b, c)
		b = s[c].appendKey(b)
	}
	return b
}

// subject is the instance that an event is about.
func subject(e Event) instance {
	if e.Kind == Deliver || e.Kind == Store {
		return instance{Channel{e.Peer, e.Process}, e.Message}
	}
	return instance{Channel{e.Process, e.Peer}, e.Message}
}

// queue is the sequence of the messages of a channel that are still awaited,
// with a count of each.
type queue struct {
	order []call
	count map[Message]int
}

// call is a message with the number of the call that sent it, 0 where calls
// are points.
type call struct {
	message Message
	op      int
}

func (q *queue) push(m Message, op int) {
	q.order = append(q.order, call{m, op})
	if q.count == nil {
		q.count = map[Message]int{}
	}
	q.count[m]++
}

func (q *queue) pop() Message {
	m := q.order[0].message
	q.order = q.order[1:]
	if q.count[m]--; q.count[m] == 0 {
		delete(q.count, m)
	}
	return m
}

// cancel takes out m as sent by call op. Where that is not awaited any more, a
// delivery has gone to it that was of an equal message: then it is the oldest
// of these that goes. It costs a walk over the queue.
func (q *queue) cancel(m Message, op int) {
	if q.count[m] == 0 {
		return
	}
	at := slices.Index(q.order, call{m, op})
	if at < 0 {
		at = slices.IndexFunc(q.order, func(c call) bool { return c.message == m })
	}
	q.order = slices.Delete(q.order, at, at+1)
	if q.count[m]--; q.count[m] == 0 {
		delete(q.count, m)
	}
}

func (q *queue) clone() *queue {
	return &queue{slices.Clone(q.order), maps.Clone(q.count)}
}

// queues holds a queue for each channel.
type queues map[Channel]*queue

func (qs *queues) of(c Channel) *queue {
	if *qs == nil {
		*qs = queues{}
	}
	q := (*qs)[c]
	if q == nil {
		q = &queue{}
		(*qs)[c] = q
	}
	return q
}

func (qs queues) clone() queues {
	c := make(queues, len(qs))
	for ch, q := range qs {
		c[ch] = q.clone()
	}
	return c
}

func (qs queues) appendKey(b []byte) []byte {
	for _, c := range sortedKeys(qs, Channel.Compare) {
		if len(qs[c].order) == 0 {
			continue
		}
		b = appendChannel(b, c)
		b = binary.AppendUvarint(b, uint64(len(qs[c].order)))
		for _, sent := range qs[c].order {
			b = appendMessage(b, sent.message)
			b = binary.AppendUvarint(b, uint64(sent.op))
		}
	}
	return b
}
