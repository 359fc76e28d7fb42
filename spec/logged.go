package spec

import "maps"

// loggedDelivery is the monitor of LPL1, of one store for each message, and of
// LSL1, of deliveries infinitely often. What a process was asked to send is
// owed from then on; a crash of that process voids only what its link had not
// accepted yet. A crash of the receiver voids nothing, unless it stays down.
type loggedDelivery struct {
	by       Kind // what meets an obligation: Store; or Deliver, again and again
	debt     debt
	accepted tally // no more than open: owed in spite of a crash of the sender
}

func (l *loggedDelivery) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Send:
		l.debt.raise(i)
	case Accept:
		if l.accepted[i] < l.debt.open[i] {
			l.accepted.add(i, 1)
		}
	case l.by:
		l.meet(i)
	case Reject:
		if l.debt.open[i] > l.accepted[i] {
			l.debt.open.take(i)
		}
	case Crash:
		for _, i := range l.debt.open.sorted() {
			if n := l.debt.open[i] - l.accepted[i]; i.From == e.Process && n > 0 {
				l.debt.open.add(i, -n)
				l.debt.voided += n
			}
		}
	case Forever:
		l.debt.forever = true
	}
	l.debt.faults.observe(e)
	return ""
}

// meet settles one instance that is to be stored, one that was accepted if
// there is any; after Forever it settles all that there will ever be.
func (l *loggedDelivery) meet(i instance) {
	if l.by == Store && l.debt.open.take(i) {
		l.accepted.take(i)
	}
	if l.debt.forever {
		l.debt.meet(i)
		delete(l.accepted, i)
	}
}

func (l *loggedDelivery) void(i instance) bool {
	f := &l.debt.faults
	return f.isDown(i.From) || f.isDown(i.To) || f.severed(i.Channel)
}

func (l *loggedDelivery) Owed() []Obligation {
	if l.by == Deliver {
		return l.debt.owed(l.void, "is not delivered infinitely often")
	}
	return l.debt.owed(l.void, "was never stored")
}

// Voided returns how many obligations faults have voided.
func (l *loggedDelivery) Voided() int { return l.debt.void(l.void) }

func (l *loggedDelivery) AppendKey(b []byte) []byte { return l.debt.appendKey(l.accepted.appendKey(b)) }

func (l *loggedDelivery) Clone() Monitor {
	return &loggedDelivery{l.by, l.debt.clone(), maps.Clone(l.accepted)}
}
