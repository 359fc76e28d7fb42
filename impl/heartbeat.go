package impl

import (
	"time"

	"fairloss/spec"
)

// Heartbeat is a failure detector: each process tells all others every Every
// that it is up, and suspects one from which it has heard nothing for Patience.
// Its suspicions are the deliveries spec.Suspect and spec.Restore. It sends
// nothing for the application.
//
// Where Patience is no less than the longest gap that delays and clocks can
// make between two heartbeats, nobody is suspected who is up (a perfect
// detector, for which synchrony is assumed). Where nobody knows how long that
// is, only that there is such a bound in the end, each mistake adds Growth to
// the patience, so that mistakes end (an eventually perfect detector). (Cachin
// et al., algorithms 2.5 and 2.7, with timeouts for each process.)
type Heartbeat struct {
	Every    time.Duration // more than 0
	Patience time.Duration // more than 0
	Growth   time.Duration // 0 for a perfect detector

	Peers []spec.Process
	Heard PerPeer[Pulse]
}

// Pulse is what a process knows of a peer.
type Pulse struct {
	Suspected bool
	Mistakes  int
}

// heartbeatTimer is the timer of the next heartbeat; those of the peers are
// numbered by them, from 1.
const heartbeatTimer TimerID = 0

// New is the factory of the detector with the settings of l.
func (l Heartbeat) New(_ spec.Process, peers []spec.Process) Layer {
	l.Peers = peers
	return &l
}

// Init begins to beat and to listen.
func (l *Heartbeat) Init(out *Effects) {
	l.beat(out)
	for _, p := range l.Peers {
		l.listen(p, out)
	}
}

func (l *Heartbeat) beat(out *Effects) {
	for _, p := range l.Peers {
		out.Transmit(p, Pack(Data, ""))
	}
	out.SetTimer(heartbeatTimer, l.Every, l.Every)
}

func (l *Heartbeat) listen(to spec.Process, out *Effects) {
	patience := l.Patience + time.Duration(l.Heard.Of(to).Mistakes)*l.Growth
	out.SetTimer(TimerID(to)+1, patience, patience)
}

// Send does nothing: a detector carries no messages.
func (l *Heartbeat) Send(spec.Process, spec.Message, *Effects) {}

// Receive hears a heartbeat, and admits a mistake.
func (l *Heartbeat) Receive(from spec.Process, _ Packet, out *Effects) {
	if heard := l.Heard.Of(from); heard.Suspected {
		heard.Suspected = false
		heard.Mistakes++
		out.Deliver(from, spec.Restore)
	}
	l.listen(from, out)
}

// Timeout beats, or suspects.
func (l *Heartbeat) Timeout(t TimerID, out *Effects) {
	if t == heartbeatTimer {
		l.beat(out)
		return
	}
	p := spec.Process(t - 1)
	l.Heard.Of(p).Suspected = true
	out.Deliver(p, spec.Suspect)
}

// Describe names a packet: all are heartbeats.
func (l *Heartbeat) Describe(Packet) string { return "heartbeat" }
