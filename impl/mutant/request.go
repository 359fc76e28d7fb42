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

// retriesErrors sends a request again that was answered by an error, while
// numbers are below 4.
type retriesErrors struct{ impl.RPC }

func (l *retriesErrors) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, value uint64
	kind, _ := impl.Unpack(p, &n, &value)
	sent := l.Sent.Of(from)
	if kind == impl.Reply && value == 0 && sent.Last < 4 {
		if m, pending := sent.Take(n); pending {
			out.Transmit(from, impl.Pack(impl.Request, m, sent.Add(m)))
		}
		return
	}
	l.RPC.Receive(from, p, out)
}
