package world

import (
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// corruptMoves appends, for each packet that can be delivered, the delivery of
// each way in which it may arrive changed.
func (w *World) corruptMoves(moves []Move) []Move {
	for c, content := range w.channels {
		if w.closed(c) {
			continue
		}
		for _, m := range each(nil, Corrupt, c, w.sys.net.contents[content].movable) {
			for _, m.as = range w.sys.net.variantsOf(m.id) {
				moves = append(moves, m)
			}
		}
	}
	return moves
}

// forgeMoves appends the delivery of what an attacker can make of the packets
// that it sees: those of other channels, changed ones of this channel, and what
// the link says that one who knows it but no secret can make.
func (w *World) forgeMoves(moves []Move) []Move {
	for c := range w.channels {
		if from, to := w.sys.ends(uint8(c)); from == to || w.closed(c) {
			continue
		}
		w.forged = w.forged[:0]
		for from, content := range w.channels {
			for _, p := range w.sys.net.contents[content].packets {
				if from != c {
					w.forged = append(w.forged, p)
					continue
				}
				w.forged = append(w.forged, w.sys.net.variantsOf(p)...)
				w.forged = append(w.forged, w.sys.forged[p]...)
			}
		}
		w.listed.clear()
		for _, q := range w.sys.net.contents[w.channels[c]].packets {
			w.listed.add(q)
		}
		for _, q := range w.forged {
			if w.listed.add(q) {
				moves = append(moves, Move{kind: Forge, place: uint8(c), id: q})
			}
		}
	}
	return moves
}

// numbers is a set of small numbers that is emptied in O(1). The zero value is
// empty, once it was cleared.
type numbers struct {
	added []int // of each number, when it was added last
	now   int
}

func (n *numbers) clear() { n.now++ }

// add puts a number into the set and reports whether it is new.
func (n *numbers) add(v uint32) bool {
	if missing := int(v) + 1 - len(n.added); missing > 0 {
		n.added = append(n.added, make([]int, missing)...)
	}
	if n.added[v] == n.now {
		return false
	}
	n.added[v] = n.now
	return true
}

// intrusion is a corruption or a forgery. Any bytes may be forged, and any may
// arrive in place of a packet.
func (w *World) intrusion(a Action) (Move, error) {
	if !w.sys.isChannel(a.From, a.To) {
		return Move{}, w.noChannel(a)
	}
	c := w.sys.channel(a.From, a.To)
	m := Move{kind: a.Kind, place: c, id: w.sys.packet(string(a.Packet))}
	if w.closed(int(c)) {
		return m, w.whyClosed(int(c))
	}
	switch {
	case a.Kind == Forge && w.rest[forgeries] == 0:
		return m, fmt.Errorf("not enabled: the budget of forgeries is spent")
	case a.Kind == Forge:
		return m, nil
	case w.rest[corruptions] == 0:
		return m, fmt.Errorf("not enabled: the budget of corruptions is spent")
	case !slices.Contains(w.sys.net.contents[w.channels[c]].movable, m.id):
		return m, fmt.Errorf("not enabled: the packet %q cannot be delivered from %d to %d now", string(a.Packet), a.From, a.To)
	}
	m.as = w.sys.packet(string(a.As))
	return m, nil
}

// intruded records, in a Witness, that what is received next is not what was
// sent. No property reads that.
func (w *World) intruded(m Move) {
	if w.witness == nil {
		return
	}
	from, to := w.sys.ends(m.place)
	e := spec.Event{Kind: spec.Forge, Process: to, Peer: from}
	if m.kind == Corrupt {
		e.Kind, e.Packet = spec.Corrupt, w.sys.net.names[m.id]
	}
	w.record([]spec.Event{e})
}

// Becoming is a Corrupt move after which something else arrives than before.
func (w *World) Becoming(m Move, as impl.Packet) Move {
	m.as = w.sys.packet(string(as))
	return m
}

// variantsOf returns the ways in which a packet may arrive changed.
func (n *network) variantsOf(p uint32) []uint32 {
	for int(p) >= len(n.variants) {
		n.memo.learn()
		n.variants = append(n.variants, nil)
	}
	if n.variants[p] == nil {
		n.memo.learn()
		list := []uint32{}
		for _, v := range variants(n.names[p]) {
			list = append(list, n.packet(v))
		}
		n.variants[p] = list
	}
	return n.variants[p]
}

// foresee learns what an attacker who knows the link but no secret can make of
// a packet that is transmitted.
func (sys *System) foresee(p uint32) (err error) {
	if _, known := sys.forged[p]; known {
		return nil
	}
	in := input{kind: forging, data: sys.net.names[p]}
	defer sys.calls.current.Store(sys.calls.current.Load()) // of the handler that transmits
	defer sys.procs[0].caught(in, &err)
	sys.calls.enter(0, in)
	list := []uint32{}
	for _, q := range sys.forger.Forge(impl.Packet(in.data)) {
		list = append(list, sys.packet(string(q)))
	}
	sys.forged[p] = list
	return nil
}

// Bounds of what is tried with a packet, so that searches come to an end.
const (
	wholeFlips = 4 // up to this length every bit is flipped; of a longer packet, the lowest bit of each byte
	wholeCuts  = 8 // up to this length it is cut off everywhere; a longer packet at its beginning, middle and end
)

// maxVaried bounds where a long packet is changed: within so many bytes of its
// beginning and of its end.
const maxVaried = 24

// variants returns a packet with one bit flipped, cut off at each length, and
// with two neighbouring words of 16 bits swapped, which the Internet checksum
// cannot tell; each once, and never the packet itself.
func variants(p string) []string {
	var list []string
	add := func(v string) {
		if v != p && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	near := func(i int) bool { return i < maxVaried || i >= len(p)-maxVaried }
	for i := range len(p) {
		for bit := range 8 {
			if near(i) && (bit == 0 || len(p) <= wholeFlips) {
				b := []byte(p)
				b[i] ^= 1 << bit
				add(string(b))
			}
		}
	}
	for n := range len(p) {
		if len(p) <= wholeCuts || n == 0 || n == len(p)/2 || n == len(p)-1 {
			add(p[:n])
		}
	}
	for i := 0; i+4 <= len(p); i += 2 {
		if near(i) {
			add(p[:i] + p[i+2:i+4] + p[i:i+2] + p[i+4:])
		}
	}
	return list
}
