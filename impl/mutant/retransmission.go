package mutant

import (
	"fmt"

	"fairloss/impl"
	"fairloss/spec"
)

// neverRetransmits lets the timer expire.
type neverRetransmits struct {
	impl.RetransmitUntilAcknowledged
}

func (l *neverRetransmits) Timeout(impl.TimerID, *impl.Effects) {}

// givesUp retransmits once, and then forgets what is not acknowledged.
type givesUp struct {
	impl.RetransmitUntilAcknowledged
	tried impl.PerPeer[bool]
}

func (l *givesUp) Timeout(t impl.TimerID, out *impl.Effects) {
	tried := l.tried.Of(spec.Process(t))
	if *tried {
		l.Sent.Of(spec.Process(t)).Pending = nil
	} else {
		l.RetransmitUntilAcknowledged.Timeout(t, out)
	}
	*tried = !*tried
}

func (l *givesUp) AppendKey(b []byte) []byte {
	return fmt.Append(l.RetransmitUntilAcknowledged.AppendKey(b), l.tried)
}

// notRearmed retransmits, but does not arm the timer again.
type notRearmed struct {
	impl.RetransmitUntilAcknowledged
}

func (l *notRearmed) Timeout(t impl.TimerID, out *impl.Effects) {
	l.RetransmitUntilAcknowledged.Timeout(t, out)
	out.CancelTimer(t)
}

// confirmsSending takes sending for delivering.
type confirmsSending struct {
	impl.RetransmitUntilAcknowledged
}

func (l *confirmsSending) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.RetransmitUntilAcknowledged.Send(to, m, out)
	out.Confirm(to, m)
}

// anyAcknowledgement takes each acknowledgement for one of its oldest message,
// whatever number it has.
type anyAcknowledgement struct {
	impl.RetransmitUntilAcknowledged
}

func (l *anyAcknowledgement) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	pending := l.Sent.Of(from).Pending
	if kind, _ := impl.Unpack(p, &n); kind == impl.Ack && len(pending) > 0 {
		p = impl.Pack(impl.Ack, "", pending[0].N)
	}
	l.RetransmitUntilAcknowledged.Receive(from, p, out)
}

// deliversSilence delivers an empty message when a timer expires.
type deliversSilence struct {
	impl.RetransmitUntilAcknowledged
}

func (l *deliversSilence) Timeout(t impl.TimerID, out *impl.Effects) {
	l.RetransmitUntilAcknowledged.Timeout(t, out)
	out.Deliver(spec.Process(t), "")
}
