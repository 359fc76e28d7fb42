package chaos

import (
	"container/heap"
	"sync"
	"time"
)

// agenda does what is due, one thing after the other, each at an instant of its
// own. One timer serves it: there is no goroutine to leave behind. Its lock is
// held while something is done.
type agenda struct {
	mu     sync.Mutex
	start  time.Time
	timer  *time.Timer
	due    dues
	taken  map[time.Duration]bool
	closed bool
}

type due struct {
	at time.Duration // since start
	do func(at time.Duration)
}

func newAgenda() *agenda { return &agenda{start: time.Now(), taken: map[time.Duration]bool{}} }

func (a *agenda) now() time.Duration { return time.Since(a.start) }

// add has something done at a time, or as soon after it as nothing else is, and
// returns when that will be. The caller holds the lock.
func (a *agenda) add(at time.Duration, do func(at time.Duration)) time.Duration {
	for a.taken[at] {
		at++
	}
	a.taken[at] = true
	heap.Push(&a.due, due{at, do})
	if !a.closed && a.due[0].at == at {
		a.arm()
	}
	return at
}

// arm sets the timer for what is due first.
func (a *agenda) arm() {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.timer = time.AfterFunc(a.due[0].at-a.now(), a.run)
}

// run does what is due.
func (a *agenda) run() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.closed && len(a.due) > 0 && a.due[0].at <= a.now() {
		d := heap.Pop(&a.due).(due)
		delete(a.taken, d.at)
		d.do(d.at)
	}
	if !a.closed && len(a.due) > 0 {
		a.arm()
	}
}

// close ends it: nothing is done any more. The caller holds the lock.
func (a *agenda) close() {
	a.closed = true
	if a.timer != nil {
		a.timer.Stop()
	}
}

// dues is a heap by time.
type dues []due

func (d dues) Len() int           { return len(d) }
func (d dues) Less(i, j int) bool { return d[i].at < d[j].at }
func (d dues) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *dues) Push(x any)        { *d = append(*d, x.(due)) }

func (d *dues) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	(*d)[last] = due{}
	*d = (*d)[:last]
	return x
}
