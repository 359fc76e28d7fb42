package spec

import (
	"slices"
	"strings"
)

// oracle is the definition of a property over a whole history: whether event k
// is allowed after the events before it, and what is owed at the end. A nil
// field allows everything, or owes nothing.
type oracle struct {
	allows func(h []Event, k int) bool
	owes   func(h []Event) []instance
}

var oracles = map[string]oracle{
	"FLL1": {owes: owesFairLoss},
	"FLL2": {owes: owesFiniteDuplication},
	"FLL3": {allows: allowsNoCreation},
	"SL1":  {owes: owesStubbornDelivery},
	"SL2":  {allows: allowsNoCreation},
	"PL1":  {owes: owesReliableDelivery},
	"PL2":  {allows: allowsNoDuplication},
	"PL3":  {allows: allowsNoCreation},
	"ACK":  {allows: allowsConfirmation},
	"FIFO": {allows: allowsFIFO},
	"ORD":  {allows: allowsOrder},
	"AL3":  {allows: allowsNoCreation},
	"LSL1": {owes: owesLoggedStubborn},
	"LPL1": {owes: owesLoggedDelivery},
	"LPL2": {allows: allowsNoDuplicateStore},
	"LPL3": {allows: allowsNoCreatedStore},
	"XOP":  {allows: allowsExecution, owes: owesExecution},
	"BND":  {allows: allowsBounds},
	"CLS":  {allows: allowsClosing},
	"CNF":  {owes: owesConfirmation},
	"QUI":  {owes: owesQuiescence},
	"CMP":  {allows: allowsState},

	"PREFIX": {allows: allowsPrefix},
}

const (
	testWindow = 2
	testBuffer = 3
)

// everyProperty is every property of an untimed world. CMP compares sizes from
// the first message on.
func everyProperty() []Property {
	early := BoundedState
	early.New = func() Monitor { return &boundedState{least: 1} }
	return append(Properties(), Bounded(testWindow, testBuffer), GracefulClose, EventualConfirmation, Quiescence("H"), early, StreamPrefix)
}

// verdict is what is said of a history: the index of the event that breaks it
// first, or -1 and what is owed.
type verdict struct {
	broken int
	owed   string
}

func (o oracle) judge(h []Event) verdict {
	for k := range h {
		if o.allows != nil && !o.allows(h, k) {
			return verdict{broken: k}
		}
	}
	v := verdict{broken: -1}
	if o.owes != nil {
		v.owed = spell(o.owes(h))
	}
	return v
}

// monitored is what a monitor says of a history, if it is shown only the
// events that the property says it reads.
func monitored(p Property, h []Event) verdict {
	m := p.New()
	for k, e := range h {
		if p.Reads.Has(e.Kind) && m.Observe(e) != "" {
			return verdict{broken: k}
		}
	}
	return verdict{-1, owedBy(m)}
}

func owedBy(m Monitor) string {
	var owed []instance
	for _, o := range m.Owed() {
		owed = append(owed, instance{Channel{o.From, o.To}, o.Message})
	}
	return spell(owed)
}

func spell(owed []instance) string {
	slices.SortFunc(owed, compareInstances)
	var b strings.Builder
	for _, i := range owed {
		b.WriteByte(byte('0' + i.From))
		b.WriteByte(byte('0' + i.To))
		b.WriteString(string(i.message))
		b.WriteByte(' ')
	}
	return b.String()
}

// life is what became of one message that was sent: the indices of the events
// that sent it, settled it and rejected it; len(h) stands for never.
type life struct {
	instance
	op                      int
	sent, settled, rejected int
}

// open reports whether the message is sent, and neither settled nor rejected,
// when event k happens.
func (l life) open(k int) bool { return l.sent < k && l.settled >= k && l.rejected >= k }

// lives follows every message of the history to the event of the given kind
// that settles it: each settles the oldest message that is open and equal.
func lives(h []Event, settling Kind, rejects bool) []life {
	return livesIn(h, settling, rejects, false)
}

