package spec

import "slices"

// reachable reports whether both ends of i are up and connected in the end.
func reachable(h []Event, i instance) bool {
	up := map[Process]bool{i.From: true, i.To: true}
	for _, e := range h {
		if e.Kind == Crash || e.Kind == Recover {
			up[e.Process] = e.Kind == Recover
		}
	}
	return up[i.From] && up[i.To] && connected(h, i)
}

// promise is one message that was sent: firm is a promise that a crash of its
// sender does not excuse.
type promise struct {
	instance
	firm, done bool
}

// find returns the first promise about i that is not done and is as firm as
// wanted, else one that is not, else -1.
func find(all []promise, i instance, firm bool) int {
	for _, f := range []bool{firm, !firm} {
		if n := slices.IndexFunc(all, func(p promise) bool { return p.instance == i && !p.done && p.firm == f }); n >= 0 {
			return n
		}
	}
	return -1
}

// owing returns the promises that are not done, that nothing in the cycle keeps
// and whose ends are reachable, if they are owed at all.
func owing(h []Event, all []promise, kept Kind, owed func(promise) bool) []instance {
	var list []instance
	for _, p := range all {
		if !p.done && owed(p) && !happens(cycle(h), kept, p.instance) && reachable(h, p.instance) {
			list = append(list, p.instance)
		}
	}
	return list
}

// LPL1: what was accepted is stored if both ends are up in the end; a crash of
// the sender takes away only what was not accepted.
func owesLoggedDelivery(h []Event) []instance {
	var all []promise
	for _, e := range h {
		i := subject(e)
		switch e.Kind {
		case Send:
			all = append(all, promise{instance: i})
		case Accept:
			if n := find(all, i, false); n >= 0 {
				all[n].firm = true
			}
		case Store:
			if n := find(all, i, true); n >= 0 {
				all[n].done = true
			}
		case Reject:
			if n := find(all, i, false); n >= 0 && !all[n].firm {
				all[n].done = true
			}
		case Crash:
			for n := range all {
				all[n].done = all[n].done || all[n].From == e.Process && !all[n].firm
			}
		}
	}
	return owing(h, all, Store, func(promise) bool { return true })
}

// LSL1: what was accepted is delivered infinitely often if both ends are up in
// the end; a crash of the sender takes away only what was not accepted.
func owesLoggedStubborn(h []Event) []instance {
	without := slices.DeleteFunc(slices.Clone(h), func(e Event) bool { return e.Kind == Store })
	return slices.DeleteFunc(owesLoggedDelivery(without), func(i instance) bool { return happens(cycle(h), Deliver, i) })
}

// XOP: what was requested is executed, unless its client crashed before; then
// it may be executed all the same.
func owesExecution(h []Event) []instance {
	var all []promise
	for _, e := range h {
		i := subject(e)
		switch e.Kind {
		case Send:
			all = append(all, promise{instance: i, firm: true})
		case Deliver, Reject:
			if n := find(all, i, true); n >= 0 {
				all[n].done = true
			}
		case Crash:
			for n := range all {
				all[n].firm = all[n].firm && all[n].From != e.Process
			}
		}
	}
	return owing(h, all, Deliver, func(p promise) bool { return p.firm })
}

// LPL2: PL2 of stores.
func allowsNoDuplicateStore(h []Event, k int) bool {
	return h[k].Kind != Store || !happens(h[:k], Send, subject(h[k])) || settles(lives(h, Store, false), k)
}

// LPL3: PL3 of stores.
func allowsNoCreatedStore(h []Event, k int) bool {
	return h[k].Kind != Store || happens(h[:k], Send, subject(h[k]))
}
