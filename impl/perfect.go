package impl

import "fairloss/spec"

// EliminateDuplicates gives each message a number of its own and delivers each
// number once. (Cachin et al., algorithm 2.2.)
//
// It never sends anything twice, so its promise is what the layer below makes
// of it: over the plain network it is an at-most-once link that fires and
// forgets; over RetransmitUntilAcknowledged, a perfect link; over Session, whose
// sessions forget what earlier ones delivered, numbers that outlive sessions.
type EliminateDuplicates struct {
	Last PerPeer[uint64] // the number given last
	Seen PerPeer[IDSet]  // the numbers delivered
}

// Init does nothing.
func (l *EliminateDuplicates) Init(*Effects) {}

// Send transmits m under a new number: equal messages are different messages.
func (l *EliminateDuplicates) Send(to spec.Process, m spec.Message, out *Effects) {
	last := l.Last.Of(to)
	*last++
	out.Transmit(to, Pack(Data, m, *last))
}

// Receive delivers a number that was not seen before.
func (l *EliminateDuplicates) Receive(from spec.Process, p Packet, out *Effects) {
	var n uint64
	kind, m := Unpack(p, &n)
	if seen := l.Seen.Of(from); kind == Data && !seen.Has(n) {
		seen.Add(n)
		out.Deliver(from, m)
	}
}

// Confirmed passes the confirmation on: nothing is held back here, so what the
// layer below delivered there is delivered, now or earlier.
func (l *EliminateDuplicates) Confirmed(to spec.Process, p Packet, out *Effects) {
	var n uint64
	if kind, m := Unpack(p, &n); kind == Data {
		out.Confirm(to, m)
	}
}

// Timeout does nothing: there is no timer.
func (l *EliminateDuplicates) Timeout(TimerID, *Effects) {}

// AppendKey appends the canonical encoding of the state.
func (l *EliminateDuplicates) AppendKey(b []byte) []byte {
	b = l.Last.AppendKey(b, appendNumber)
	return l.Seen.AppendKey(b, func(b []byte, seen *IDSet) []byte { return seen.AppendKey(b) })
}

// Describe names a packet, as "data 1 g".
func (l *EliminateDuplicates) Describe(p Packet) string { return describe(p, 1) }
