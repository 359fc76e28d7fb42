package impl

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"fairloss/spec"
)

// A retransmission timer expires between RetransmitAtLeast and RetransmitAtMost
// after it was armed. They suit a local network; over longer distances a link
// has to estimate the round trip.
const (
	RetransmitAtLeast = 2 * time.Millisecond
	RetransmitAtMost  = 4 * time.Millisecond
)

// armRetransmission arms the timer of the channel to a peer, whose number is
// the peer's.
func armRetransmission(to spec.Process, out *Effects) {
	out.SetTimer(TimerID(to), RetransmitAtLeast, RetransmitAtMost)
}

func cancelRetransmission(to spec.Process, out *Effects) { out.CancelTimer(TimerID(to)) }

// FactoryOf returns a factory whose instances start as copies of start. Set
// the fields of start that configure the link, and none that hold state.
func FactoryOf[T any, L interface {
	*T
	Layer
}](start T,
) Factory {
	return func(spec.Process, []spec.Process) Layer {
		l := start
		return L(&l)
	}
}

// PerPeer is the state that a layer keeps for each peer. The zero value is the
// zero T for each.
type PerPeer[T any] []T

// Of returns the state for p. It may move when Of is called for another peer.
// It grows to the rank of p.
func (s *PerPeer[T]) Of(p spec.Process) *T {
	for int(p) >= len(*s) {
		var zero T
		*s = append(*s, zero)
	}
	return &(*s)[p]
}

// AppendKey appends the canonical encoding of the state, given that of one
// peer. A peer in the zero state counts as one that was never met.
func (s PerPeer[T]) AppendKey(b []byte, appendPeer func(b []byte, state *T) []byte) []byte {
	var zero T
	start := len(b)
	b = appendPeer(b, &zero)
	untouched := slices.Clone(b[start:])
	b = b[:start]
	for p := range s {
		start := len(b)
		b = binary.AppendUvarint(b, uint64(p)+1)
		header := len(b)
		if b = appendPeer(b, &s[p]); bytes.Equal(b[header:], untouched) {
			b = b[:start]
		}
	}
	return append(b, 0)
}

func appendMessage(b []byte, m spec.Message) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	return append(b, m...)
}

func appendMessages(b []byte, list []spec.Message) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, m := range list {
		b = appendMessage(b, m)
	}
	return b
}

func appendNumber(b []byte, n *uint64) []byte { return binary.AppendUvarint(b, *n) }

func appendNumbers(b []byte, list []uint64) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, n := range list {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// Numbered is a message with its number on a channel.
type Numbered struct {
	N       uint64
	Message spec.Message
}

func compareNumber(m Numbered, n uint64) int { return cmp.Compare(m.N, n) }

func appendNumbered(b []byte, list []Numbered) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, m := range list {
		b = binary.AppendUvarint(b, m.N)
		b = appendMessage(b, m.Message)
	}
	return b
}

// Outstanding is a sender's end of a channel: it numbers messages 1, 2, 3, …
// and keeps each until it is confirmed.
type Outstanding struct {
	Last    uint64     // the number given last
	Pending []Numbered // ascending
}

// Add gives m the next number and keeps it.
func (o *Outstanding) Add(m spec.Message) (n uint64) {
	o.Last++
	o.Pending = append(o.Pending, Numbered{o.Last, m})
	return o.Last
}

// Take removes message n and returns it, if it is pending.
func (o *Outstanding) Take(n uint64) (m spec.Message, ok bool) {
	i, ok := slices.BinarySearchFunc(o.Pending, n, compareNumber)
	if !ok {
		return "", false
	}
	m = o.Pending[i].Message
	o.Pending = slices.Delete(o.Pending, i, i+1)
	return m, true
}

// TakeUpTo removes the messages up to n and returns them, oldest first. The
// result is valid until the next Add.
func (o *Outstanding) TakeUpTo(n uint64) []Numbered {
	i, found := slices.BinarySearchFunc(o.Pending, n, compareNumber)
	if found {
		i++
	}
	taken := o.Pending[:i]
	o.Pending = o.Pending[i:]
	return taken
}

// AppendKey appends the canonical encoding of the state.
func (o *Outstanding) AppendKey(b []byte) []byte {
	return appendNumbered(binary.AppendUvarint(b, o.Last), o.Pending)
}

// Reorder is a receiver's end of a channel that delivers in the order of
// numbers: a message that comes too early waits in the buffer.
type Reorder struct {
	Processed uint64     // n_processed: every message up to it was delivered
	Buffer    []Numbered // received, not delivered; ascending, all above Processed
}

// Add puts message n into the buffer, unless it is there or was processed.
func (r *Reorder) Add(n uint64, m spec.Message) {
	i, buffered := slices.BinarySearchFunc(r.Buffer, n, compareNumber)
	if n > r.Processed && !buffered {
		r.Buffer = slices.Insert(r.Buffer, i, Numbered{n, m})
	}
}

// Consecutive is n_consecutive: every message up to it was received.
func (r *Reorder) Consecutive() uint64 {
	n := r.Processed
	for _, m := range r.Buffer {
		if m.N != n+1 {
			break
		}
		n++
	}
	return n
}

// Process removes the messages up to n_consecutive from the buffer and returns
// them, oldest first: they are processed. The result is valid until the next
// Add.
func (r *Reorder) Process() []Numbered {
	n := r.Consecutive()
	run := r.Buffer[:n-r.Processed]
	r.Buffer = r.Buffer[len(run):]
	r.Processed = n
	return run
}

// AppendKey appends the canonical encoding of the state.
func (r *Reorder) AppendKey(b []byte) []byte {
	return appendNumbered(binary.AppendUvarint(b, r.Processed), r.Buffer)
}

// IDSet is a set of numbers from 1 that costs memory only for its gaps.
type IDSet struct {
	Low   uint64   // all from 1 to Low are in the set
	Above []uint64 // and these; ascending, all above Low+1
}

// Has reports whether n is in the set; 0 always is.
func (s *IDSet) Has(n uint64) bool {
	_, above := slices.BinarySearch(s.Above, n)
	return n <= s.Low || above
}

// Add puts n into the set.
func (s *IDSet) Add(n uint64) {
	if s.Has(n) {
		return
	}
	i, _ := slices.BinarySearch(s.Above, n)
	s.Above = slices.Insert(s.Above, i, n)
	for len(s.Above) > 0 && s.Above[0] == s.Low+1 {
		s.Low++
		s.Above = s.Above[1:]
	}
}

// AppendKey appends the canonical encoding of the set.
func (s *IDSet) AppendKey(b []byte) []byte {
	return appendNumbers(binary.AppendUvarint(b, s.Low), s.Above)
}
