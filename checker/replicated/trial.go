package replicated

import (
	"math/rand/v2"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Bounds of a random schedule.
const (
	callsEach  = 3   // operations of each process
	maxActions = 200 // actions of a schedule
	maxLearnt  = 1 << 18
)

// Outcome is what random schedules of an object over a link showed.
type Outcome struct {
	Schedules int
	Called    int // operations
	Returned  int // of those called
	Rejected  int // histories that Porcupine rejects
	First     int // number of the first of them, from 1; 0 where there is none
}

// Verdict is what the outcome means: nothing where no operation returned.
func (o Outcome) Verdict() spec.Verdict {
	switch {
	case o.Rejected > 0:
		return spec.Violated
	case o.Returned == 0:
		return spec.Inconclusive
	}
	return spec.Holds
}

// Try runs random schedules of an object over a link, with a client at each
// process, and lets Porcupine judge each history. One seed gives one outcome.
// The error is a *world.Failure of the object or the link.
func Try(o Object, link impl.Link, seed uint64, schedules int) (Outcome, error) {
	outcome := Outcome{Schedules: schedules}
	random := rand.New(rand.NewPCG(seed, 0))
	var sys *world.System
	for n := range schedules {
		if sys == nil || sys.Size() > maxLearnt {
			var err error
			if sys, err = world.New(o.Over(link), nil); err != nil {
				return outcome, err
			}
		}
		w, err := wander(sys, random, draw(o, random))
		if err != nil {
			return outcome, err
		}
		outcome.count(w.History())
		if Judge(o, w.History()) == spec.Violated {
			if outcome.Rejected++; outcome.First == 0 {
				outcome.First = n + 1
			}
		}
	}
	return outcome, nil
}

func (o *Outcome) count(history []spec.Event) {
	for _, e := range history {
		switch e.Kind {
		case spec.Send:
			o.Called++
		case spec.Deliver:
			o.Returned++
		}
	}
}

// draw draws what each client calls.
func draw(o Object, random *rand.Rand) []world.Request {
	var calls []world.Request
	for p := range spec.Process(Processes) {
		for range callsEach {
			calls = append(calls, Call(p, o.Calls[random.IntN(len(o.Calls))]))
		}
	}
	return calls
}

// Call is the request by which process p calls an operation.
func Call(p spec.Process, operation spec.Message) world.Request {
	return world.Request{From: p, To: impl.Peers(p, Processes)[0], Message: operation}
}

// wander makes random actions. Of the kinds that are enabled one is drawn
// first, deliveries more often than others: there are many packets on a Set
// network, and few timers.
func wander(sys *world.System, random *rand.Rand, calls []world.Request) (*world.World, error) {
	w, err := sys.Witness(calls)
	if err != nil {
		return nil, err
	}
	var moves []world.Move
	for range maxActions {
		if moves = w.Enabled(moves[:0]); len(moves) == 0 {
			break
		}
		kind := moves[random.IntN(len(moves))].Kind()
		if random.IntN(2) == 0 {
			kind = moves[0].Kind()
		}
		var alike []world.Move
		for _, m := range moves {
			if m.Kind() == kind {
				alike = append(alike, m)
			}
		}
		if err := w.Do(alike[random.IntN(len(alike))]); err != nil {
			return nil, err
		}
	}
	return w, nil
}