// livesIn is lives; if crashes is set, those of messages on channels of a
// process that crashes, or is down, end there as if they were rejected.
func livesIn(h []Event, settling Kind, rejects, crashes bool) []life {
	var all []life
	down := map[Process]bool{}
	for k, e := range h {
		switch {
		case e.Kind == Recover:
			delete(down, e.Process)
		case e.Kind == Crash && crashes:
			down[e.Process] = true
			for n, l := range all {
				if l.open(k) && (l.From == e.Process || l.To == e.Process) {
					all[n].rejected = k
				}
			}
		case e.Kind == Send && (down[e.Process] || down[e.Peer]):
			continue
		}
		i := subject(e)
		equal := func(l life) bool { return l.instance == i && l.open(k) }
		switch {
		case e.Kind == Send:
			all = append(all, life{i, e.Op, k, len(h), len(h)})
		case e.Kind == settling:
			if n := slices.IndexFunc(all, equal); n >= 0 {
				all[n].settled = k
			}
		case e.Kind == Reject && rejects:
			reject(all, e, k)
		}
	}
	return all
}

// reject is of the message with the Op of the event, or, if that was settled,
// of the oldest open one that is equal.
func reject(all []life, e Event, k int) {
	equal := func(l life) bool { return l.instance == subject(e) && l.open(k) }
	n := slices.IndexFunc(all, func(l life) bool { return equal(l) && l.op == e.Op })
	if n < 0 {
		n = slices.IndexFunc(all, equal)
	}
	if n >= 0 {
		all[n].rejected = k
	}
}

// happens reports whether an event of the kind and subject is in h.
func happens(h []Event, kind Kind, i instance) bool {
	return slices.ContainsFunc(h, func(e Event) bool { return e.Kind == kind && subject(e) == i })
}

// cycle is what happens for ever.
func cycle(h []Event) []Event {
	k := slices.IndexFunc(h, func(e Event) bool { return e.Kind == Forever })
	if k < 0 {
		return nil
	}
	return h[k+1:]
}

// subjects is what the events of that kind are about, each once.
func subjects(h []Event, kind Kind) []instance {
	var all []instance
	for _, e := range h {
		if i := subject(e); e.Kind == kind && !slices.Contains(all, i) {
			all = append(all, i)
		}
	}
	return all
}

// FLL1: what is sent infinitely often is delivered infinitely often.
func owesFairLoss(h []Event) []instance {
	return slices.DeleteFunc(subjects(cycle(h), Send), func(i instance) bool {
		return happens(cycle(h), Deliver, i) || !reachable(h, i)
	})
}

// FLL2: what is sent, but finitely often, is delivered finitely often.
func owesFiniteDuplication(h []Event) []instance {
	return slices.DeleteFunc(subjects(cycle(h), Deliver), func(i instance) bool {
		return happens(cycle(h), Send, i) || !happens(h, Send, i)
	})
}

// FLL3, SL2, PL3: a delivery is preceded by a send on the same channel.
func allowsNoCreation(h []Event, k int) bool {
	return h[k].Kind != Deliver || happens(h[:k], Send, subject(h[k]))
}

// SL1: each message sent and not rejected is delivered infinitely often.
func owesStubbornDelivery(h []Event) []instance {
	return unmet(h, livesIn(h, 0, true, true))
}

// PL1: each message sent and not rejected is delivered. A payload delivered
// infinitely often leaves no instance undelivered.
func owesReliableDelivery(h []Event) []instance {
	return unmet(h, livesIn(h, Deliver, true, true))
}

func unmet(h []Event, all []life) []instance {
	var owed []instance
	for _, l := range all {
		if l.open(len(h)) && !happens(cycle(h), Deliver, l.instance) && connected(h, l.instance) {
			owed = append(owed, l.instance)
		}
	}
	return owed
}

// correct reports whether both ends of i never crash, and no direction between
// them is cut in the end.
func correct(h []Event, i instance) bool {
	return !slices.ContainsFunc(h, func(e Event) bool {
		return e.Kind == Crash && (e.Process == i.From || e.Process == i.To)
	}) && connected(h, i)
}

// connected reports whether no direction between the ends of i is cut in the
// end.
func connected(h []Event, i instance) bool {
	open := true
	for _, c := range []Channel{i.Channel, {i.To, i.From}} {
		cut := false
		for _, e := range h {
			if (e.Kind == Cut || e.Kind == Heal) && c == (Channel{e.Process, e.Peer}) {
				cut = e.Kind == Cut
			}
		}
		open = open && !cut
	}
	return open
}

