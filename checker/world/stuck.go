package world

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"fairloss/spec"
)

// calls is where a System says which handler call is under way, for a watchdog
// in another goroutine.
type calls struct {
	trace   func() Schedule // what led to the calls; nil: nobody says
	current atomic.Pointer[call]
}

type call struct {
	process spec.Process
	in      input
	since   time.Time
}

// watched holds a weak pointer to every System that is alive. Whatever it held
// otherwise would stay alive with it, since a trace leads back to its System.
var watched sync.Map

func watch(sys *System) {
	sys.calls = &calls{}
	w := weak.Make(sys)
	watched.Store(w, nil)
	runtime.AddCleanup(sys, func(w weak.Pointer[System]) { watched.Delete(w) }, w)
}

func (c *calls) enter(p spec.Process, in input) { c.current.Store(&call{p, in, time.Now()}) }

func (c *calls) leave() { c.current.Store(nil) }

// Trace says how a watchdog learns what led to a handler call: trace is called
// while the call is under way, from another goroutine. It must be set before the
// calls.
func (sys *System) Trace(trace func() Schedule) { sys.calls.trace = trace }

// Hang is a handler call that takes too long.
type Hang struct {
	Failure  *Failure
	Schedule Schedule // that led to it; empty where nobody said
}

// Stuck returns a handler call of the link of that name which began after the
// given time and has been running for longer than the limit, or nil. It is safe
// for concurrent use.
func Stuck(link string, after time.Time, limit time.Duration) *Hang {
	var stuck *Hang
	watched.Range(func(key, _ any) bool {
		sys := key.(weak.Pointer[System]).Value()
		if sys == nil || sys.link.Name != link {
			return true
		}
		c := sys.calls
		if now := c.current.Load(); now != nil && now.since.After(after) && time.Since(now.since) > limit {
			stuck = &Hang{Failure: &Failure{
				Process: now.process, Event: now.in.String(), Text: fmt.Sprintf("has not returned for %v", limit), Details: running(),
			}}
			if c.trace != nil {
				stuck.Schedule = c.trace()
			}
		}
		return stuck == nil
	})
	return stuck
}
