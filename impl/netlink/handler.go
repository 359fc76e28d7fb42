package netlink

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

const (
	maxTurn    = 64   // packets, requests and timers that one turn handles, of each
	maxWaiting = 1024 // packets that wait for the layer, and messages that wait for Recv
)

// handler is what only the goroutine that runs the layer touches, except for
// the channel.
type handler struct {
	packets chan packet

	layer       impl.Layer
	ready       impl.Readier // nil where the layer always is
	peers       []spec.Process
	out         *impl.Effects
	start       time.Time
	random      *rand.Rand
	timers      timers
	alarm       *time.Timer
	undelivered []impl.Delivery // what did not fit into the channel
	event       event
	journal
}

// event is what the layer is handling, for the report of a panic.
type event struct {
	name  string
	peer  spec.Process
	bytes string
	timer impl.TimerID
}

// String returns the event as in `send 1 "m"`, long messages cut.
func (e event) String() string {
	const most = 64
	switch e.name {
	case "init", "recover":
		return e.name
	case "timeout":
		return fmt.Sprintf("timeout %d", e.timer)
	case "ready":
		return fmt.Sprintf("ready %d", e.peer)
	}
	if len(e.bytes) > most {
		return fmt.Sprintf("%s %d %q… (%d bytes)", e.name, e.peer, e.bytes[:most], len(e.bytes))
	}
	return fmt.Sprintf("%s %d %q", e.name, e.peer, e.bytes)
}

// begin makes the layer and handles its first event.
func (l *Link) begin(factory impl.Factory, store Store) (err error) {
	start := time.Now()
	l.handler = handler{
		packets: make(chan packet, maxWaiting),
		peers:   l.socket.peers(),
		out:     impl.NewEffects(func() time.Duration { return time.Since(start) }),
		start:   start,
		random:  rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
		alarm:   time.NewTimer(math.MaxInt64),
		journal: journal{store: store},
	}
	if store != nil {
		if l.stable, err = store.Load(); err != nil {
			return fmt.Errorf("netlink: process %d: %w", l.self, err)
		}
	}
	defer func() {
		if v := recover(); v != nil {
			err = l.panicked(v)
		}
	}()
	l.layer = factory(l.self, l.socket.peers())
	l.ready, _ = impl.As[impl.Readier](l.layer)
	if r, ok := impl.As[impl.Recoverer](l.layer); ok && l.stable != nil {
		l.event = event{name: "recover"}
		r.Recover(slices.Clone(l.stable), l.out)
	} else {
		l.event = event{name: "init"}
		l.layer.Init(l.out)
	}
	l.apply()
	l.save()
	return l.storeFailed()
}

func (l *Link) panicked(v any) error {
	return fmt.Errorf("%w: process %d at %v %s", ErrClosed, l.self, l.event, impl.Blame(v))
}

// run handles events until the link is closed.
func (l *Link) run() {
	defer l.end()
	for {
		select {
		case <-l.done:
			return
		default:
		}
		if !l.turn() {
			l.wait()
		}
	}
}

// end fails whoever waits for the layer.
func (l *Link) end() {
	if v := recover(); v != nil {
		l.shut(l.panicked(v))
	}
	l.alarm.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.handling != nil {
		l.handling.result <- l.err
	}
	for _, r := range l.returning {
		r.result <- l.err
	}
	l.rejectWaiting(l.err)
}

// rejectWaiting fails the requests that the layer has not seen. The caller
// holds the lock.
func (l *Link) rejectWaiting(err error) {
	for _, waiting := range l.requests {
		for _, r := range waiting {
			r.result <- err
		}
	}
	clear(l.requests)
}

// turn handles what there is to handle, a limited number of each kind so that
// none starves, and saves what was stored; it reports whether there was
// anything.
func (l *Link) turn() bool {
	l.flush()
	expired := l.expire()
	received := l.receive()
	taken := l.take()
	l.save()
	if err := l.storeFailed(); err != nil {
		l.shut(err)
	}
	return expired || received || taken
}

// wait blocks until there may be something to handle.
func (l *Link) wait() {
	if at, armed := l.timers.next(); armed {
		l.alarm.Reset(at - time.Since(l.start))
	}
	packets, deliveries, first := l.packets, chan impl.Delivery(nil), impl.Delivery{}
	if len(l.undelivered) > 0 {
		packets, deliveries, first = nil, l.deliveries, l.undelivered[0]
	}
	select {
	case p := <-packets:
		l.handleReceive(p)
	case deliveries <- first:
		l.undelivered = l.undelivered[1:]
	case <-l.woken:
	case <-l.alarm.C:
	case <-l.done:
	}
}

func (l *Link) expire() (some bool) {
	if len(l.timers.heap) == 0 {
		return false
	}
	now := time.Since(l.start)
	for range maxTurn {
		id, ok := l.timers.expired(now)
		if !ok {
			break
		}
		some = true
		l.event = event{name: "timeout", timer: id}
		l.layer.Timeout(id, l.out)
		l.apply()
	}
	return some
}

// receive leaves the packets where they are while there are messages that
// nobody receives: they are lost in the end, which slows the sender down.
func (l *Link) receive() (some bool) {
	for range maxTurn {
		if len(l.undelivered) > 0 {
			break
		}
		select {
		case p := <-l.packets:
			some = true
			l.handleReceive(p)
		default:
			return some
		}
	}
	return some
}

func (l *Link) handleReceive(p packet) {
	l.event = event{name: "receive", peer: p.from, bytes: string(p.data)}
	l.layer.Receive(p.from, p.data, l.out)
	l.apply()
}

// take takes requests for peers that the layer is ready for, one of each at a
// time.
func (l *Link) take() (some bool) {
	for n := 0; n < maxTurn; {
		before := n
		for _, p := range l.peers {
			if n < maxTurn && l.takeFor(p) {
				n++
			}
		}
		if n == before {
			return some
		}
		some = true
	}
	return some
}

func (l *Link) takeFor(to spec.Process) bool {
	l.event = event{name: "ready", peer: to}
	if l.ready != nil && !l.ready.Ready(to) {
		return false
	}
	r := l.nextRequest(to)
	if r == nil {
		return false
	}
	l.event = event{name: "send", peer: to, bytes: string(r.receipt.message)}
	l.layer.Send(to, r.receipt.message, l.out)
	l.mu.Lock()
	l.receipts.add(r.receipt)
	l.handling = nil
	l.mu.Unlock()
	l.returning = append(l.returning, r)
	l.apply()
	if !l.unsaved {
		l.save()
	}
	return true
}

func (l *Link) nextRequest(to spec.Process) *request {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.requests[to]
	if len(waiting) == 0 {
		return nil
	}
	r := waiting[0]
	l.requests[to] = append(waiting[:0], waiting[1:]...)
	l.handling = r
	return r
}
