package explore

import (
	"fmt"
	"slices"

	"fairloss/checker/world"
	"fairloss/spec"
)

// shownRounds is how many rounds of an endless suffix are drawn.
const shownRounds = 3

// showEndless minimises the schedule after which something stayed owed in a fair
// suffix without end, and runs it through the real code. It returns nil where
// there is none.
func (c *Campaign) showEndless(property int) (*Counterexample, error) {
	if !c.endless[property].Fair {
		return nil, nil
	}
	w := c.sys.World(nil)
	s := withoutChunks(c.endless[property], func(s world.Schedule) (world.Schedule, bool) {
		done, broken := attempt(w, s, goal(property))
		return done, !broken && w.Owing()>>property&1 == 1
	})
	end, judgements, err := replay(c.link, s, c.judged)
	if err != nil {
		return nil, err
	}
	rounds, owed := end.Rounds(), judgements[property].Owed
	if len(rounds) == 0 || len(owed) == 0 {
		return nil, nil
	}
	last := int64(rounds[min(shownRounds, len(rounds))-1])
	events := end.History()
	if cut := slices.IndexFunc(events, func(e spec.Event) bool { return e.At > last }); cut >= 0 {
		events = events[:cut]
	}
	return &Counterexample{
		Property: c.judged[property], Schedule: s, Events: events, Broken: -1, Owed: owed,
		Reason: fmt.Sprintf("after %d fair rounds %s", len(rounds), owed[0]),
	}, nil
}
