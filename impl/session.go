package impl

import (
	"encoding/binary"

	"fairloss/spec"
)

// Session behaves as TCP under an application that reconnects: messages are
// numbered within a session, and each session delivers in order and once. A
// sender that sees no progress gives the session up, opens the next and sends
// in it everything that is unconfirmed. The receiver starts a newer session
// afresh, so what was delivered but not yet confirmed when the old one ended is
// delivered again. (Petrov, ch. 8: TCP promises only within a single session.)
//
// Within a session it is go-back-n: the receiver takes the next message, drops
// any other and acknowledges what it has processed.
type Session struct {
	Patience int // timeouts without progress after which a session is given up; 0 means never
	Resets   int // sessions of a channel that may be given up; the next one is kept

	Sent     PerPeer[SessionSender]
	Received PerPeer[SessionReceiver]
}

// SessionSender is the sender's end of a channel.
type SessionSender struct {
	Session uint64 // 0 is the first
	Tries   int    // timeouts without progress, counted while another session may follow
	Outstanding
}

// Renumber numbers the pending messages from 1, as the first of a session.
func (s *SessionSender) Renumber() {
	pending := s.Pending
	s.Outstanding = Outstanding{}
	for _, d := range pending {
		s.Add(d.Message)
	}
}

func (s *SessionSender) packet(d Numbered) Packet { return Pack(Data, d.Message, s.Session, d.N) }

// SessionReceiver is the receiver's end of a channel.
type SessionReceiver struct {
	Session   uint64 // the newest one seen
	Processed uint64 // n_processed, in this session
}

// Init does nothing.
func (l *Session) Init(*Effects) {}

// Send transmits m under the next number of the session.
func (l *Session) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, sent.packet(Numbered{n, m}))
	if len(sent.Pending) == 1 {
		armRetransmission(to, out)
	}
}

// Receive handles data and acknowledgements.
func (l *Session) Receive(from spec.Process, p Packet, out *Effects) {
	var session, n uint64
	switch kind, m := Unpack(p, &session, &n); kind {
	case Data:
		l.data(from, session, n, m, out)
	case Ack:
		l.acknowledged(from, session, n, out)
	}
}

// data delivers the next message of the newest session.
func (l *Session) data(from spec.Process, session, n uint64, m spec.Message, out *Effects) {
	received := l.Received.Of(from)
	if session < received.Session {
		return
	}
	if session > received.Session {
		*received = SessionReceiver{Session: session}
	}
	if n == received.Processed+1 {
		received.Processed = n
		out.Deliver(from, m)
	}
	out.Transmit(from, Pack(Ack, "", session, received.Processed))
}

// acknowledged confirms every message up to n of the current session.
func (l *Session) acknowledged(to spec.Process, session, n uint64, out *Effects) {
	sent := l.Sent.Of(to)
	if session != sent.Session {
		return
	}
	taken := sent.TakeUpTo(n)
	if len(taken) == 0 {
		return
	}
	sent.Tries = 0
	if len(sent.Pending) == 0 {
		cancelRetransmission(to, out)
	}
	for _, d := range taken {
		out.Confirm(to, d.Message)
	}
}

// Timeout transmits again what is unconfirmed, in a new session where the
// patience with the old one is at its end.
func (l *Session) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	sent := l.Sent.Of(to)
	if l.Patience > 0 && sent.Session < uint64(l.Resets) {
		if sent.Tries++; sent.Tries == l.Patience {
			sent.Session++
			sent.Tries = 0
			sent.Renumber()
		}
	}
	for _, d := range sent.Pending {
		out.Transmit(to, sent.packet(d))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *Session) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *SessionSender) []byte {
		b = binary.AppendUvarint(b, sent.Session)
		b = binary.AppendUvarint(b, uint64(sent.Tries))
		return sent.AppendKey(b)
	})
	return l.Received.AppendKey(b, func(b []byte, received *SessionReceiver) []byte {
		b = binary.AppendUvarint(b, received.Session)
		return binary.AppendUvarint(b, received.Processed)
	})
}

// Describe names a packet, as "data 0 1 g": session 0, number 1.
func (l *Session) Describe(p Packet) string { return describe(p, 2) }
