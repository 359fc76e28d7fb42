package impl

import (
	"encoding/binary"

	"fairloss/spec"
)

// maxRank bounds the ranks in a stable value: a PerPeer has room for all lower
// ones.
const maxRank = 1 << 16

// decoder reads what AppendKey wrote. After the first value that is missing or
// out of place it has failed and returns zeros. It accepts more than AppendKey
// writes: whoever must know compares with the encoding of what was read.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) fail() { d.rest, d.failed = nil, true }

// demand fails unless that is so.
func (d *decoder) demand(so bool) {
	if !so {
		d.fail()
	}
}

// count reads the length of a list, each element of which takes a byte or
// more.
func (d *decoder) count() int {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) message() spec.Message {
	n := d.count()
	m := spec.Message(d.rest[:n])
	d.rest = d.rest[n:]
	return m
}

func (d *decoder) messages() (list []spec.Message) {
	for range d.count() {
		list = append(list, d.message())
	}
	return list
}

func (d *decoder) outstanding() (o Outstanding) {
	o.Last = d.number()
	last := uint64(0)
	for range d.count() {
		n := d.number()
		d.demand(last < n && n <= o.Last)
		o.Pending = append(o.Pending, Numbered{n, d.message()})
		last = n
	}
	return o
}

func (d *decoder) idSet() (s IDSet) {
	s.Low = d.number()
	last := s.Low + 1
	for range d.count() {
		n := d.number()
		d.demand(last < n)
		s.Above = append(s.Above, n)
		last = n
	}
	return s
}

// decodePeers reads a PerPeer, with a function that reads the state of one
// peer.
func decodePeers[T any](d *decoder, peer func(state *T)) (all PerPeer[T]) {
	for next := d.number(); next > 0; next = d.number() {
		if next > maxRank {
			d.fail()
			return nil
		}
		peer(all.Of(spec.Process(next - 1)))
	}
	return all
}
