package world

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"fairloss/spec"
)

// calls is where a System says which handler call is under way, for a watchdog
// in another goroutine.
type calls struct {
	link    string
	current atomic.Pointer[call]
}

type call struct {
	process spec.Process
	in      input
	since   time.Time
}

// watched holds the calls of every System that is alive.
var watched sync.Map

func watch(sys *System) *calls {
	c := &calls{link: sys.link.Name}
	watched.Store(c, nil)
	runtime.AddCleanup(sys, func(c *calls) { watched.Delete(c) }, c)
	return c
}

func (c *calls) enter(p spec.Process, in input) { c.current.Store(&call{p, in, time.Now()}) }

func (c *calls) leave() { c.current.Store(nil) }

// Stuck returns a *Failure that names a handler call of the link of that name
// which began after the given time and has been running for longer than the
// limit, nil where there is none. It is safe for concurrent use.
func Stuck(link string, after time.Time, limit time.Duration) error {
	var stuck error
	watched.Range(func(key, _ any) bool {
		c := key.(*calls)
		if now := c.current.Load(); c.link == link && now != nil && now.since.After(after) && time.Since(now.since) > limit {
			stuck = &Failure{Process: now.process, Event: now.in.String(), Text: fmt.Sprintf("has not returned for %v", limit)}
		}
		return stuck == nil
	})
	return stuck
}
