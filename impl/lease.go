package impl

import (
	"slices"
	"time"

	"fairloss/spec"
)

// Lease lets one process at a time, of all but process 0, hold a lease that
// process 0 grants for Length. All ask for it at all times. Who holds it is
// told by the deliveries spec.Hold and spec.Yield; process 0 is told by
// spec.Grant, and executes what the holder sends to it.
//
// The holder counts Length from when it asked, by its own clock; process 0
// counts Length and Guard from when it granted, by its own. So no two hold the
// lease together while their clocks run apart by less than Guard to Length, and
// the holder does not pause: it cannot know that its time is over. A process
// that acts on an old lease is caught by the number of its grant instead, the
// fencing token, which needs no clock. (Gray, Cheriton 1989; Burrows 2006.)
type Lease struct {
	Length time.Duration
	Guard  time.Duration
	Retry  time.Duration // between two askings; more than 0

	Self spec.Process

	// As process 0.
	Token   uint64        // the number of the last grant
	Free    time.Duration // when the lease is free again
	Waiting []Asker       // each process once

	// As any other.
	Asked   uint64        // the number of the last asking
	AskedAt time.Duration // and its time
	Holding uint64        // the number of the grant; 0 is none
	Until   time.Duration
	Backlog []spec.Message // what waits for the lease
}

// Asker is a process with the number of its last asking.
type Asker struct {
	Process spec.Process
	N       uint64
}

// The timers of Lease.
const (
	askTimer    TimerID = iota // ask again
	expireTimer                // the lease is over
	freeTimer                  // the lease is free
)

// New is the factory of the lease with the settings of l.
func (l Lease) New(self spec.Process, _ []spec.Process) Layer {
	l.Self = self
	return &l
}

// Init asks for the lease soon.
func (l *Lease) Init(out *Effects) {
	if l.Self != 0 {
		out.SetTimer(askTimer, 1, l.Retry)
	}
}

// Send hands m over under the lease, now or when it is held.
func (l *Lease) Send(to spec.Process, m spec.Message, out *Effects) {
	l.Backlog = append(l.Backlog, m)
	l.act(out)
}

// act sends what waits for the lease while it is held. The clock is asked
// each time: the timer may be late.
func (l *Lease) act(out *Effects) {
	if l.Holding == 0 || out.Now() >= l.Until {
		return
	}
	for _, m := range l.Backlog {
		out.Transmit(0, Pack(Data, m, l.Holding))
	}
	l.Backlog = nil
}

// Receive handles askings, and what is done under the lease, at process 0, and
// grants elsewhere.
func (l *Lease) Receive(from spec.Process, p Packet, out *Effects) {
	var n, token uint64
	if kind, m := Unpack(p, &n); kind == Data && l.Self == 0 {
		l.execute(from, n, m, out)
	} else if kind == Request && l.Self == 0 {
		l.asked(Asker{from, n}, out)
	} else if kind, _ := Unpack(p, &n, &token); kind == Reply && l.Self != 0 {
		l.granted(n, token, out)
	}
}

// execute executes what was sent under the newest grant.
func (l *Lease) execute(from spec.Process, token uint64, m spec.Message, out *Effects) {
	if token == l.Token {
		out.Deliver(from, m)
	}
}

// asked notes who asks, and grants if the lease is free.
func (l *Lease) asked(a Asker, out *Effects) {
	i := slices.IndexFunc(l.Waiting, func(w Asker) bool { return w.Process == a.Process })
	if i < 0 {
		l.Waiting = append(l.Waiting, a)
	} else {
		l.Waiting[i] = a
	}
	l.grant(out)
}

// grant grants the lease to who has waited longest, once it is free.
func (l *Lease) grant(out *Effects) {
	now := out.Now()
	switch {
	case len(l.Waiting) == 0:
		return
	case now < l.Free:
		out.SetTimer(freeTimer, l.Free-now, l.Free-now)
		return
	}
	next := l.Waiting[0]
	l.Waiting = l.Waiting[1:]
	l.Token++
	l.Free = now + l.Length + l.Guard
	out.Deliver(next.Process, spec.Grant)
	out.Transmit(next.Process, Pack(Reply, "", next.N, l.Token))
	l.grant(out)
}

// granted holds the lease, if it was asked for last and there is time left.
func (l *Lease) granted(n, token uint64, out *Effects) {
	now, until := out.Now(), l.AskedAt+l.Length
	if n != l.Asked || l.Holding != 0 || now >= until {
		return
	}
	l.Holding, l.Until = token, until
	out.Deliver(0, spec.Hold)
	out.CancelTimer(askTimer)
	out.SetTimer(expireTimer, until-now, until-now)
	l.act(out)
}

// Timeout asks, gives up the lease, or grants it.
func (l *Lease) Timeout(t TimerID, out *Effects) {
	switch t {
	case askTimer:
		l.Asked++
		l.AskedAt = out.Now()
		out.Transmit(0, Pack(Request, "", l.Asked))
		out.SetTimer(askTimer, l.Retry, l.Retry)
	case expireTimer:
		l.Holding = 0
		out.Deliver(0, spec.Yield)
		out.SetTimer(askTimer, 1, l.Retry)
	case freeTimer:
		l.grant(out)
	}
}

// Describe names a packet, as "data 1 g" under grant 1, "request 3", or
// "reply 3 1": request 3 is grant 1.
func (l *Lease) Describe(p Packet) string {
	var n uint64
	if kind, _ := Unpack(p, &n); kind == Reply {
		return describe(p, 2)
	}
	return describe(p, 1)
}
