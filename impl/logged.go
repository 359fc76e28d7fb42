package impl

import (
	"bytes"

	"fairloss/spec"
)

// StoreFirst retransmits until acknowledged and delivers each number once, and
// survives crashes: an end stores what it is about to promise before it says a
// word of it. The sender stores a message before it transmits it, the receiver
// commits a delivery, with the record that it was made, before it acknowledges
// it. (Cachin et al., algorithm 2.3, with a log at the sender too.)
//
// The stable value is the whole state: the messages that are unacknowledged,
// and the numbers received, as a prefix and the numbers above its gaps. It does
// not grow with the number of messages.
//
// Put nothing above it that stores too: only the top layer of a stack commits.
type StoreFirst struct {
	Sent     PerPeer[Outstanding]
	Received PerPeer[IDSet]
}

// Init does nothing.
func (l *StoreFirst) Init(*Effects) {}

// Recover goes on where the last Store or Commit left off. A stable value that
// no StoreFirst wrote counts as none.
func (l *StoreFirst) Recover(stable []byte, out *Effects) {
	d := decoder{rest: stable}
	l.Sent = decodePeers(&d, func(sent *Outstanding) { *sent = d.outstanding() })
	l.Received = decodePeers(&d, func(received *IDSet) { *received = d.idSet() })
	if d.failed || !bytes.Equal(l.AppendKey(nil), stable) {
		*l = StoreFirst{}
	}
	for to := range l.Sent {
		if len(l.Sent[to].Pending) > 0 {
			armRetransmission(spec.Process(to), out)
		}
	}
}

// Send stores m under a new number, then transmits it.
func (l *StoreFirst) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Store(l.AppendKey(nil))
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		armRetransmission(to, out)
	}
}

// Receive commits data that is new, then acknowledges it; it stores that a
// message is acknowledged, then confirms it.
func (l *StoreFirst) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		if received := l.Received.Of(from); !received.Has(n) {
			received.Add(n)
			out.Commit(l.AppendKey(nil), Delivery{from, m})
		}
		out.Transmit(from, Pack(Ack, "", n))
	case Ack:
		l.acknowledged(from, n, out)
	}
}

func (l *StoreFirst) acknowledged(to spec.Process, n uint64, out *Effects) {
	sent := l.Sent.Of(to)
	m, ok := sent.Take(n)
	if !ok {
		return
	}
	if len(sent.Pending) == 0 {
		cancelRetransmission(to, out)
	}
	out.Store(l.AppendKey(nil))
	out.Confirm(to, m)
}

// Timeout transmits again what is not acknowledged.
func (l *StoreFirst) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	for _, d := range l.Sent.Of(to).Pending {
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state, which is also the
// stable value.
func (l *StoreFirst) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *Outstanding) []byte { return sent.AppendKey(b) })
	return l.Received.AppendKey(b, func(b []byte, received *IDSet) []byte { return received.AppendKey(b) })
}

// Describe names a packet, as "data 1 g".
func (l *StoreFirst) Describe(p Packet) string { return describe(p, 1) }
