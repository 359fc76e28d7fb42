package impl

import (
	"slices"

	"fairloss/spec"
)

// SelectiveRepeat keeps a window of unconfirmed messages at the sender and a
// reorder buffer as large at the receiver. An acknowledgement has two numbers:
// the message received, which is not transmitted again, and n_processed, up to
// which messages were delivered and may be confirmed. A message is in the buffer
// between the two: to confirm it then would be a promise too early.
//
// It promises Bounded(Window, 2*Window-1) between two processes: a full window
// of its own, and at the other end all but the message that the buffer waits
// for.
type SelectiveRepeat struct {
	Window int // unconfirmed messages of a channel; 0 means DefaultWindow

	Sent     PerPeer[SelectiveSender]
	Received PerPeer[Reorder]
}

// SelectiveSender is the sender's end of a channel of SelectiveRepeat.
type SelectiveSender struct {
	Outstanding
	Buffered []uint64 // pending numbers that the receiver is known to have; ascending
}

// Init does nothing.
func (l *SelectiveRepeat) Init(*Effects) {}

// Ready reports whether the window has room.
func (l *SelectiveRepeat) Ready(to spec.Process) bool {
	return len(l.Sent.Of(to).Pending) < windowOrDefault(l.Window)
}

// Held counts the unconfirmed messages and those in the reorder buffers.
func (l *SelectiveRepeat) Held() int {
	held := 0
	for _, sent := range l.Sent {
		held += len(sent.Pending)
	}
	for _, received := range l.Received {
		held += len(received.Buffer)
	}
	return held
}

// Send transmits m under the next number.
func (l *SelectiveRepeat) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		armRetransmission(to, out)
	}
}

// Receive handles data and acknowledgements.
func (l *SelectiveRepeat) Receive(from spec.Process, p Packet, out *Effects) {
	var n, processed uint64
	if kind, m := Unpack(p, &n); kind == Data {
		l.data(from, n, m, out)
	} else if kind, _ := Unpack(p, &n, &processed); kind == Ack {
		l.acknowledged(from, n, processed, out)
	}
}

// data delivers what has become consecutive, then acknowledges. A message above
// the window comes only from a sender that ignores Ready; it is dropped, and
// comes again.
func (l *SelectiveRepeat) data(from spec.Process, n uint64, m spec.Message, out *Effects) {
	received := l.Received.Of(from)
	if n > received.Processed && n-received.Processed > uint64(windowOrDefault(l.Window)) {
		return
	}
	received.Add(n, m)
	for _, d := range received.Process() {
		out.Deliver(from, d.Message)
	}
	out.Transmit(from, Pack(Ack, "", n, received.Processed))
}

func (l *SelectiveRepeat) acknowledged(to spec.Process, n, processed uint64, out *Effects) {
	sent := l.Sent.Of(to)
	if i, marked := slices.BinarySearch(sent.Buffered, n); !marked {
		sent.Buffered = slices.Insert(sent.Buffered, i, n)
	}
	taken := sent.TakeUpTo(processed)
	sent.Buffered = slices.DeleteFunc(sent.Buffered, func(n uint64) bool {
		_, pending := slices.BinarySearchFunc(sent.Pending, n, compareNumber)
		return !pending
	})
	if len(taken) > 0 && len(sent.Pending) == 0 {
		cancelRetransmission(to, out)
	}
	for _, d := range taken {
		out.Confirm(to, d.Message)
	}
}

// Timeout transmits again what the receiver is not known to have. The oldest
// pending message is always among it: the receiver buffers only what comes
// after a gap.
func (l *SelectiveRepeat) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	sent := l.Sent.Of(to)
	for _, d := range sent.Pending {
		if _, buffered := slices.BinarySearch(sent.Buffered, d.N); !buffered {
			out.Transmit(to, Pack(Data, d.Message, d.N))
		}
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *SelectiveRepeat) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *SelectiveSender) []byte {
		return appendNumbers(sent.AppendKey(b), sent.Buffered)
	})
	return l.Received.AppendKey(b, func(b []byte, r *Reorder) []byte { return r.AppendKey(b) })
}

// Describe names a packet, as "data 1 g" or "ack 2 1": 2 received, all up to 1
// processed.
func (l *SelectiveRepeat) Describe(p Packet) string {
	var n uint64
	if kind, _ := Unpack(p, &n); kind == Data {
		return describe(p, 1)
	}
	return describe(p, 2)
}
