package cli

import (
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
)

// handlerLimit is how long a handler may take, that does no I/O and waits for
// nothing. A link that is a program may take longer.
const handlerLimit = 10 * time.Second

// guarded returns what check returns, or names the handler of the link that
// does not return within the limit. The goroutine of that is then lost.
func guarded(link impl.Link, limit time.Duration, check func() error) error {
	start := time.Now()
	done := make(chan error, 1)
	go func() { done <- check() }()
	tick := time.NewTicker(limit / 20)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			if hang := world.Stuck(link.Name, start, limit); hang != nil {
				return explore.Hung(hang)
			}
		}
	}
}
