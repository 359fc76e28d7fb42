package explore

// edges are the transitions of all states, in the order of the enabled
// actions: edge k of a state is its k-th enabled action. An edge holds its
// target only; what it does is found by making the action again.
type edges struct {
	offset column[uint64] // of each state that was expanded, its first edge
	to     column[uint32]
}

// begin makes room for the edges of state i, which lead back to i unless they
// are set otherwise.
func (e *edges) begin(i, n int) {
	e.offset.add(uint64(e.to.n))
	for range n {
		e.to.add(uint32(i))
	}
}

// of returns the bounds of the edges of state i.
func (e *edges) of(i int) (first, end int) {
	first, end = int(e.offset.at(i)), e.to.n
	if i+1 < e.offset.n {
		end = int(e.offset.at(i + 1))
	}
	return first, end
}
