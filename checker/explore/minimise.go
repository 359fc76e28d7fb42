package explore

import (
	"slices"

	"fairloss/checker/world"
)

// goal is what a schedule must still do to be a counterexample: break the
// property of that number or, with -1, make the link fail its contract.
type goal int

const contract goal = -1

// element is what minimising can take out of a schedule.
type element struct {
	kind   elementKind
	run    int // of a plain action: the run before, from 1; 0 is the last
	action world.Action
	repeat world.Request
}

type elementKind uint8

const (
	plainAction elementKind = iota
	repeatedSend
	fairLoss
)

func elements(s world.Schedule) []element {
	var list []element
	for i, run := range s.Before {
		for _, a := range run {
			list = append(list, element{kind: plainAction, run: i + 1, action: a})
		}
	}
	for _, a := range s.Actions {
		list = append(list, element{kind: plainAction, action: a})
	}
	for _, r := range s.Repeat {
		list = append(list, element{kind: repeatedSend, repeat: r})
	}
	for _, a := range s.Losses {
		list = append(list, element{kind: fairLoss, action: a})
	}
	return list
}

func assemble(list []element, fair bool) world.Schedule {
	s := world.Schedule{Fair: fair}
	run := 0
	for _, e := range list {
		switch {
		case e.run > 0 && e.run != run:
			run = e.run
			s.Before = append(s.Before, []world.Action{e.action})
			continue
		case e.run > 0:
			last := &s.Before[len(s.Before)-1]
			*last = append(*last, e.action)
			continue
		}
		switch e.kind {
		case plainAction:
			s.Actions = append(s.Actions, e.action)
		case repeatedSend:
			s.Repeat = append(s.Repeat, e.repeat)
		case fairLoss:
			s.Losses = append(s.Losses, e.action)
		}
	}
	return s
}

// minimise takes actions out of a failing schedule until no three, two or one
// of those left can be spared (Zeller and Hildebrandt, "Simplifying and
// Isolating Failure-Inducing Input", 2002, then small sets). It returns the
// schedule as it is where that does not reach the goal.
func minimise(sys *world.System, s world.Schedule, g goal) world.Schedule {
	w := sys.World(nil)
	try := func(s world.Schedule) (world.Schedule, bool) { return attempt(w, s, g) }
	best, ok := try(unfold(sys, s))
	if !ok {
		best, ok = try(s)
	}
	if !ok {
		return s
	}
	best = withoutChunks(best, try)
	if smaller, found := loseOnly(w, best, g); found {
		return minimise(sys, smaller, g)
	}
	if smaller, found := withoutSet(best, try); found {
		return minimise(sys, smaller, g)
	}
	return best
}

// try runs a schedule, leaving out what is not enabled. It reports whether the
// goal was reached, and the actions up to there.
type try func(s world.Schedule) (world.Schedule, bool)

// reduced takes out of a schedule what minimise takes out, but for what asks a
// memo.
func reduced(s world.Schedule, try try) world.Schedule {
	for {
		s = withoutChunks(s, try)
		smaller, found := withoutSet(s, try)
		if !found {
			return s
		}
		s = smaller
	}
}

// withoutChunks takes out runs of elements, ever shorter ones, until no single
// one can be spared.
func withoutChunks(s world.Schedule, try try) world.Schedule {
	for chunk := max(1, s.Len()/2); ; chunk = max(1, chunk/2) {
		smaller := removeChunks(s, try, chunk)
		if chunk == 1 && smaller.Len() == s.Len() {
			return smaller
		}
		s = smaller
	}
}

// withoutSet tries to take out two or three elements.
func withoutSet(s world.Schedule, try try) (world.Schedule, bool) {
	for size := 2; size <= 3; size++ {
		if smaller, found := removeSets(s, try, size); found {
			return smaller, true
		}
	}
	return s, false
}

// unfold returns a schedule with what its fair suffix does as plain actions: a
// breach of safety needs no fairness, and what was forced can be spared.
func unfold(sys *world.System, s world.Schedule) world.Schedule {
	w, err := sys.Witness(nil)
	if !s.Fair || err != nil {
		return s
	}
	_, _ = w.Follow(s) // as far as it goes: whether that reaches the goal is seen later
	return world.Schedule{Actions: w.Actions()}
}

