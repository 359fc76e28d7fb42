package replicated

import (
	"math/bits"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// RegisterObject is a register: "r" reads it, "w" and a value writes it.
func RegisterObject() Object {
	return Object{
		Name: "register", New: NewRegister, Calls: []spec.Message{"wa", "wb", "r"},
		Step: readOrWrite,
	}
}

// readOrWrite is a register used by one client at a time.
func readOrWrite(state string, operation spec.Message) (next, result string) {
	if value, writes := strings.CutPrefix(string(operation), "w"); writes {
		return value, ""
	}
	return state, state
}

// Stamped is a value with the timestamp that orders it among all others.
type Stamped struct {
	Time  uint64
	Rank  uint64 // of the writer: between equal times
	Value spec.Message
}

// before reports whether s is older than o.
func (s Stamped) before(o Stamped) bool {
	return s.Time < o.Time || s.Time == o.Time && s.Rank < o.Rank
}

// The verbs of Data packets.
const (
	tell   = iota // the answer to a Request
	impose        // store this unless you have something newer
)

func (s Stamped) pack(verb, n uint64) impl.Packet {
	return impl.Pack(impl.Data, s.Value, verb, n, s.Time, s.Rank)
}

// Register is a replica of a register that any process reads and writes.
// (Cachin et al., ch. 4, "Read-Impose Write-Consult-Majority"; after Attiya,
// Bar-Noy, Dolev, 1995.) An operation first asks a majority for
// the newest value. A write gives its own value a newer timestamp, a read keeps
// the one it found; then it is imposed on a majority. To impose a value twice
// changes nothing, so a link that duplicates does no harm.
type Register struct {
	Self      spec.Process
	Peers     []spec.Process
	Stored    Stamped
	Operation spec.Message // under way; "" where there is none
	Round     round
	Imposing  bool    // the second round of the operation
	Newest    Stamped // of what this operation has found
}

// NewRegister returns the replica of process self.
func NewRegister(self spec.Process, peers []spec.Process) impl.Layer {
	return &Register{Self: self, Peers: peers}
}

// Init does nothing.
func (l *Register) Init(*impl.Effects) {}

// Ready reports whether no operation is under way.
func (l *Register) Ready(spec.Process) bool { return l.Operation == "" }

// Send calls an operation.
func (l *Register) Send(_ spec.Process, operation spec.Message, out *impl.Effects) {
	l.Operation, l.Newest = operation, l.Stored
	broadcast(l.Peers, impl.Pack(impl.Request, "", l.Round.ask(l.Self)), out)
}

// Receive answers what others ask, and hears what they answer.
func (l *Register) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, verb uint64
	var s Stamped
	if kind, value := impl.Unpack(p, &verb, &n, &s.Time, &s.Rank); kind == impl.Data {
		s.Value = value
		if verb == tell {
			l.told(from, n, s, out)
		} else {
			l.store(s)
			out.Transmit(from, impl.Pack(impl.Ack, "", n))
		}
		return
	}
	switch kind, _ := impl.Unpack(p, &n); kind {
	case impl.Request:
		out.Transmit(from, l.Stored.pack(tell, n))
	case impl.Ack:
		l.imposed(from, n, out)
	}
}

func (l *Register) store(s Stamped) {
	if l.Stored.before(s) {
		l.Stored = s
	}
}

// told ends the first round once a majority has answered.
func (l *Register) told(from spec.Process, n uint64, s Stamped, out *impl.Effects) {
	if l.Imposing || !l.Round.hear(n, from) {
		return
	}
	if l.Newest.before(s) {
		l.Newest = s
	}
	if !l.majority() {
		return
	}
	if value, writes := strings.CutPrefix(string(l.Operation), "w"); writes {
		l.Newest = Stamped{l.Newest.Time + 1, uint64(l.Self), spec.Message(value)}
	}
	l.Imposing = true
	l.store(l.Newest)
	broadcast(l.Peers, l.Newest.pack(impose, l.Round.ask(l.Self)), out)
}

// imposed ends the operation once a majority has stored its value.
func (l *Register) imposed(from spec.Process, n uint64, out *impl.Effects) {
	if l.Imposing && l.Round.hear(n, from) && l.majority() {
		l.finish(out)
	}
}

// finish returns from the operation.
func (l *Register) finish(out *impl.Effects) {
	result := ""
	if l.Operation == "r" {
		result = string(l.Newest.Value)
	}
	out.Deliver(l.Peers[0], answer(l.Operation, result))
	l.Operation, l.Imposing, l.Newest = "", false, Stamped{}
}

func (l *Register) majority() bool { return 2*bits.OnesCount64(l.Round.Heard) > len(l.Peers)+1 }

// Timeout does nothing: there is no timer.
func (l *Register) Timeout(impl.TimerID, *impl.Effects) {}

func broadcast(peers []spec.Process, p impl.Packet, out *impl.Effects) {
	for _, q := range peers {
		out.Transmit(q, p)
	}
}
