package impl

import (
	"encoding/binary"

	"fairloss/spec"
)

// AlternatingBit has one message on its way at a time and numbers messages 0,
// 1, 0, 1, … (Bartlett, Scantlebury, Wilkinson 1969). Later messages wait in a
// queue. One bit tells a message from the one before it, which is enough on a
// cable, where packets keep their order. Where an old packet can arrive late it
// passes for a new one.
type AlternatingBit struct {
	Sent     PerPeer[AlternatingSender]
	Expected PerPeer[uint64] // the bit of the next message
}

// AlternatingSender is the sender's end of a channel of AlternatingBit.
type AlternatingSender struct {
	Bit   uint64         // of the first message of the queue
	Queue []spec.Message // the first is on its way
}

func (s *AlternatingSender) packet() Packet { return Pack(Data, s.Queue[0], s.Bit) }

// Init does nothing.
func (l *AlternatingBit) Init(*Effects) {}

// Send transmits m where no other message is on its way.
func (l *AlternatingBit) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	if sent.Queue = append(sent.Queue, m); len(sent.Queue) == 1 {
		out.Transmit(to, sent.packet())
		armRetransmission(to, out)
	}
}

// Receive delivers a message with the expected bit and acknowledges any.
func (l *AlternatingBit) Receive(from spec.Process, p Packet, out *Effects) {
	var bit uint64
	switch kind, m := Unpack(p, &bit); kind {
	case Data:
		if expected := l.Expected.Of(from); bit == *expected {
			*expected = 1 - bit
			out.Deliver(from, m)
		}
		out.Transmit(from, Pack(Ack, "", bit))
	case Ack:
		l.acknowledged(from, bit, out)
	}
}

// acknowledged confirms the message on its way and starts the next.
func (l *AlternatingBit) acknowledged(to spec.Process, bit uint64, out *Effects) {
	sent := l.Sent.Of(to)
	if len(sent.Queue) == 0 || bit != sent.Bit {
		return
	}
	m := sent.Queue[0]
	sent.Queue = sent.Queue[1:]
	sent.Bit = 1 - bit
	out.Confirm(to, m)
	if len(sent.Queue) == 0 {
		cancelRetransmission(to, out)
	} else {
		out.Transmit(to, sent.packet())
	}
}

// Timeout transmits the message on its way again.
func (l *AlternatingBit) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	out.Transmit(to, l.Sent.Of(to).packet())
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *AlternatingBit) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *AlternatingSender) []byte {
		return appendMessages(binary.AppendUvarint(b, sent.Bit), sent.Queue)
	})
	return l.Expected.AppendKey(b, appendNumber)
}

// Describe names a packet, as "data 1 g".
func (l *AlternatingBit) Describe(p Packet) string { return describe(p, 1) }
