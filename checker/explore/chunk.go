package explore

import (
	"math/bits"
	"slices"
	"sync"
)

const (
	// chunkStates is how many states are expanded between two moments at which
	// the workers wait for each other.
	chunkStates = 1 << 15
	// fewStates is how many states at least are shared among the workers.
	fewStates = 1 << 8
)

// chunk is consecutive states that are expanded by all workers together. What
// is found, and in which order, does not depend on how many they are.
type chunk struct {
	*search
	team   []*worker
	blocks []block
	before []int    // successors before each block, and all
	start  int      // states found before the chunk
	news   []uint64 // the successors that are new, a bit for each
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
		c.sys.Freeze()
		c.together(func(k int, w *worker) {
			// The same share of each chunk: its memory is in the cache of one processor.
			for n := k * len(c.blocks) / len(c.team); n < (k+1)*len(c.blocks)/len(c.team); n++ {
				b := c.blocks[n] // a copy: two workers do not write next to each other
				var err error
				known := w.world.Known(func() { err = c.fill(w, &b, len(c.team), true) })
				b.known = known && err == nil
				c.blocks[n] = b
			}
		})
		c.sys.Thaw()
	}
	for n := range c.blocks {
		if b := &c.blocks[n]; !b.known {
			if err := c.fill(c.team[0], b, len(c.team), len(c.team) == 1); err != nil {
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
	c.before = append(c.before, n)
	c.together(func(k int, w *worker) {
		w.fresh = slices.Grow(w.fresh[:0], n/64+1)[:n/64+1]
		clear(w.fresh)
		for i := range c.blocks {
			c.lookUpIn(i, k, w)
		}
	})
}

// lookUpIn looks up the successors in a block that are in the shards of worker
// k.
func (c *chunk) lookUpIn(i, k int, w *worker) {
	b := &c.blocks[i]
	for _, j := range b.parts[k] {
		w.touched ^= c.table.touch(b.prints[j])
	}
	for _, j := range b.parts[k] {
		n := c.before[i] + int(j)
		number, fresh := c.table.add(b.prints[j], uint32(c.start+n))
		if fresh {
			w.fresh[n/64] |= 1 << (n % 64)
		}
		if c.edges != nil {
			b.numbers[j] = number
		}
	}
}

// settle numbers the new states, in the order of the states that lead to them
// and of their actions: each worker those of a share of the chunk.
func (c *chunk) settle() {
	words := len(c.team[0].fresh)
	c.news = slices.Grow(c.news[:0], words)[:words]
	share := func(k int) int { return k * words / len(c.team) }
	c.together(func(k int, w *worker) {
		w.states = 0
		for i := share(k); i < share(k+1); i++ {
			c.news[i] = c.freshIn(i)
			w.states += bits.OnesCount64(c.news[i])
		}
	})
	next := c.start
	for _, w := range c.team {
		w.next, w.breaches, w.broken = next, w.breaches[:0], c.found
		next += w.states
	}
	c.grow(next - c.start)
	c.together(func(k int, w *worker) { c.record(w, share(k), share(k+1)) })
	for _, w := range c.team {
		for _, b := range w.breaches {
			c.note(b)
		}
	}
	for i := range c.blocks {
		for _, n := range c.blocks[i].enabled {
			c.cover.Transitions += int(n)
		}
	}
	if c.edges != nil {
		c.link()
	}
}

// record sets the new states among the successors of some words.
func (c *chunk) record(w *worker, from, end int) {
	i, _ := slices.BinarySearch(c.before, 64*from+1)
	i-- // the block of the first successor
	width := c.queue.width
	for word := from; word < end; word++ {
		for fresh := c.news[word]; fresh != 0; fresh &= fresh - 1 {
			n := 64*word + bits.TrailingZeros64(fresh)
			for n >= c.before[i+1] {
				i++
			}
			b, j := &c.blocks[i], n-c.before[i]
			o := b.origins[j]
			c.set(w.next, b.rows[j*width:j*width+width], uint32(b.first+o.state()), uint16(o.action()))
			if broken := c.breaks(w.next) &^ w.broken; broken != 0 {
				w.broken |= broken
				w.breaches = append(w.breaches, breach{w.next, broken})
			}
			w.next++
		}
	}
}

// freshIn returns which of 64 successors were not known before, a bit for each.
func (c *chunk) freshIn(word int) (fresh uint64) {
	for _, w := range c.team {
		fresh |= w.fresh[word]
	}
	return fresh
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
			if n := c.before[i] + j; c.news[n/64]>>(n%64)&1 == 1 {
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
