package world

import "encoding/binary"

// State returns the whole state as a vector, valid until the next action.
// Worlds of one System are in equal states if and only if their vectors are
// equal; a vector means nothing to another System. Who writes such a vector
// into it takes the world to that state; what depends on the past and not on
// the state, as Steps, Seen and History, stays as it is.
func (w *World) State() []uint32 { return w.state }

// Varying returns the components of State that can still change from here on.
func (w *World) Varying() []int {
	var list []int
	n := len(w.locals)
	for c := range w.state {
		switch {
		case c >= n && c < n+n*n && (c-n)/n == (c-n)%n: // no channel leads to its own end
		case c >= n+n*n && c < 2*n+n*n && (w.repeated || int(w.state[c]) == len(w.workload[c-n-n*n])):
		case c == len(w.state)-rests+severed && w.rest[cuts] > 0:
			list = append(list, c)
		case c > len(w.state)-rests+judged && w.state[c] == 0:
		default:
			list = append(list, c)
		}
	}
	return list
}

// Judged is the component of State that the judges are, and that BrokenIn
// reads.
func (w *World) Judged() int { return len(w.state) - rests + judged }

// BrokenIn is the set of properties that are violated where the judges are in
// that state, a bit for each.
func (sys *System) BrokenIn(judges uint32) uint32 { return sys.judges.states[judges].broken }

// AppendKey appends the state to b.
func (w *World) AppendKey(b []byte) []byte {
	for _, id := range w.state {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return b
}
