package world

import (
	"runtime"
	"testing"
	"time"

	"fairloss/impl"
)

// A System that nobody uses any more is collected, although a watchdog could
// ask it what it is doing, and its trace leads back to it.
func TestWatchedSystemsAreCollected(t *testing.T) {
	alive := func() (n int) {
		watched.Range(func(any, any) bool { n++; return true })
		return n
	}
	runtime.GC()
	before := alive()
	const systems = 50
	for range systems {
		sys, err := New(impl.Link{Name: "forgotten", New: impl.FactoryOf(impl.FairLossLink{})}, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := sys.World(nil)
		sys.Trace(func() Schedule { return Schedule{Processes: len(w.sys.procs)} })
	}
	for range 1000 {
		if runtime.GC(); alive() <= before+1 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d of %d systems are kept", alive()-before, systems)
}
