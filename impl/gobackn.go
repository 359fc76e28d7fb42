package impl

import "fairloss/spec"

// DefaultWindow is the window of a link whose Window is 0.
const DefaultWindow = 2

// GoBackN keeps a window of unconfirmed messages. The receiver has no buffer:
// it takes the next message, drops any other, and acknowledges what it has
// processed. On a timeout the sender goes back to the oldest unconfirmed
// message and transmits the whole window. Numbers never wrap: on a network that
// may deliver a packet arbitrarily late, no finite set of numbers is enough.
//
// It promises Bounded(Window, Window) between two processes.
type GoBackN struct {
	Window int // unconfirmed messages of a channel; 0 means DefaultWindow

	Sent      PerPeer[Outstanding]
	Processed PerPeer[uint64] // n_processed: every message up to it was delivered
}

func windowOrDefault(window int) int {
	if window == 0 {
		return DefaultWindow
	}
	return window
}

// Init does nothing.
func (l *GoBackN) Init(*Effects) {}

// Ready reports whether the window has room.
func (l *GoBackN) Ready(to spec.Process) bool {
	return len(l.Sent.Of(to).Pending) < windowOrDefault(l.Window)
}

// Held counts the unconfirmed messages.
func (l *GoBackN) Held() int {
	held := 0
	for _, sent := range l.Sent {
		held += len(sent.Pending)
	}
	return held
}

// Send transmits m under the next number.
func (l *GoBackN) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, Pack(Data, m, n))
	if len(sent.Pending) == 1 {
		armRetransmission(to, out)
	}
}

// Receive delivers the next message, and answers any with what is processed.
func (l *GoBackN) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	switch kind, m := Unpack(p, &n); kind {
	case Data:
		processed := l.Processed.Of(from)
		if n == *processed+1 {
			*processed = n
			out.Deliver(from, m)
		}
		out.Transmit(from, Pack(Ack, "", *processed))
	case Ack:
		l.acknowledged(from, n, out)
	}
}

// acknowledged confirms every message up to n.
func (l *GoBackN) acknowledged(to spec.Process, n uint64, out *Effects) {
	sent := l.Sent.Of(to)
	taken := sent.TakeUpTo(n)
	if len(taken) > 0 && len(sent.Pending) == 0 {
		cancelRetransmission(to, out)
	}
	for _, d := range taken {
		out.Confirm(to, d.Message)
	}
}

// Timeout transmits the window again.
func (l *GoBackN) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	for _, d := range l.Sent.Of(to).Pending {
		out.Transmit(to, Pack(Data, d.Message, d.N))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *GoBackN) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *Outstanding) []byte { return sent.AppendKey(b) })
	return l.Processed.AppendKey(b, appendNumber)
}

// Describe names a packet, as "data 1 g".
func (l *GoBackN) Describe(p Packet) string { return describe(p, 1) }
