package causal

import (
	"slices"

	"fairloss/spec"
)

// Stamp is the logical time of an event. That of an event which is at no
// process, such as Forever, is zero.
type Stamp struct {
	Process spec.Process
	Lamport uint64   // from 1
	Vector  []uint64 // by process: how many of its events happened before, or are this one; shorter where the rest is 0
}

// Before reports whether an event happened before another, by their stamps in
// one history. O(1).
func (s Stamp) Before(o Stamp) bool {
	if s.Lamport == 0 || o.Lamport == 0 || s.Lamport >= o.Lamport {
		return false
	}
	return at(o.Vector, s.Process) >= at(s.Vector, s.Process)
}

func at(vector []uint64, p spec.Process) uint64 {
	if int(p) < len(vector) {
		return vector[p]
	}
	return 0
}

// Clocks stamps the events of one history. The zero value is ready to use. Its
// memory grows with the distinct packets and messages that were sent, times the
// processes.
type Clocks struct {
	last []Stamp // by process
	sent firsts[Stamp]
}

// Observe returns the stamp of the next event. Processes must not be negative.
// It costs time linear in the processes.
func (c *Clocks) Observe(e spec.Event) Stamp {
	if e.Kind == spec.Forever {
		return Stamp{}
	}
	for int(e.Process) >= len(c.last) {
		c.last = append(c.last, Stamp{})
	}
	s := Stamp{Process: e.Process, Lamport: c.last[e.Process].Lamport, Vector: slices.Clone(c.last[e.Process].Vector)}
	if source, known := c.sent.source(e); known {
		s.Lamport = max(s.Lamport, source.Lamport)
		s.Vector = merge(s.Vector, source.Vector)
	}
	s.Lamport++
	for len(s.Vector) <= int(e.Process) {
		s.Vector = append(s.Vector, 0)
	}
	s.Vector[e.Process]++
	c.last[e.Process] = s
	c.sent.note(e, s)
	return s
}

// merge returns the greater of each two entries. It may overwrite a.
func merge(a, b []uint64) []uint64 {
	for p, n := range b {
		if p == len(a) {
			a = append(a, 0)
		}
		a[p] = max(a[p], n)
	}
	return a
}

// Order is the causal order of a history: the stamps of its events.
type Order []Stamp

// OrderOf returns the order of the events, in time and memory linear in the
// events times the processes.
func OrderOf(events []spec.Event) Order {
	var c Clocks
	order := make(Order, 0, len(events))
	for _, e := range events {
		order = append(order, c.Observe(e))
	}
	return order
}

// HappensBefore reports whether event i, counted from 0, happened before event
// j. No event happens before itself. O(1).
func (o Order) HappensBefore(i, j int) bool { return o[i].Before(o[j]) }

// content is all that tells what is sent from what is received.
type content struct {
	packet   bool
	from, to spec.Process
	bytes    string
}

// firsts keeps a T for the first sending of each content.
type firsts[T any] struct {
	first    map[content]T
	intruded bool // the next packet to be received is none that was sent like that
}

// note keeps t for an event that sends, unless an equal one has come before.
func (f *firsts[T]) note(e spec.Event, t T) {
	f.intruded = e.Kind == spec.Corrupt || e.Kind == spec.Forge
	if !sends(e) {
		return
	}
	if f.first == nil {
		f.first = map[content]T{}
	}
	c := contentOf(e)
	if _, known := f.first[c]; !known {
		f.first[c] = t
	}
}

// source returns what was kept for the first sending of what an event
// receives: of a packet that was corrupted, of what it was.
func (f *firsts[T]) source(e spec.Event) (t T, known bool) {
	switch {
	case e.Kind == spec.Corrupt:
		e.Kind = spec.Receive
	case !receives(e), e.Kind == spec.Receive && f.intruded:
		return t, false
	}
	t, known = f.first[contentOf(e)]
	return t, known
}

func sends(e spec.Event) bool { return e.Kind == spec.Send || e.Kind == spec.Transmit }

func receives(e spec.Event) bool {
	return e.Kind == spec.Deliver || e.Kind == spec.Store || e.Kind == spec.Receive
}

func contentOf(e spec.Event) content {
	c := content{e.Kind == spec.Transmit || e.Kind == spec.Receive, e.Process, e.Peer, string(e.Message)}
	if c.packet {
		c.bytes = e.Packet
	}
	if receives(e) {
		c.from, c.to = e.Peer, e.Process
	}
	return c
}
