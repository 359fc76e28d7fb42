package mutant

import (
	"fairloss/impl"
	"fairloss/spec"
)

// executesAgain executes a duplicate once more before it answers from its
// replies.
type executesAgain struct{ impl.RPC }

func (l *executesAgain) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	executed := l.Counter
	l.RPC.Receive(from, p, out)
	var n uint64
	if kind, m := impl.Unpack(p, &n); kind == impl.Request && l.Counter == executed {
		out.Deliver(from, m)
	}
}

// retriesAsNew gives its oldest request a new number when it retries, while
// numbers are below 4: without end there would be infinitely many states.
type retriesAsNew struct{ impl.RPC }

func (l *retriesAsNew) Timeout(t impl.TimerID, out *impl.Effects) {
	if sent := l.Sent.Of(spec.Process(t)); sent.Last < 4 {
		oldest := sent.Pending[0]
		sent.Take(oldest.N)
		sent.Add(oldest.Message)
	}
	l.RPC.Timeout(t, out)
}
