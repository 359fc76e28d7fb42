package netlink

import (
	"math"
	"time"

	"fairloss/impl"
)

// apply carries out what the layer wants done, or lets it wait for what is
// stored. What one handler stores more than once it saves as often, and what
// it delivers without a commit is a step of its own too: a crash comes between.
func (l *Link) apply() {
	stored := false
	effects := l.out.List()
	for i := range effects {
		e := &effects[i]
		switch {
		case e.Kind == impl.Store || e.Kind == impl.Commit:
			if stored {
				l.save()
			}
			stored = true
			l.put(e.Stable, e.Deliveries...)
			for _, d := range e.Deliveries {
				l.act(&impl.Effect{Kind: impl.Deliver, Peer: d.From, Message: d.Message})
			}
		case e.Kind == impl.Deliver && l.store != nil:
			l.save()
			l.put(l.stable, impl.Delivery{From: e.Peer, Message: e.Message})
			l.act(e)
			l.save()
		default:
			l.act(e)
		}
	}
	l.out = l.out.Next()
}

// act carries e out, or holds it back until what was stored before it is
// saved. Timers do not outlive the process, and do not wait.
func (l *Link) act(e *impl.Effect) {
	if l.unsaved && e.Kind != impl.SetTimer && e.Kind != impl.CancelTimer {
		l.held = append(l.held, *e)
		return
	}
	l.carryOut(e)
}

func (l *Link) carryOut(e *impl.Effect) {
	switch e.Kind {
	case impl.Transmit:
		l.socket.write(e.Peer, e.Packet)
	case impl.Deliver:
		l.deliver(impl.Delivery{From: e.Peer, Message: e.Message})
	case impl.Confirm:
		l.mu.Lock()
		l.receipts.confirm(e.Peer, e.Message)
		l.mu.Unlock()
	case impl.SetTimer:
		d := e.AtLeast + time.Duration(l.random.Int64N(int64(e.AtMost-e.AtLeast)+1))
		now := time.Since(l.start)
		l.timers.set(e.Timer, now+min(d, math.MaxInt64-now))
	case impl.CancelTimer:
		l.timers.cancel(e.Timer)
	}
}

// deliver keeps what Recv does not take at once: a handler must not block.
func (l *Link) deliver(d impl.Delivery) {
	if len(l.undelivered) == 0 {
		select {
		case l.deliveries <- d:
			return
		default:
		}
	}
	l.undelivered = append(l.undelivered, d)
}

// flush moves messages to where Recv takes them, as many as fit.
func (l *Link) flush() {
	for len(l.undelivered) > 0 {
		select {
		case l.deliveries <- l.undelivered[0]:
			l.undelivered = l.undelivered[1:]
		default:
			return
		}
	}
	l.undelivered = nil
}
