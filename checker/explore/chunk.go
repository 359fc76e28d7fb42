package explore

import (
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// chunkStates is how many states are expanded between two moments at which
	// the workers wait for each other.
	chunkStates = 1 << 13
	// fewStates is how many states at least are shared among the workers.
	fewStates = 1 << 8
)

// chunk is consecutive states that are expanded by all workers together. What
// is found, and in which order, does not depend on how many they are.
type chunk struct {
	*search
	team   []*worker
	blocks []block
	before []int    // successors before each block
	start  int      // states found before the chunk
	final  []uint32 // of each successor, its number, in a search that keeps edges
}

// advance expands the states from up to end.
func (c *chunk) advance(from, end int) error {
	c.begin(from, end)
	if err := c.expand(); err != nil {
		return err
	}
	c.lookUp()
	c.settle()
	return nil
}

// begin makes the chunk one of the states from up to end.
func (c *chunk) begin(from, end int) {
	if c.team = c.workers[:1]; end-from >= c.share {
		c.team = c.all()
	}
	c.start, c.blocks = c.queue.n, c.blocks[:0]
	for ; from < end; from += blockStates {
		c.blocks = slices.Grow(c.blocks, 1)[:len(c.blocks)+1] // what it holds is used again
		b := &c.blocks[len(c.blocks)-1]
		b.first, b.end, b.known = from, min(from+blockStates, end), false
	}
}

// all returns as many workers as there may be. Their worlds differ in the
// components that vary only.
func (c *chunk) all() []*worker {
	for len(c.workers) < c.bounds.Workers {
		w := c.fresh()
		copy(w.State(), c.world.State())
		c.workers = append(c.workers, c.newWorker(w))
	}
	return c.workers
}

// together lets the workers do something at the same time.
func (c *chunk) together(do func(k int, w *worker)) {
	var others sync.WaitGroup
	for k, w := range c.team[1:] {
		others.Go(func() { do(k+1, w) })
	}
	do(0, c.team[0])
	others.Wait()
}

// expand makes every action of the states. Several workers learn nothing: a
// block in which anything is unknown is left to the first of them alone, who
// takes these blocks in their order. So the system learns the same in the same
// order, however many they are.
func (c *chunk) expand() error {
	if len(c.team) > 1 {
		var taken atomic.Int32
		c.sys.Freeze()
		c.together(func(_ int, w *worker) {
			for n := int(taken.Add(1)); n <= len(c.blocks); n = int(taken.Add(1)) {
				b := &c.blocks[n-1]
				var err error
				known := w.world.Known(func() { err = c.fill(w, b, true) })
				b.known = known && err == nil
			}
		})
		c.sys.Thaw()
	}
	for n := range c.blocks {
		if b := &c.blocks[n]; !b.known {
			if err := c.fill(c.team[0], b, len(c.team) == 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookUp looks up the successors and puts them into the table, each worker
// those of its shards. In a search that keeps edges a new state has a
// provisional number until settle.
func (c *chunk) lookUp() {
	c.before = c.before[:0]
	n := 0
	for i := range c.blocks {
		c.before = append(c.before, n)
		n += len(c.blocks[i].prints)
	}
	c.together(func(k int, w *worker) {
		for i := range c.blocks {
			b := &c.blocks[i]
			c.lookUpMine(w, b, k)
			for _, j := range w.mine {
				number, fresh := c.table.add(b.prints[j], uint32(c.start+c.before[i]+int(j)))
				b.fresh[j] = fresh
				if c.edges != nil {
					b.numbers[j] = number
				}
			}
		}
	})
}

// lookUpMine finds out which successors in a block are in the shards of worker
// k, and touches their places in the table.
func (c *chunk) lookUpMine(w *worker, b *block, k int) {
	w.mine = slices.Grow(w.mine[:0], len(b.prints))[:len(b.prints)]
	n := 0
	for j, f := range b.prints {
		if c.table.part(f, len(c.team)) == k {
			w.mine[n] = uint16(j)
			n++
			w.touched ^= c.table.touch(f)
		}
	}
	w.mine = w.mine[:n]
}

// settle numbers the new states, in the order of the states that lead to them
// and of their actions.
func (c *chunk) settle() {
	width := c.queue.width
	for i := range c.blocks {
		b := &c.blocks[i]
		for j, o := range b.origins {
			if b.fresh[j] {
				c.discover(b.rows[j*width:j*width+width], uint32(b.first+o.state()), uint16(o.action()))
			}
		}
		for _, n := range b.enabled {
			c.cover.Transitions += int(n)
		}
	}
	if c.edges != nil {
		c.link()
	}
}

// link adds the edges of the chunk, and makes provisional numbers final.
func (c *chunk) link() {
	next := uint32(c.start)
	c.final = c.final[:0]
	for i := range c.blocks {
		b := &c.blocks[i]
		for k, n := range b.enabled {
			c.edges.begin(b.first+k, int(n))
		}
		for j, o := range b.origins {
			to := b.numbers[j]
			if b.fresh[j] {
				to = next
				c.table.renumber(b.prints[j], to)
				next++
			} else if to >= uint32(c.start) {
				to = c.final[to-uint32(c.start)]
			}
			c.final = append(c.final, to)
			first, _ := c.edges.of(b.first + o.state())
			c.edges.to.set(first+o.action(), to)
		}
	}
}
