package explore

// mask is a set of parcels or duties of one component.
type mask [4]uint64

// maxBits is how many parcels, and duties, a mask can tell apart.
const maxBits = 64 * len(mask{})

func (m mask) or(o mask) mask {
	for i := range m {
		m[i] |= o[i]
	}
	return m
}

func (m mask) and(o mask) mask {
	for i := range m {
		m[i] &= o[i]
	}
	return m
}

func (m mask) without(o mask) mask {
	for i := range m {
		m[i] &^= o[i]
	}
	return m
}

// tour is a node of the search for a fair cycle: a state, and what has
// happened on the way from the start.
type tour struct {
	state          uint32
	raised         bool
	sent, received mask
	waiting        mask // duties of the start that were neither done nor interrupted
}

// fair reports whether a cycle that has seen this is fair.
func (t tour) fair() bool { return t.raised && t.sent == t.received && t.waiting == mask{} }

// after is the tour that goes on with an arc.
func (t tour) after(a arc, due mask) tour {
	return tour{a.to, t.raised || a.raises, t.sent.or(a.sent), t.received.or(a.received), t.waiting.without(a.done).and(due)}
}

// nearer reports whether an arc from a tour makes something happen that is
// missing.
func (t tour) nearer(a arc, due mask) bool {
	missing := t.sent.without(t.received).and(a.received)
	missing = missing.or(t.received.without(t.sent).and(a.sent))
	missing = missing.or(t.waiting.and(a.done)).or(t.waiting.without(due))
	return missing != mask{} || !t.raised && a.raises
}

// arc is an edge within a component.
type arc struct {
	edge                 int
	from, to             uint32
	raises               bool
	sent, received, done mask
}

// numbering gives parcels or duties their bits.
type numbering[T comparable] map[T]int

// bit returns the set of x alone; wide is set where there is no room for it.
func (n numbering[T]) bit(x T, wide *bool) (m mask) {
	i, known := n[x]
	if !known {
		i = len(n)
		n[x] = i
	}
	if i >= maxBits {
		*wide = true
		return m
	}
	m[i/64] = 1 << (i % 64)
	return m
}
