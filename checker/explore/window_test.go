package explore

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// window eliminates duplicates with a memory for so many numbers: those that
// it delivered last.
type window struct {
	size      uint64
	last      uint64
	delivered []uint64 // oldest first
}

func (l *window) Init(*impl.Effects) {}

func (l *window) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.last++
	out.Transmit(to, impl.Pack(impl.Data, m, l.last))
}

func (l *window) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	kind, m := impl.Unpack(p, &n)
	if kind != impl.Data || slices.Contains(l.delivered, n) {
		return
	}
	l.delivered = append(l.delivered, n)
	if uint64(len(l.delivered)) > l.size {
		l.delivered = l.delivered[1:]
	}
	out.Deliver(from, m)
}

func (l *window) Timeout(impl.TimerID, *impl.Effects) {}

func (l *window) AppendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, l.last)
	for _, n := range l.delivered {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// A receiver that remembers W numbers delivers twice with W+1 messages, in
// 2W+3 actions and not in fewer: all are sent, all arrive, the first again.
// With W messages it does not, nor does one that remembers all.
func TestBoundedMemoryDuplicates(t *testing.T) {
	unbounded := impl.Link{Name: "unbounded", New: impl.FactoryOf(impl.EliminateDuplicates{}), Guarantee: spec.AtMostOnce}
	for size := 1; size <= 3; size++ {
		link := impl.Link{
			Name: fmt.Sprintf("window(%d)", size), New: impl.FactoryOf(window{size: uint64(size)}), Guarantee: spec.AtMostOnce,
		}
		for _, payloads := range []string{"abcd", "aaaa"} {
			broken := finding(t, exhausted(t, link, payloads[:size+1], spec.PL2), "PL2")
			if broken.Verdict != spec.Violated {
				t.Fatalf("%s, %q: PL2 is %s: %s", link.Name, payloads[:size+1], broken.Verdict, broken.Reason)
			}
			if c := broken.Counterexample; c.Schedule.Len() != 2*size+3 || !c.Shortest {
				t.Errorf("%s, %q: %d actions, want %d; shortest %t: %s", link.Name, payloads[:size+1],
					c.Schedule.Len(), 2*size+3, c.Shortest, c.Schedule.Inline())
			}
			for _, holds := range []Exhaustive{
				exhausted(t, link, payloads[:size], spec.PL2), exhausted(t, unbounded, payloads[:size+1], spec.PL2),
			} {
				if f := finding(t, holds, "PL2"); f.Verdict != spec.Holds || !holds.Coverage.Complete {
					t.Errorf("%s, %v: PL2 is %s: %s", holds.Link.Name, holds.Bounds.Workload, f.Verdict, f.Reason)
				}
			}
		}
	}
}
