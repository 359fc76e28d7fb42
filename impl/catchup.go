package impl

import (
	"slices"
	"time"

	"fairloss/spec"
)

// CatchUp lets the receiver say when its messages come: a sender announces that
// it has some, and the receiver pulls a batch from one sender at a time. So one
// that was away and has missed much from many is not flooded when it comes
// back. Each message is delivered once.
type CatchUp struct {
	Batch int           // messages that are pulled at a time; 1 or more
	Every time.Duration // between two announcements, and for how long a batch is waited for; 2ns or more

	Sent    PerPeer[Outstanding]
	Seen    PerPeer[IDSet]
	Waiting []spec.Process // who has announced, the one that is pulled from first
}

// pullTimer is the timer of the batch that is waited for; those of the
// announcements are numbered by the peers, from 1.
const pullTimer TimerID = 0

func announceTimer(to spec.Process) TimerID { return TimerID(to) + 1 }

// Init does nothing.
func (l *CatchUp) Init(*Effects) {}

// Send keeps m, and announces it if it is alone.
func (l *CatchUp) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	sent.Add(m)
	if len(sent.Pending) == 1 {
		l.announce(to, out)
	}
}

func (l *CatchUp) announce(to spec.Process, out *Effects) {
	out.Transmit(to, Pack(Request, ""))
	out.SetTimer(announceTimer(to), l.Every/2, l.Every)
}

// Receive handles announcements and data, as receiver, and pulls and
// acknowledgements, as sender.
func (l *CatchUp) Receive(from spec.Process, p Packet, out *Effects) {
	var n, left uint64
	if kind, m := Unpack(p, &n, &left); kind == Data {
		l.data(from, n, left, m, out)
	} else if kind, _ := Unpack(p, &n); kind == Ack {
		l.acknowledged(from, n, out)
	} else if kind, _ := Unpack(p); kind == Reply {
		l.pulled(from, out)
	} else if kind == Request {
		l.Announced(from, out)
	}
}

// Announced puts a sender in the line.
func (l *CatchUp) Announced(from spec.Process, out *Effects) {
	if !slices.Contains(l.Waiting, from) {
		l.Waiting = append(l.Waiting, from)
		if len(l.Waiting) == 1 {
			l.pull(out)
		}
	}
}

// pull asks the first of the line for a batch.
func (l *CatchUp) pull(out *Effects) {
	out.CancelTimer(pullTimer)
	if len(l.Waiting) > 0 {
		out.Transmit(l.Waiting[0], Pack(Reply, ""))
		out.SetTimer(pullTimer, l.Every, l.Every)
	}
}

// pulled transmits a batch; each packet says how many follow.
func (l *CatchUp) pulled(to spec.Process, out *Effects) {
	pending := l.Sent.Of(to).Pending
	batch := pending[:min(l.Batch, len(pending))]
	for i, d := range batch {
		out.Transmit(to, Pack(Data, d.Message, d.N, uint64(len(batch)-1-i)))
	}
}

// data delivers what is new. After the last of a batch it is the next sender's
// turn.
func (l *CatchUp) data(from spec.Process, n, left uint64, m spec.Message, out *Effects) {
	if seen := l.Seen.Of(from); !seen.Has(n) {
		seen.Add(n)
		out.Deliver(from, m)
	}
	out.Transmit(from, Pack(Ack, "", n))
	if left == 0 && len(l.Waiting) > 0 && l.Waiting[0] == from {
		l.Waiting = l.Waiting[1:]
		l.pull(out)
	}
}

func (l *CatchUp) acknowledged(to spec.Process, n uint64, out *Effects) {
	sent := l.Sent.Of(to)
	if m, ok := sent.Take(n); ok {
		out.Confirm(to, m)
		if len(sent.Pending) == 0 {
			out.CancelTimer(announceTimer(to))
		}
	}
}

// Timeout announces again, or goes on to the next sender.
func (l *CatchUp) Timeout(t TimerID, out *Effects) {
	if t != pullTimer {
		l.announce(spec.Process(t-1), out)
		return
	}
	l.Waiting = l.Waiting[1:]
	l.pull(out)
}

// Describe names a packet, as "data 1 0 g", the last one of its batch, "ack 1",
// "request" for an announcement, or "reply" for a pull.
func (l *CatchUp) Describe(p Packet) string {
	var n uint64
	if kind, _ := Unpack(p); kind == Request || kind == Reply {
		return kind.String()
	} else if kind, _ := Unpack(p, &n); kind == Ack {
		return describe(p, 1)
	}
	return describe(p, 2)
}
