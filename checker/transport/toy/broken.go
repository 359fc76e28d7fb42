package toy

import (
	"log"
	"runtime"
	"sync"
	"time"

	"fairloss/checker/transport"
)

// Broken is a transport that is broken on purpose.
type Broken struct {
	transport.Transport
	Breaks string   // the ID of the property that it is there to break
	Also   []string // the IDs of those that it breaks too
}

// outlives is a channel at package level, which cannot leave its bubble.
var outlives chan struct{}

// All returns the broken transports.
func All() []Broken {
	of := func(name, breaks string, f flaw, also ...string) Broken {
		return Broken{transport.Transport{Name: name, Guarantee: frugal, Open: open(f)}, breaks, also}
	}
	return []Broken{
		of("loses", "PL1", flaw{once: true}, "FIFO"),
		of("duplicates", "PL2", flaw{blind: true}),
		of("reorders", "FIFO", flaw{eager: true}, "PL1", "AMP"),
		of("creates", "PL3", flaw{trusting: true}, "PL1", "PL2", "FIFO"),
		of("storms", "AMP", flaw{storms: true}),
		of("leaks", "LEAK", flaw{retry: func(*link) { go func() { select {} }() }}),
		of("forgets", "LEAK", flaw{closing: func(*link) error { return nil }}),
		of("ticks", "LEAK", flaw{closing: func(l *link) error {
			go func() {
				for range time.Tick(time.Second) {
				}
			}()
			return l.receiver.Close()
		}}),
		of("waits", "DEADLOCK", flaw{patient: true}),
		of("hangs", "DEADLOCK", flaw{closing: func(l *link) error { l.running.Wait(); return nil }}),
		of("spins", "LIVELOCK", flaw{retry: func(*link) {
			for {
				runtime.Gosched()
			}
		}}),
		of("locks", "LIVELOCK", flaw{retry: func(*link) {
			var mu sync.Mutex
			mu.Lock()
			mu.Lock()
		}}),
		of("panics", "PANIC", flaw{careless: true}),
		of("breaks", "PANIC", flaw{retry: func(*link) { panic("toy: retransmission") }}),
		of("exits", "FATAL", flaw{retry: func(*link) { log.Fatal("toy: gives up") }}),
		of("unlocks", "FATAL", flaw{retry: func(*link) { new(sync.Mutex).Unlock() }}),
		of("outlives", "FATAL", flaw{retry: func(*link) {
			if outlives == nil {
				outlives = make(chan struct{}, 1)
			}
			select {
			case outlives <- struct{}{}:
			default:
			}
		}}),
	}
}
