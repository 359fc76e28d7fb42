package spec

import (
	"slices"
	"strings"
)

// CNF: of equal messages on a channel that were sent after the last crash of an
// end, as many are confirmed as are delivered.
// A payload that is confirmed infinitely often leaves none unconfirmed.
func owesConfirmation(h []Event) []instance {
	var owed []instance
	whole := h
	for _, i := range subjects(h, Send) {
		n, h := 0, h
		for k, e := range whole { // what an end knew of it is gone
			if e.Kind == Crash && (e.Process == i.From || e.Process == i.To) {
				h = whole[k+1:]
			}
		}
		for _, l := range lives(h, Deliver, false) {
			if l.instance == i && l.settled < len(h) {
				n++
			}
		}
		for _, l := range lives(h, Confirm, false) {
			if l.instance == i && l.settled < len(h) {
				n--
			}
		}
		if connected(whole, i) && !happens(cycle(h), Confirm, i) {
			owed = append(owed, slices.Repeat([]instance{i}, max(0, n))...)
		}
	}
	return owed
}

// QUI: where no message is sent for ever, all are delivered and, if any is
// confirmed, all are confirmed, no packet but heartbeats is transmitted for ever.
func owesQuiescence(h []Event) []instance {
	kinds := []Kind{Deliver}
	if slices.ContainsFunc(h, func(e Event) bool { return e.Kind == Confirm }) {
		kinds = append(kinds, Confirm)
	}
	for _, kind := range kinds {
		if slices.ContainsFunc(lives(h, kind, true), func(l life) bool { return l.open(len(h)) }) {
			return nil
		}
	}
	if slices.ContainsFunc(cycle(h), func(e Event) bool { return e.Kind == Send }) {
		return nil
	}
	var owed []instance
	for _, e := range cycle(h) {
		i := instance{Channel: subject(e).Channel}
		if e.Kind == Transmit && !strings.HasPrefix(e.Packet, "H") && correct(h, i) && !slices.Contains(owed, i) {
			owed = append(owed, i)
		}
	}
	return owed
}

// CMP, with the first message as the least: no size is greater than another of
// the same process, of at most half as many messages, by more than a sixteenth
// of their number. Of the sizes from n to 2n messages, for n a power of two,
// the first one is compared with later ones.
func allowsState(h []Event, k int) bool {
	finished := func(k int) int {
		n := 0
		for _, e := range h[:k] {
			if e.Kind == Send {
				n++
			}
		}
		return n
	}
	sameOctave := func(a, b int) bool {
		for n := 1; ; n *= 2 {
			if a < 2*n || b < 2*n {
				return a < 2*n && b < 2*n
			}
		}
	}
	kept := func(j int) bool { return h[j].Kind == Kept && h[j].Process == h[k].Process && finished(j) > 0 }
	if h[k].Kind != Kept {
		return true
	}
	for j := range k {
		if !kept(j) || 2*finished(j) > finished(k) || h[k].Count-h[j].Count <= finished(j)/16 {
			continue
		}
		first := true
		for earlier := range j {
			first = first && !(kept(earlier) && sameOctave(finished(earlier), finished(j)))
		}
		if first {
			return false
		}
	}
	return true
}

// PREFIX: what is delivered on a channel, joined, begins what is sent on it.
func allowsPrefix(h []Event, k int) bool {
	if h[k].Kind != Deliver {
		return true
	}
	joined := map[Kind]string{}
	for _, e := range h[:k+1] {
		if subject(e).Channel == subject(h[k]).Channel {
			joined[e.Kind] += string(e.Message)
		}
	}
	return strings.HasPrefix(joined[Send], joined[Deliver])
}
