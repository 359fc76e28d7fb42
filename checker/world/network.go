package world

import (
	"encoding/binary"
	"slices"

	"fairloss/spec"
)

// content is an interned state of a channel.
type content struct {
	packets     []uint32          // what is there, by content where the order does not matter, else oldest first
	owed        []uint32          // where the network confirms: what was sent and must still be delivered, in the same order
	movable     []uint32          // what can be delivered, copied or dropped; equal ones stand together
	unconfirmed []uint32          // what was sent and delivered, and is to be confirmed, by content
	next        [changes][]uint32 // packet -> content after the change, plus one; 0 is unknown
}

// change is what happens to a packet on a channel.
type change uint8

const (
	sent      change = iota
	left             // it is dropped, or delivered
	reported         // it is delivered, and its sender wants to be told
	confirmed        // its sender is told
	copied
	changes
)

// network memoises what happens to channels. Content 0 is the empty one.
type network struct {
	memo     *memo
	assumes  spec.Assumptions
	confirms bool
	moves    bool     // delivering a packet changes its channel
	names    []string // packet -> its bytes
	ids      map[string]uint32
	contents []content
	known    map[string]uint32
	variants [][]uint32 // packet -> the ways in which it may arrive changed; nil is unknown
}

func newNetwork(a spec.Assumptions) *network {
	n := &network{assumes: a, confirms: a.Network.Confirms(), ids: map[string]uint32{}, known: map[string]uint32{}}
	n.moves = n.confirms || n.consumes()
	n.intern(content{})
	return n
}

func (n *network) packet(s string) uint32 {
	id, ok := n.ids[s]
	if !ok {
		id = uint32(len(n.names))
		n.names = append(n.names, s)
		n.ids[s] = id
	}
	return id
}

// after returns what content c becomes where that happens to packet p.
func (n *network) after(c uint32, what change, p uint32) uint32 {
	if row := n.contents[c].next[what]; int(p) < len(row) && row[p] != 0 {
		return row[p] - 1
	}
	n.memo.learn()
	next := n.intern(n.changed(&n.contents[c], what, p))
	n.contents[c].next[what] = remember(n.contents[c].next[what], p, next)
	return next
}

func remember(row []uint32, p, next uint32) []uint32 {
	for int(p) >= len(row) {
		row = append(row, 0)
	}
	row[p] = next + 1
	return row
}

func (n *network) changed(c *content, what change, p uint32) content {
	next := content{packets: c.packets, owed: c.owed, unconfirmed: c.unconfirmed}
	switch what {
	case sent:
		if n.assumes.Network != spec.FIFOAtLeastOnceNetwork {
			next.packets = n.with(c.packets, p)
		}
		if n.confirms {
			next.owed = n.placed(c.owed, p)
		}
	case left, reported:
		switch n.assumes.Network {
		case spec.AtLeastOnceNetwork:
		case spec.FIFOAtLeastOnceNetwork:
			next.packets = n.with(c.packets, p) // from now on it may come again
		default:
			next.packets = without(c.packets, p)
		}
		// What comes again is not owed, and a copy is not where its like came before.
		if i := slices.Index(c.owed, p); i == 0 || i > 0 && n.assumes.Network != spec.FIFOAtLeastOnceNetwork {
			next.owed = without(c.owed, p)
			if what == reported {
				next.unconfirmed = n.sorted(c.unconfirmed, p)
			}
		}
	case confirmed:
		next.unconfirmed = without(c.unconfirmed, p)
	case copied:
		if n.assumes.Network.Queues() {
			next.packets = slices.Insert(slices.Clone(c.packets), 1, p)
		} else {
			next.packets = n.with(c.packets, p)
		}
	}
	return next
}

// with returns the packets of a channel after p was handed to it.
func (n *network) with(packets []uint32, p uint32) []uint32 {
	switch n.assumes.Network {
	case spec.FIFONetwork, spec.BagNetwork:
		if len(packets) == n.assumes.Cap() {
			return packets
		}
	case spec.PerfectNetwork, spec.FIFOPerfectNetwork:
	default:
		if slices.Contains(packets, p) {
			return packets
		}
	}
	if n.assumes.Network.Queues() {
		return append(slices.Clip(packets), p)
	}
	return n.sorted(packets, p)
}

// placed returns what is owed with p in its place.
func (n *network) placed(owed []uint32, p uint32) []uint32 {
	if n.assumes.Network.Orders() {
		return append(slices.Clip(owed), p)
	}
	return n.sorted(owed, p)
}

// sorted returns the list with p in its place by content.
func (n *network) sorted(list []uint32, p uint32) []uint32 {
	i := 0
	for i < len(list) && n.names[list[i]] <= n.names[p] {
		i++
	}
	return slices.Insert(slices.Clone(list), i, p)
}

// without returns the list without its first p.
func without(list []uint32, p uint32) []uint32 {
	i := slices.Index(list, p)
	return slices.Delete(slices.Clone(list), i, i+1)
}

func (n *network) intern(c content) uint32 {
	var key []byte
	for _, list := range [][]uint32{c.packets, c.owed, c.unconfirmed} {
		for _, p := range list {
			key = binary.LittleEndian.AppendUint32(key, p+1)
		}
		key = binary.LittleEndian.AppendUint32(key, 0)
	}
	id, ok := n.known[string(key)]
	if !ok {
		id = uint32(len(n.contents))
		c.movable = n.moving(c)
		n.contents = append(n.contents, c)
		n.known[string(key)] = id
	}
	return id
}

// consumes reports whether delivering a packet takes it out of its channel.
func (n *network) consumes() bool {
	switch n.assumes.Network {
	case spec.BagNetwork, spec.FIFONetwork, spec.PerfectNetwork, spec.FIFOPerfectNetwork:
		return true
	}
	return false
}

// moving returns what can be delivered, copied or dropped of a new content.
func (n *network) moving(c content) []uint32 {
	switch n.assumes.Network {
	case spec.FIFONetwork, spec.FIFOPerfectNetwork:
		return c.packets[:min(1, len(c.packets))]
	case spec.FIFOAtLeastOnceNetwork:
		if len(c.owed) > 0 {
			return n.with(c.packets, c.owed[0])
		}
	}
	return c.packets
}

// owes reports whether a packet must be delivered in the end if it can be for
// ever: whether the network loses at most what it drops, on a budget.
func (n *network) owes() bool {
	return n.confirms || n.assumes.Network == spec.BagNetwork || n.assumes.Network == spec.StubbornNetwork
}

// due returns the packets of a content that must be delivered in the end if
// they can be for ever. Equal ones stand together.
func (n *network) due(content uint32) []uint32 {
	switch {
	case !n.owes():
		return nil
	case n.assumes.Network == spec.AtLeastOnceNetwork:
		return n.contents[content].owed
	case n.assumes.Network == spec.FIFOAtLeastOnceNetwork:
		owed := n.contents[content].owed
		return owed[:min(1, len(owed))]
	}
	return n.contents[content].movable
}

// flight returns the packets of a content that are on their way, and that a
// fair network delivers or loses now. On Set and LossySet they are those that
// were transmitted last: no content tells them.
func (n *network) flight(content uint32) []uint32 {
	switch n.assumes.Network {
	case spec.SetNetwork, spec.LossySetNetwork:
		return nil
	case spec.AtLeastOnceNetwork, spec.FIFOAtLeastOnceNetwork:
		return n.contents[content].owed
	}
	return n.contents[content].packets
}
