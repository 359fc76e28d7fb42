package chaos

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// waiter is what every socket and end of a stream has: calls that wait, their
// deadlines, and an end of all. It is under the lock of the network.
type waiter struct {
	changed     *sync.Cond
	read, write deadline
	closed      bool
	fault       func(op string, err error) error // an error as the standard library has it
}

// shut closes it for those who hold the lock.
func (w *waiter) shut() {
	w.closed = true
	w.read.stop()
	w.write.stop()
	w.changed.Broadcast()
}

func (w *waiter) SetDeadline(t time.Time) error {
	return errors.Join(w.SetReadDeadline(t), w.SetWriteDeadline(t))
}

func (w *waiter) SetReadDeadline(t time.Time) error  { return w.set(&w.read, t) }
func (w *waiter) SetWriteDeadline(t time.Time) error { return w.set(&w.write, t) }

func (w *waiter) set(d *deadline, t time.Time) error {
	w.changed.L.Lock()
	defer w.changed.L.Unlock()
	if w.closed {
		return w.fault("set", net.ErrClosed)
	}
	d.set(w.changed, t)
	return nil
}

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
