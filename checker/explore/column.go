package explore

// chunkSize is the number of elements in a chunk of a column.
const chunkSize = 1 << 13

// column is a list that grows without copying, so that its memory is never
// needed twice.
type column[T any] struct {
	chunks [][]T
	n      int
}

// grow makes room for n more elements, which are to be set.
func (c *column[T]) grow(n int) {
	c.n += n
	for len(c.chunks)*chunkSize < c.n {
		c.chunks = append(c.chunks, make([]T, chunkSize))
	}
}

func (c *column[T]) add(v T) {
	c.grow(1)
	c.set(c.n-1, v)
}

func (c *column[T]) at(i int) T { return c.chunks[i/chunkSize][i%chunkSize] }

func (c *column[T]) set(i int, v T) { c.chunks[i/chunkSize][i%chunkSize] = v }

// rows is a queue of states of equal width. What was taken out is used again,
// so that it needs memory for the frontier only, unless keep is set.
type rows struct {
	width  int
	keep   bool
	chunks [][]uint32
	spare  [][]uint32
	live   int // chunks that are not spare
	n      int
}

const rowsInChunk = 1 << 11

// grow makes room for n more rows, which are to be set.
func (r *rows) grow(n int) {
	r.n += n
	for len(r.chunks)*rowsInChunk < r.n {
		var chunk []uint32
		if last := len(r.spare) - 1; last >= 0 {
			chunk, r.spare = r.spare[last], r.spare[:last]
		} else {
			chunk = make([]uint32, rowsInChunk*r.width)
		}
		r.chunks = append(r.chunks, chunk)
		r.live++
	}
}

// at returns row i, which must not have been taken.
func (r *rows) at(i int) []uint32 {
	start := i % rowsInChunk * r.width
	return r.chunks[i/rowsInChunk][start : start+r.width]
}

// taken says that rows from up to end are not needed any more, nor those
// before them.
func (r *rows) taken(from, end int) {
	if r.keep {
		return
	}
	for c := from / rowsInChunk; c < end/rowsInChunk; c++ {
		r.spare = append(r.spare, r.chunks[c])
		r.chunks[c] = nil
		r.live--
	}
}

func (r *rows) bytes() int { return (r.live + len(r.spare)) * rowsInChunk * r.width * 4 }
