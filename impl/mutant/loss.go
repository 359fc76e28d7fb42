package mutant

import (
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// tires delivers only the first copy of a packet.
type tires struct {
	impl.FairLossLink
	heard impl.PerPeer[[]impl.Packet]
}

func (l *tires) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	heard := l.heard.Of(from)
	if i, found := slices.BinarySearch(*heard, p); !found {
		*heard = slices.Insert(*heard, i, p)
		out.Deliver(from, spec.Message(p))
	}
}

func (l *tires) AppendKey(b []byte) []byte { return fmt.Appendf(b, "%q", l.heard) }

// echoes delivers all that it received again at each timeout.
type echoes struct {
	impl.FairLossLink
	heard impl.PerPeer[[]impl.Packet]
}

func (l *echoes) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	heard := l.heard.Of(from)
	if i, found := slices.BinarySearch(*heard, p); !found {
		*heard = slices.Insert(*heard, i, p)
	}
	l.FairLossLink.Receive(from, p, out)
	out.SetTimer(impl.TimerID(from), impl.RetransmitAtLeast, impl.RetransmitAtMost)
}

func (l *echoes) Timeout(t impl.TimerID, out *impl.Effects) {
	for _, p := range *l.heard.Of(spec.Process(t)) {
		l.Receive(spec.Process(t), p, out)
	}
}

func (l *echoes) AppendKey(b []byte) []byte { return fmt.Appendf(b, "%q", l.heard) }

// invents delivers an empty message after each message.
type invents struct{ impl.FairLossLink }

func (l *invents) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.FairLossLink.Receive(from, p, out)
	out.Deliver(from, "")
}

// stops retransmits twice.
type stops struct {
	impl.RetransmitForever
	tries impl.PerPeer[int]
}

func (l *stops) Timeout(t impl.TimerID, out *impl.Effects) {
	if tries := l.tries.Of(spec.Process(t)); *tries < 2 {
		*tries++
		l.RetransmitForever.Timeout(t, out)
	}
}

func (l *stops) AppendKey(b []byte) []byte {
	return fmt.Append(l.RetransmitForever.AppendKey(b), l.tries)
}

// glues retransmits everything in one packet, without a mark between messages.
type glues struct{ impl.RetransmitForever }

func (l *glues) Timeout(t impl.TimerID, out *impl.Effects) {
	var all spec.Message
	for _, m := range *l.Sent.Of(spec.Process(t)) {
		all += m
	}
	out.Transmit(spec.Process(t), impl.Packet(all))
	out.SetTimer(t, impl.RetransmitAtLeast, impl.RetransmitAtMost)
}
