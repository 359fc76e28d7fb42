package world

import (
	"fmt"
	"slices"
)

// Follow makes the runs before a schedule, each in a Witness of its own, and the
// actions of the schedule, then runs its fair suffix, or the cycle that goes on
// for ever. It returns Bound where there is neither. A
// cycle needs a Witness: it is made three times, and must be fair. An error is
// a *Failure of the link, or says which action is not enabled, or what makes
// the cycle none or unfair.
func (w *World) Follow(s Schedule) (Ending, error) {
	for k, run := range s.Before {
		before, err := w.sys.Witness(nil)
		for i := 0; i < len(run) && err == nil; i++ {
			err = before.applyAs(run[i], fmt.Sprintf("run %d, action %%d", k+1), i+1)
		}
		if err != nil {
			return Bound, err
		}
	}
	for i, a := range s.Actions {
		if err := w.applyAs(a, "action %d", i+1); err != nil {
			return Bound, err
		}
	}
	if s.Forever {
		return w.goRound(s.Cycle)
	}
	if !s.Fair {
		return Bound, nil
	}
	for _, r := range s.Repeat {
		if !w.sys.isChannel(r.From, r.To) {
			return Bound, fmt.Errorf("after fair: there is no channel %d>%d among %d processes", r.From, r.To, w.sys.n)
		}
	}
	suffix, lost := s.Suffix(), 0
	lose := suffix.Lose
	suffix.Lose = func(a Action) bool {
		lose := lose(a)
		if lose {
			lost++
		}
		return lose
	}
	ending, err := w.RunFair(suffix)
	if err == nil && lost < len(s.Losses) {
		err = fmt.Errorf("after fair: only %d of the %d losses happen", lost, len(s.Losses))
	}
	return ending, err
}

// applyAs applies an action, and names it in the error where it is not enabled.
func (w *World) applyAs(a Action, format string, number int) error {
	err := w.Apply(a)
	if _, failed := err.(*Failure); err == nil || failed {
		return err
	}
	return fmt.Errorf(format+", %s: %w", number, a, err)
}

// Suffix returns the fair suffix of the schedule, which loses each of its
// losses once.
func (s Schedule) Suffix() Suffix {
	left := slices.Clone(s.Losses)
	return Suffix{Repeat: s.Repeat, Lose: func(a Action) bool {
		i := slices.Index(left, a)
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
		return true
	}}
}
