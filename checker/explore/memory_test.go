package explore

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// hoarding has ever longer states: it remembers each expiry of its timer at
// length.
type hoarding struct {
	impl.FairLossLink
	expired int
}

func (l *hoarding) Init(out *impl.Effects) { out.SetTimer(1, 1, 1) }

func (l *hoarding) Timeout(t impl.TimerID, out *impl.Effects) {
	l.expired++
	out.SetTimer(t, 1, 1)
}

func (l *hoarding) AppendKey(b []byte) []byte {
	return append(append(b, byte(l.expired>>8), byte(l.expired)), strings.Repeat("h", 64<<10)...)
}

// TestMemoryOfWhatIsLearnt wants a search stopped by what it has learnt of the
// link, where that is most of its memory.
func TestMemoryOfWhatIsLearnt(t *testing.T) {
	link := impl.Link{Name: "hoarding", New: impl.FactoryOf(hoarding{}), Guarantee: spec.FairLoss}
	const limit = 8 << 20
	r, err := Exhaust(context.Background(), link, []spec.Property{spec.FLL3}, Bounds{MaxBytes: limit, MaxStates: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Coverage; c.Complete || c.States >= 1<<16 || c.Bytes < limit {
		t.Errorf("covered %+v", c)
	}
}

// TestBytesOfASystem compares what a system counts with what the heap grows by.
func TestBytesOfASystem(t *testing.T) {
	for _, name := range []string{"fifo", "selectiverepeat", "logged", "checksummed"} {
		heap := func() int {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return int(m.HeapAlloc)
		}
		before := heap()
		c := campaign(t, named(t, name))
		run(t, c, 1, 1000)
		grown, counted := heap()-before, c.sys.Bytes()
		t.Logf("%s: counted %d bytes, the heap has grown by %d", name, counted, grown)
		if counted < grown/4 || counted > grown*4 {
			t.Errorf("%s: counted %d bytes, the heap has grown by %d", name, counted, grown)
		}
		runtime.KeepAlive(c)
	}
}
