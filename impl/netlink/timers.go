package netlink

import (
	"container/heap"
	"time"

	"fairloss/impl"
)

// alarm is an armed timer.
type alarm struct {
	id   impl.TimerID
	at   time.Duration // on the clock of the link
	slot int           // in the heap
}

// timers holds the armed timers of a layer. The zero value holds none.
type timers struct {
	heap alarmHeap
	byID map[impl.TimerID]*alarm
	free []*alarm
}

// set arms a timer, or arms it anew.
func (t *timers) set(id impl.TimerID, at time.Duration) {
	if a, armed := t.byID[id]; armed {
		a.at = at
		heap.Fix(&t.heap, a.slot)
		return
	}
	if t.byID == nil {
		t.byID = make(map[impl.TimerID]*alarm)
	}
	a := new(alarm)
	if n := len(t.free); n > 0 {
		a, t.free = t.free[n-1], t.free[:n-1]
	}
	a.id, a.at = id, at
	t.byID[id] = a
	heap.Push(&t.heap, a)
}

// cancel disarms a timer, if it is armed.
func (t *timers) cancel(id impl.TimerID) {
	if a, armed := t.byID[id]; armed {
		heap.Remove(&t.heap, a.slot)
		delete(t.byID, id)
		t.free = append(t.free, a)
	}
}

// next returns when the first timer expires; false means that none is armed.
func (t *timers) next() (time.Duration, bool) {
	if len(t.heap) == 0 {
		return 0, false
	}
	return t.heap[0].at, true
}

// expired disarms and returns the first timer, if it has expired by now.
func (t *timers) expired(now time.Duration) (impl.TimerID, bool) {
	if at, armed := t.next(); !armed || at > now {
		return 0, false
	}
	id := t.heap[0].id
	t.cancel(id)
	return id, true
}

// alarmHeap has the first to expire on top.
type alarmHeap []*alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at < h[j].at }

func (h alarmHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i, j
}

// Push appends an *alarm.
func (h *alarmHeap) Push(x any) {
	a := x.(*alarm)
	a.slot = len(*h)
	*h = append(*h, a)
}

// Pop removes the last *alarm.
func (h *alarmHeap) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	*h = (*h)[:last]
	return a
}
