package kcp

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	"github.com/xtaci/kcp-go/v5"
)

// started is when kcp-go takes its clock to have started.
//
//go:linkname started github.com/xtaci/kcp-go/v5.refTime
var started time.Time

// clock is the scheduler of kcp-go, running on timers of this bubble.
type clock struct {
	running sync.WaitGroup
	stopped chan struct{}
}

// task is laid out as what kcp-go's scheduler passes on: what to do, and when.
type task struct {
	execute func()
	at      time.Time
}

// lag is how late a timer fires, as every real one does: not at an instant at
// which a packet arrives, since these are some nanoseconds from each other.
const lag = 499 * time.Nanosecond

// startClock starts kcp-go's clock, and gives it a scheduler that has nobody to
// execute its tasks, of which it makes timers instead.
func startClock() *clock {
	started = time.Now()
	kcp.SystemTimedSched = kcp.NewTimedSched(0)
	scheduler := reflect.ValueOf(kcp.SystemTimedSched).Elem()
	tasks := *(*chan task)(unsafe.Pointer(scheduler.FieldByName("chTask").UnsafeAddr()))
	c := &clock{stopped: make(chan struct{})}
	c.running.Go(func() {
		for {
			select {
			case t := <-tasks:
				time.AfterFunc(time.Until(t.at)+lag, t.execute)
			case <-c.stopped:
				return
			}
		}
	})
	return c
}

func (c *clock) stop() {
	kcp.SystemTimedSched.Close()
	close(c.stopped)
	c.running.Wait()
}
