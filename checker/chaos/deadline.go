package chaos

import (
	"os"
	"sync"
	"time"
)

// deadline is a time from which on calls fail. Those who wait for its
// condition are woken when it comes; all of it is under the condition's lock.
type deadline struct {
	passed bool
	timer  *time.Timer
	sets   int // how often it was set, so that a timer of before does nothing
}

// set replaces the deadline; the zero time is none.
func (d *deadline) set(c *sync.Cond, t time.Time) {
	d.stop()
	d.sets++
	d.passed = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		c.Broadcast()
		return
	}
	sets := d.sets
	d.timer = time.AfterFunc(left, func() {
		c.L.Lock()
		defer c.L.Unlock()
		if d.sets == sets {
			d.passed = true
			c.Broadcast()
		}
	})
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (d *deadline) err() error {
	if d.passed {
		return os.ErrDeadlineExceeded
	}
	return nil
}
