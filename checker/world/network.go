package world

import (
	"encoding/binary"
	"slices"

	"fairloss/spec"
)

// content is an interned state of a channel: the packets in it, by content
// where the order does not matter, oldest first on FIFO.
type content struct {
	packets []uint32
	plus    []uint32 // packet -> content with one more, plus one; 0 is unknown
	minus   []uint32 // packet -> content with one less, plus one; 0 is unknown
}

// network memoises what packets do to channels. Content 0 is the empty one.
type network struct {
	assumes  spec.Assumptions
	names    []string // packet -> its bytes
	ids      map[string]uint32
	contents []content
	known    map[string]uint32
}

func newNetwork(a spec.Assumptions) *network {
	return &network{assumes: a, ids: map[string]uint32{}, contents: make([]content, 1), known: map[string]uint32{"": 0}}
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

// add returns the content of channel c after packet p was handed to it.
func (n *network) add(c, p uint32) uint32 {
	if row := n.contents[c].plus; int(p) < len(row) && row[p] != 0 {
		return row[p] - 1
	}
	next := n.intern(n.with(n.contents[c].packets, p))
	n.contents[c].plus = remember(n.contents[c].plus, p, next)
	return next
}

// remove returns the content of channel c after one packet p has left it.
func (n *network) remove(c, p uint32) uint32 {
	if row := n.contents[c].minus; int(p) < len(row) && row[p] != 0 {
		return row[p] - 1
	}
	list := slices.Clone(n.contents[c].packets)
	i := slices.Index(list, p)
	next := n.intern(slices.Delete(list, i, i+1))
	n.contents[c].minus = remember(n.contents[c].minus, p, next)
	return next
}

func remember(row []uint32, p, next uint32) []uint32 {
	for int(p) >= len(row) {
		row = append(row, 0)
	}
	row[p] = next + 1
	return row
}

func (n *network) with(list []uint32, p uint32) []uint32 {
	switch n.assumes.Network {
	case spec.FIFONetwork:
		if len(list) == n.assumes.Cap() {
			return list
		}
		return append(slices.Clip(list), p)
	case spec.BagNetwork:
		if len(list) == n.assumes.Cap() {
			return list
		}
	default:
		if slices.Contains(list, p) {
			return list
		}
	}
	i := 0
	for i < len(list) && n.names[list[i]] <= n.names[p] {
		i++
	}
	return slices.Insert(slices.Clone(list), i, p)
}

func (n *network) intern(list []uint32) uint32 {
	key := make([]byte, 0, 4*len(list))
	for _, p := range list {
		key = binary.LittleEndian.AppendUint32(key, p)
	}
	id, ok := n.known[string(key)]
	if !ok {
		id = uint32(len(n.contents))
		n.contents = append(n.contents, content{packets: list})
		n.known[string(key)] = id
	}
	return id
}

// consumes reports whether delivering a packet takes it out of its channel.
func (n *network) consumes() bool {
	return n.assumes.Network == spec.BagNetwork || n.assumes.Network == spec.FIFONetwork
}
