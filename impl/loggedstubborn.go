package impl

import (
	"bytes"
	"slices"

	"fairloss/spec"
)

// StoreAndRetransmitForever keeps a stubborn link's promise across crashes of
// the sender: it stores a message before it transmits it, and takes up all that
// it has stored when it recovers. The stable value grows with the number of
// distinct messages, for ever: so does the promise.
type StoreAndRetransmitForever struct {
	RetransmitForever
}

// Recover goes on with everything that was stored. A stable value that no
// StoreAndRetransmitForever wrote counts as none.
func (l *StoreAndRetransmitForever) Recover(stable []byte, out *Effects) {
	d := decoder{rest: stable}
	l.Sent = decodePeers(&d, func(sent *[]spec.Message) { *sent = d.messages() })
	if d.failed || !bytes.Equal(l.AppendKey(nil), stable) {
		l.Sent = nil
	}
	for to := range l.Sent {
		if len(l.Sent[to]) > 0 {
			armRetransmission(spec.Process(to), out)
		}
	}
}

// Send stores m unless it is stored, then transmits it.
func (l *StoreAndRetransmitForever) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	if !slices.Contains(*sent, m) {
		*sent = append(*sent, m)
		out.Store(l.AppendKey(nil))
		if len(*sent) == 1 {
			armRetransmission(to, out)
		}
	}
	out.Transmit(to, Packet(m))
}