// settles reports whether event k, of the settling kind, finds a message.
func settles(all []life, k int) bool {
	return slices.ContainsFunc(all, func(l life) bool { return l.settled == k })
}

// PL2: a delivery of what was sent finds an undelivered message.
func allowsNoDuplication(h []Event, k int) bool {
	return h[k].Kind != Deliver || !happens(h[:k], Send, subject(h[k])) || settles(lives(h, Deliver, false), k)
}

// ACK: a confirmation finds a message that was delivered, and not confirmed.
func allowsConfirmation(h []Event, k int) bool {
	if h[k].Kind != Confirm {
		return true
	}
	delivered, confirmed := 0, 0
	for _, l := range lives(h, Deliver, false) {
		if l.instance == subject(h[k]) && l.settled < k {
			delivered++
		}
	}
	for _, e := range h[:k] {
		if e.Kind == Confirm && subject(e) == subject(h[k]) {
			confirmed++
		}
	}
	return confirmed < delivered
}

// CLS: when a message is confirmed, none that was sent before it on its channel
// is still to be delivered.
func allowsClosing(h []Event, k int) bool {
	for _, confirmed := range lives(h, Confirm, true) {
		for _, before := range lives(h, Deliver, true) {
			if confirmed.settled == k && before.Channel == confirmed.Channel && before.sent < confirmed.sent && before.open(k) {
				return false
			}
		}
	}
	return true
}

// FIFO: when a message is delivered, none that was sent before it on its
// channel is still to be delivered.
func allowsFIFO(h []Event, k int) bool {
	if h[k].Kind != Deliver {
		return true
	}
	all := lives(h, Deliver, true)
	for _, l := range all {
		for _, before := range all {
			if l.settled == k && before.Channel == l.Channel && before.sent < l.sent && before.open(k) {
				return false
			}
		}
	}
	return true
}

// ORD: a delivery goes to the oldest open message that is equal and after which
// nothing that was sent later was delivered. If all that are equal were so
// overtaken, it is not allowed.
func allowsOrder(h []Event, k int) bool {
	if h[k].Kind != Deliver {
		return true
	}
	var all []life
	allowed := true
	for n, e := range h[:k+1] {
		switch e.Kind {
		case Send:
			all = append(all, life{subject(e), e.Op, n, len(h), len(h)})
		case Deliver:
			allowed = deliverInOrder(all, subject(e), n)
		case Reject:
			reject(all, e, n)
		}
	}
	return allowed
}

func deliverInOrder(all []life, i instance, k int) bool {
	equal := false
	for n, l := range all {
		overtaken := slices.ContainsFunc(all[n:], func(m life) bool { return m.Channel == i.Channel && m.settled < k })
		if l.instance != i || !l.open(k) {
			continue
		}
		equal = true
		if !overtaken {
			all[n].settled = k
			return true
		}
	}
	return !equal
}

// XOP: a delivery of a request that was sent executes one that is open, any
// other answers an execution, and no execution is rejected.
func allowsExecution(h []Event, k int) bool {
	i := subject(h[k])
	all := lives(h, Deliver, true)
	switch {
	case h[k].Kind == Reject:
		return slices.ContainsFunc(all, func(l life) bool { return l.rejected == k }) || !happens(h[:k], Send, i)
	case h[k].Kind != Deliver:
		return true
	case happens(h[:k], Send, i):
		return settles(all, k)
	}
	executed, answered := 0, 0
	for n, e := range h[:k] {
		from, to := subject(e).From, subject(e).To
		switch {
		case e.Kind != Deliver:
		case settles(all, n) && from == i.To && to == i.From:
			executed++
		case !settles(all, n) && from == i.From && to == i.To:
			answered++
		}
	}
	return answered < executed
}

// BND: at most testWindow messages of a channel are sent and neither confirmed
// nor rejected, and at most testBuffer held.
func allowsBounds(h []Event, k int) bool {
	if h[k].Kind == Held {
		return h[k].Count <= testBuffer
	}
	unconfirmed := 0
	for _, l := range lives(h, Confirm, true) {
		if l.Channel == subject(h[k]).Channel && l.open(k+1) {
			unconfirmed++
		}
	}
	return h[k].Kind != Send || unconfirmed <= testWindow
}
