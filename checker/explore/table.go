package explore

import "math/bits"

// Sizes of a table. Shards that grow one at a time keep the memory close to
// what is in use.
const (
	shardBits  = 8
	firstSlots = 8
)

// table is a set of 64-bit fingerprints, by open addressing. Fingerprint 0
// stands for an empty slot and is stored as 1. Its shards may be used at the
// same time.
type table struct {
	numbered bool // it keeps a number with each fingerprint
	shards   [1 << shardBits]shard
}

type shard struct {
	slots   []uint64
	numbers []uint32 // of each slot, where the table is numbered
	used    int
}

// start returns the slot at which the search for f begins.
func (s *shard) start(f uint64) uint64 {
	high, _ := bits.Mul64(f<<shardBits, uint64(len(s.slots)))
	return high
}

// part is which of n parts of the table, of whole shards, f belongs to.
func (t *table) part(f uint64, n int) int { return int(f>>(64-shardBits)) * n >> shardBits }

// touch reads the slot at which the search for f begins, so that several reads
// of memory are under way at once.
func (t *table) touch(f uint64) uint64 {
	s := &t.shards[f>>(64-shardBits)]
	if len(s.slots) == 0 {
		return 0
	}
	return s.slots[s.start(f)]
}

// renumber gives a fingerprint of a numbered table another number.
func (t *table) renumber(f uint64, number uint32) {
	s := &t.shards[max(f, 1)>>(64-shardBits)]
	i, _ := s.find(max(f, 1))
	s.numbers[i] = number
}

// add puts f into the set and reports whether it is new. In a numbered table
// it gets that number if it is new; the number it has is returned. Amortised
// O(1).
func (t *table) add(f uint64, number uint32) (uint32, bool) {
	if f == 0 {
		f = 1
	}
	s := &t.shards[f>>(64-shardBits)]
	i, found := s.find(f)
	if found {
		if t.numbered {
			number = s.numbers[i]
		}
		return number, false
	}
	if s.used*5 >= len(s.slots)*4 {
		s.grow(t.numbered)
		i, _ = s.find(f)
	}
	s.slots[i] = f
	s.used++
	if t.numbered {
		s.numbers[i] = number
	}
	return number, true
}

// find returns the slot of f, or the empty one where it belongs.
func (s *shard) find(f uint64) (slot uint64, found bool) {
	if len(s.slots) == 0 {
		return 0, false
	}
	for i := s.start(f); ; {
		switch s.slots[i] {
		case 0:
			return i, false
		case f:
			return i, true
		}
		if i++; i == uint64(len(s.slots)) {
			i = 0
		}
	}
}

func (s *shard) grow(numbered bool) {
	old := *s
	s.slots = make([]uint64, max(firstSlots, len(old.slots)*3/2))
	if numbered {
		s.numbers = make([]uint32, len(s.slots))
	}
	for k, f := range old.slots {
		if f == 0 {
			continue
		}
		i, _ := s.find(f)
		s.slots[i] = f
		if numbered {
			s.numbers[i] = old.numbers[k]
		}
	}
}

// bytes is the memory of the table.
func (t *table) bytes() int {
	n := 0
	for i := range t.shards {
		n += 8*len(t.shards[i].slots) + 4*len(t.shards[i].numbers)
	}
	return n
}
