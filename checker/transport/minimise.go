package transport

import (
	"slices"
	"time"

	"fairloss/checker/chaos"
	"fairloss/spec"
)

// Minimise takes messages and faults out of a schedule that breaks something,
// until no one and no two of those left can be spared (Zeller and Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input", 2002), and makes times
// and numbers smaller. It asks breaks at most so many times, and returns the
// last schedule that does break, which is s where none does.
func Minimise(s Schedule, tries int, breaks func(Schedule) bool) Schedule {
	m := minimiser{best: s, tries: tries, breaks: breaks}
	for changed := true; changed && m.tries > 0; {
		changed = m.chunks()
		changed = m.pairs() || changed
		changed = m.numbers() || changed
	}
	return m.best
}

type minimiser struct {
	best   Schedule
	tries  int
	breaks func(Schedule) bool
}

// try takes s for the best schedule if it breaks, too.
func (m *minimiser) try(s Schedule) bool {
	if m.tries <= 0 || len(s.Sends) == 0 && len(m.best.Sends) > 0 {
		return false
	}
	m.tries--
	if !m.breaks(s) {
		return false
	}
	m.best = s
	return true
}

// without returns a schedule without its elements from i to j: faults come
// first, then messages.
func (s Schedule) without(i, j int) Schedule {
	n := len(s.Plan)
	s.Sends = slices.Delete(slices.Clone(s.Sends), max(i, n)-n, max(j, n)-n)
	s.Plan = slices.Delete(slices.Clone(s.Plan), min(i, n), min(j, n))
	return s
}

// chunks takes out runs of elements: halves first, then quarters, and so on.
func (m *minimiser) chunks() (changed bool) {
	for size := max(1, m.best.Len()/2); ; size /= 2 {
		for end := m.best.Len(); end > 0; end -= size {
			end = min(end, m.best.Len())
			changed = m.try(m.best.without(max(0, end-size), end)) || changed
		}
		if size == 1 {
			return changed
		}
	}
}

// pairs takes out two elements that need not be neighbours.
func (m *minimiser) pairs() (changed bool) {
	for j := m.best.Len() - 1; j > 0; j-- {
		for i := j - 1; i >= 0 && j < m.best.Len(); i-- {
			changed = m.try(m.best.without(j, j+1).without(i, i+1)) || changed
		}
	}
	return changed
}

// numbers makes numbers smaller, one at a time.
func (m *minimiser) numbers() (changed bool) {
	changed = m.best.Seed != 0 && m.try(Schedule{0, m.best.Sends, m.best.Plan})
	for i := range m.best.Sends {
		for _, send := range simpler(m.best.Sends[i], i) {
			s := m.best
			s.Sends = slices.Clone(s.Sends)
			s.Sends[i] = send
			if m.try(s) {
				changed = true
				break
			}
		}
	}
	for i := range m.best.Plan {
		for _, f := range calmer(m.best.Plan[i]) {
			s := m.best
			s.Plan = slices.Clone(s.Plan)
			s.Plan[i] = f
			if m.try(s) {
				changed = true
				break
			}
		}
	}
	return changed
}

// simpler returns sends that are simpler than the i-th: another word instead of
// a long message or a later word, or a shorter time.
func simpler(s Send, i int) []Send {
	var list []Send
	if i < len(words) && s.Message != spec.Message(words[i]) {
		list = append(list, Send{spec.Message(words[i]), s.After})
	}
	for _, after := range smaller(s.After) {
		list = append(list, Send{s.Message, after})
	}
	return list
}

// smaller returns shorter times, the shortest first.
func smaller(d time.Duration) []time.Duration {
	if d == 0 {
		return nil
	}
	list := []time.Duration{0}
	if half := (d / 2).Truncate(time.Millisecond); half > 0 {
		list = append(list, half)
	}
	return list
}

// calmer returns faults that are simpler, or one number calmer. The loss of a
// packet is simpler than its corruption, and that of the first or the second is
// than a fault that names none.
func calmer(f chaos.Fault) []chaos.Fault {
	var list []chaos.Fault
	loss := func(n int) { list = append(list, chaos.Fault{Kind: chaos.Drop, From: f.From, To: f.To, Number: n}) }
	switch f.Kind {
	case chaos.Flip, chaos.Swap, chaos.Truncate:
		loss(f.Number)
	case chaos.Cut, chaos.Bandwidth, chaos.Queue:
		loss(1)
		loss(2)
	}
	for _, n := range []int{1, f.Number / 2, f.Number - 1} {
		if n > 0 && n < f.Number {
			g := f
			g.Number = n
			list = append(list, g)
		}
	}
	if f.Kind == chaos.Delay || f.Kind == chaos.Duplicate || f.Kind == chaos.Cut {
		length := f.Until - f.Time
		for _, d := range smaller(f.Time) {
			g := f
			if g.Time = d; f.Until != 0 {
				g.Until = d + length
			}
			list = append(list, g)
		}
	}
	if f.Until != 0 && (f.Until-f.Time)/2 >= time.Millisecond {
		g := f
		g.Until = f.Time + ((f.Until - f.Time) / 2).Truncate(time.Millisecond)
		list = append(list, g)
	}
	if f.Kind == chaos.Inject && f.Bytes != "" {
		g := f
		g.Bytes = f.Bytes[:len(f.Bytes)/2]
		list = append(list, g)
	}
	return list
}
