package explore

// components finds strongly connected components of parts of a graph.
type components struct {
	edges *edges
	cut   []uint64 // a bit for each edge: it is not part of the graph any more
	part  []uint32 // of each state, the part that it is in
	of    []uint32 // of each state, its component in the part found last
	index []uint32 // Tarjan's numbers, from 1; 0 is unvisited
	low   []uint32
	parts uint32   // splits so far
	found uint32   // components so far
	next  uint32   // of Tarjan's numbers
	stack []uint32 // visited, and in no component yet
	calls []visit  // under way
}

func newComponents(e *edges, states int) *components {
	return &components{
		edges: e, cut: make([]uint64, e.to.n/64+1),
		part: make([]uint32, states), of: make([]uint32, states),
		index: make([]uint32, states), low: make([]uint32, states),
	}
}

func (c *components) remove(edge int)       { c.cut[edge/64] |= 1 << (edge % 64) }
func (c *components) removed(edge int) bool { return c.cut[edge/64]>>(edge%64)&1 == 1 }

// visit is a state on Tarjan's stack and the next of its edges to follow.
type visit struct {
	state     uint32
	edge, end int
}

// split calls yield with each strongly connected component of the states, by
// the edges between them that were not removed (Tarjan 1972, without
// recursion). Components are numbered in of.
func (c *components) split(states []uint32, yield func(component []uint32)) {
	c.parts++
	for _, s := range states {
		c.part[s], c.index[s], c.of[s] = c.parts, 0, 0
	}
	c.next = 1
	for _, root := range states {
		if c.index[root] == 0 {
			c.enter(root)
			for len(c.calls) > 0 {
				c.follow(yield)
			}
		}
	}
}

// enter visits a state.
func (c *components) enter(s uint32) {
	c.index[s], c.low[s] = c.next, c.next
	c.next++
	c.stack = append(c.stack, s)
	first, end := c.edges.of(int(s))
	c.calls = append(c.calls, visit{s, first, end})
}

// follow follows the edges of the state visited last, up to one that leads to
// a state to be visited first, or leaves it.
func (c *components) follow(yield func([]uint32)) {
	v := &c.calls[len(c.calls)-1]
	s := v.state
	for v.edge < v.end {
		edge := v.edge
		v.edge++
		t := c.edges.to.at(edge)
		switch {
		case c.part[t] != c.parts || c.removed(edge):
		case c.index[t] == 0:
			c.enter(t)
			return
		case c.of[t] == 0:
			c.low[s] = min(c.low[s], c.index[t])
		}
	}
	c.calls = c.calls[:len(c.calls)-1]
	if len(c.calls) > 0 {
		up := c.calls[len(c.calls)-1].state
		c.low[up] = min(c.low[up], c.low[s])
	}
	if c.low[s] == c.index[s] {
		c.close(s, yield)
	}
}

// close takes the component of root off the stack.
func (c *components) close(root uint32, yield func([]uint32)) {
	c.found++
	from := len(c.stack) - 1
	for ; c.stack[from] != root; from-- {
		c.of[c.stack[from]] = c.found
	}
	c.of[root] = c.found
	yield(c.stack[from:])
	c.stack = c.stack[:from]
}
