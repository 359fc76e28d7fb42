package world

import (
	"fmt"

	"fairloss/impl"
)

// stamped is a packet as it was transmitted, and the one that stands for it.
type stamped struct {
	stands push
	packet string
}

// represent puts, in place of each packet that a handler call transmits, the
// packet that stands for all those alike. It notes what was there.
func (pr *process) represent(effects []impl.Effect, in input) error {
	alike := pr.sys.link.Alike
	if alike == nil {
		return nil
	}
	pr.stamped = pr.stamped[:0]
	for i, e := range effects {
		if e.Kind != impl.Transmit {
			continue
		}
		stands := alike(e.Packet)
		if again := alike(stands); again != stands {
			return &Failure{
				Process: pr.self, Event: in.String(),
				Text: fmt.Sprintf("transmits %s; Alike makes it %s, and of that %s: it is not idempotent", brief(string(e.Packet)), brief(string(stands)), brief(string(again))),
			}
		}
		if _, stray := e.Stray(pr.self, pr.sys.n); !stray {
			pr.stamped = append(pr.stamped, stamped{push{pr.sys.channel(pr.self, e.Peer), pr.sys.packet(string(stands))}, string(e.Packet)})
		}
		effects[i].Packet = stands
	}
	return nil
}

// note keeps what the last handler call transmitted.
func (wit *witness) note(pr *process) {
	for _, s := range pr.stamped {
		wit.transmitted[s.stands] = s.packet
	}
}

// other is an input for the twin: a packet that arrives is, there, the last one
// transmitted of those that are alike.
func (wit *witness) other(pr *process, in input) input {
	channel := pr.sys.channel(in.peer, pr.self)
	switch in.kind {
	case receipt:
	case confirmation:
		channel = pr.sys.channel(pr.self, in.peer)
	default:
		return in
	}
	if id, known := pr.sys.net.ids[in.data]; known {
		if packet, sent := wit.transmitted[push{channel, id}]; sent {
			in.data = packet
		}
	}
	return in
}
