package explore

import (
	"errors"
	"fmt"
	"slices"

	"fairloss/checker/world"
	"fairloss/impl"
)

// replays is how often a schedule that breaks the contract is run to see how
// often it does. A link that draws lots, or ranges over a map, diverges in some
// runs only: these are many, and a smaller schedule must diverge in some of few.
const (
	replays      = 10
	luckyReplays = 100
	fewRuns      = 20
	divergences  = 3
)

// Broken is a link that broke its contract: it panics, is not deterministic,
// or its key omits state. Unwrap gives the *world.Failure. Its schedule is
// minimised.
type Broken struct {
	Schedule world.Schedule // what led to it
	Replayed int            // how often the schedule was run once more
	Broke    int            // how many of these runs broke the contract
	cause    error
}

// Error says which event did it.
func (b *Broken) Error() string { return b.cause.Error() }

// Unwrap returns the *world.Failure.
func (b *Broken) Unwrap() error { return b.cause }

// Details are lines that show what is wrong, "" where Error says all.
func (b *Broken) Details() string {
	var failure *world.Failure
	if errors.As(b.cause, &failure) {
		return failure.Details
	}
	return ""
}

// Hung is a link of which a handler call does not return. Its schedule is as it
// was, and is not run again.
func Hung(h *world.Hang) *Broken { return &Broken{Schedule: h.Schedule, cause: h.Failure} }

// Runs says how often the schedule was run once more, and what that showed.
func (b *Broken) Runs() string {
	if b.Replayed == 0 {
		return "not minimised: it would hang again"
	}
	return fmt.Sprintf("it breaks the contract in %d of %d runs", b.Broke, b.Replayed)
}

// newBroken returns what a schedule did, minimised. Before are the runs that
// came before it in Witnesses of the same system: a failure may contradict one of
// them.
func newBroken(link impl.Link, s world.Schedule, before [][]world.Action, cause error) *Broken {
	b := &Broken{Schedule: s, cause: cause}
	var failure *world.Failure
	if !errors.As(cause, &failure) {
		return b
	}
	if failure.Diverges {
		b.reduce(link, before, failure.Earlier)
	} else if sys, err := world.New(link, nil); err == nil && !s.Forever { // a lasso comes from a search, which found no shorter one
		b.Schedule = minimise(sys, s, contract)
	}
	runs := replays
	if failure.Diverges {
		runs = luckyReplays
	}
	b.repeat(link, runs)
	return b
}

// repeat runs the schedule again, counts how often it breaks the contract, and
// keeps what the first of these runs says.
//
// A program that has failed once fails for ever, in Init: that says nothing new.
func (b *Broken) repeat(link impl.Link, runs int) {
	for range runs {
		b.Replayed++
		if f := follow(link, b.Schedule); f != nil {
			if b.Broke++; b.Broke == 1 && (f.Event != "Init()" || b.Schedule.Len() == 0) {
				b.cause = f
			}
		}
	}
}

// follow runs a schedule on a system that has learnt nothing, and returns the
// link's failure, nil where there is none.
func follow(link impl.Link, s world.Schedule) *world.Failure {
	var failure *world.Failure
	sys, err := world.New(s.On(link), Judged(link))
	if err == nil {
		var w *world.World
		if w, err = sys.Witness(nil); err == nil {
			_, err = w.Follow(s)
		}
	}
	if errors.As(err, &failure) {
		return failure
	}
	return nil
}

// diverging looks for schedules whose runs diverge.
type diverging struct {
	link   impl.Link
	runs   int // of a schedule
	wanted int // of these, how many must diverge
}

// reduce minimises a schedule that diverges, together with a run before it
// where it needs one. The earlier run is the likely one; 0 is not known.
func (b *Broken) reduce(link impl.Link, before [][]world.Action, earlier int) {
	d := diverging{link: link, runs: fewRuns, wanted: 1}
	alone := world.Schedule{Actions: unrolled(link, b.Schedule), Before: b.Schedule.Before}
	found, ok := d.attempt(alone)
	if earlier > 0 && earlier <= len(before) {
		before = slices.Insert(slices.Clone(before), 0, before[earlier-1])
	}
	for i := 0; i < len(before) && !ok; i++ {
		found, ok = d.attempt(world.Schedule{Before: before[i : i+1], Actions: alone.Actions})
	}
	if !ok {
		return
	}
	if d.wanted = divergences; d.always(found) {
		d.runs, d.wanted = 1, 1
	}
	b.Schedule = reduced(found, d.attempt)
}

// always reports whether each run of a schedule diverges.
func (d diverging) always(s world.Schedule) bool {
	for range replays {
		if _, ok := d.once(s); !ok {
			return false
		}
	}
	return true
}

// attempt runs a schedule, leaving out what is not enabled. It reports whether a
// run diverged, and what was run up to there.
func (d diverging) attempt(s world.Schedule) (world.Schedule, bool) {
	diverged := 0
	for range d.runs {
		done, ok := d.once(s)
		if ok {
			diverged++
		}
		if diverged == d.wanted {
			return done, true
		}
	}
	return s, false
}

func (d diverging) once(s world.Schedule) (world.Schedule, bool) {
	sys, err := world.New(d.link, Judged(d.link))
	if err != nil {
		return s, false
	}
	done := world.Schedule{}
	for _, run := range append(slices.Clip(s.Before), s.Actions) {
		w, err := sys.Witness(nil)
		actions, err := apply(w, run, err)
		var failure *world.Failure
		if errors.As(err, &failure) {
			done.Actions = actions
			return done, failure.Diverges
		}
		done.Before = append(done.Before, actions)
	}
	return s, false
}

// apply makes the actions that are enabled, up to the first that fails, unless
// the world failed before.
func apply(w *world.World, actions []world.Action, err error) ([]world.Action, error) {
	var done []world.Action
	for i := 0; i < len(actions) && err == nil; i++ {
		var failure *world.Failure
		if err = w.Apply(actions[i]); err == nil || errors.As(err, &failure) {
			done = append(done, actions[i])
			continue
		}
		err = nil // it is not enabled
	}
	return done, err
}

// unrolled returns what a schedule does, a fair suffix too, as plain actions.
func unrolled(link impl.Link, s world.Schedule) []world.Action {
	if !s.Fair && !s.Forever {
		return s.Actions
	}
	sys, err := world.New(link, Judged(link))
	if err != nil {
		return s.Actions
	}
	w, err := sys.Witness(nil)
	if err != nil {
		return s.Actions
	}
	_, _ = w.Follow(s) // as far as it goes
	return w.Actions()
}