// removeChunks tries to take out each run of that many elements, the last
// first.
func removeChunks(s world.Schedule, try try, chunk int) world.Schedule {
	for end := s.Len(); end > 0; end -= chunk {
		list := elements(s)
		end = min(end, len(list))
		smaller, ok := try(assemble(slices.Delete(list, max(0, end-chunk), end), s.Fair))
		if ok {
			s = smaller
		}
	}
	return s
}

// maxRepeatedLoss is how often loseOnly lets a packet be lost.
const maxRepeatedLoss = 3

// loseOnly tries to do with the sends alone, and one packet that the fair suffix
// loses a few times: losing it can stand for delivering all others before it.
func loseOnly(w *world.World, s world.Schedule, g goal) (world.Schedule, bool) {
	if !s.Fair || g == contract {
		return s, false
	}
	sends := slices.DeleteFunc(slices.Clone(s.Actions), func(a world.Action) bool { return a.Kind != world.Send })
	for _, packet := range transmitted(w, sends, s.Repeat) {
		for n := 1; n <= maxRepeatedLoss && len(sends)+len(s.Repeat)+n < s.Len(); n++ {
			less := world.Schedule{Actions: sends, Fair: true, Repeat: s.Repeat, Losses: slices.Repeat([]world.Action{packet}, n)}
			if smaller, ok := attempt(w, less, g); ok {
				return smaller, true
			}
		}
	}
	return s, false
}

// transmitted returns the packets that a fair suffix after the actions
// transmits, as the losses of them, in the order of their first transmission.
func transmitted(w *world.World, actions []world.Action, repeat []world.Request) []world.Action {
	var packets []world.Action
	w.Reset(nil)
	for _, a := range actions {
		_ = w.Apply(a) // one that is not enabled is left out
	}
	_, _ = w.RunFair(world.Suffix{Repeat: repeat, Lose: func(a world.Action) bool {
		if !slices.Contains(packets, a) {
			packets = append(packets, a)
		}
		return false
	}})
	return packets
}

// maxSetElements bounds the work of removeSets: 40 elements have 9,880 sets of
// three.
const maxSetElements = 40

// removeSets tries to take out each set of size elements that need not be
// neighbours: a send, say, and the delivery of its packet.
func removeSets(s world.Schedule, try try, size int) (world.Schedule, bool) {
	list := elements(s)
	if len(list) > maxSetElements || len(list) <= size {
		return s, false
	}
	var without func(chosen []int) (world.Schedule, bool)
	without = func(chosen []int) (world.Schedule, bool) {
		if len(chosen) == size {
			var left []element
			for i, e := range list {
				if !slices.Contains(chosen, i) {
					left = append(left, e)
				}
			}
			return try(assemble(left, s.Fair))
		}
		next := 0
		if len(chosen) > 0 {
			next = chosen[len(chosen)-1] + 1
		}
		for i := next; i < len(list); i++ {
			if smaller, ok := without(append(chosen, i)); ok {
				return smaller, true
			}
		}
		return s, false
	}
	return without(make([]int, 0, size))
}

// attempt runs a schedule, leaving out what is not enabled. It reports whether
// the goal was reached, and the actions up to there.
func attempt(w *world.World, s world.Schedule, g goal) (world.Schedule, bool) {
	w.Reset(nil)
	done := world.Schedule{}
	for _, a := range s.Actions {
		err := w.Apply(a)
		_, failed := err.(*world.Failure)
		if err != nil && !failed {
			continue
		}
		done.Actions = append(done.Actions, a)
		if failed {
			return done, g == contract
		}
		if g != contract && w.Broken()>>g&1 == 1 {
			return done, true
		}
	}
	if !s.Fair {
		return done, false
	}
	done.Fair, done.Repeat = true, s.Repeat
	suffix := s.Suffix()
	lose := suffix.Lose
	suffix.Lose = func(a world.Action) bool {
		lost := lose(a)
		if lost {
			done.Losses = append(done.Losses, a)
		}
		return lost
	}
	ending, err := w.RunFair(suffix)
	switch {
	case err != nil:
		return done, g == contract
	case g == contract:
		return done, false
	case w.Broken()>>g&1 == 1:
		return done, true
	}
	return done, (ending == world.Quiet || ending == world.Cycle) && w.Owing()>>g&1 == 1
}
