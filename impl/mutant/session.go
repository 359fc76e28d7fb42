package mutant

import (
	"fairloss/impl"
	"fairloss/spec"
)

// restartsNumbers restarts the numbers at the sender only: the receiver does
// not start a new session afresh.
type restartsNumbers struct{ impl.Session }

func (l *restartsNumbers) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var session, n uint64
	if kind, _ := impl.Unpack(p, &session, &n); kind == impl.Data {
		received := l.Received.Of(from)
		received.Session = max(received.Session, session)
	}
	l.Session.Receive(from, p, out)
}
