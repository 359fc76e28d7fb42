package checker

import (
	"fmt"
	"strings"

	"fairloss/spec"
)

// Judgement is what one history says of one property.
type Judgement struct {
	Property spec.Property
	Verdict  spec.Verdict
	Broken   int               // index of the event that broke it, counted from 0; -1 where none did
	Reason   string            // why it is not Holds, in one sentence; "" where it holds
	Owed     []spec.Obligation // what is still owed
	Tested   int               // events that put it to the test; with 0 the verdict is Inconclusive
}

// Judge reads one history and judges it by several properties, each on its
// own: one violation does not hide another. Liveness is judged only where a
// Forever event says what happens for ever; a prefix on which nothing is owed
// any more satisfies what can be met once.
type Judge struct {
	monitors   []spec.Monitor
	judgements []Judgement
	events     int
	forever    bool
}

// NewJudge returns a judge of the given properties.
func NewJudge(properties ...spec.Property) *Judge {
	j := &Judge{}
	for _, p := range properties {
		j.monitors = append(j.monitors, p.New())
		j.judgements = append(j.judgements, Judgement{Property: p, Broken: -1})
	}
	return j
}

// Observe reads the next event. It costs amortised constant time for each
// property.
func (j *Judge) Observe(e spec.Event) {
	for i := range j.judgements {
		v := &j.judgements[i]
		if v.Property.Tested == e.Kind {
			v.Tested++
		}
		if v.Verdict == spec.Violated || !v.Property.Reads.Has(e.Kind) {
			continue
		}
		if breach := j.monitors[i].Observe(e); breach != "" {
			v.Verdict, v.Reason, v.Broken = spec.Violated, breach, j.events
		}
	}
	j.forever = j.forever || e.Kind == spec.Forever
	j.events++
}

// Judgements returns what the history so far says of each property, in the
// order of NewJudge.
func (j *Judge) Judgements() []Judgement {
	list := make([]Judgement, len(j.judgements))
	for i, v := range j.judgements {
		if v.Verdict != spec.Violated {
			v.Owed = j.monitors[i].Owed()
			v.Verdict, v.Reason = j.conclude(v)
		}
		list[i] = v
	}
	return list
}

func (j *Judge) conclude(v Judgement) (spec.Verdict, string) {
	live := v.Property.Class&spec.Liveness != 0
	switch {
	case v.Tested == 0:
		return spec.Inconclusive, fmt.Sprintf("vacuous: the history has no %s event", v.Property.Tested)
	case live && j.forever && len(v.Owed) > 0:
		return spec.Violated, owing(v.Owed)
	case live && !j.forever && len(v.Owed) > 0:
		return spec.Inconclusive, "the history ends too early to tell: " + owing(v.Owed)
	case v.Property.Repeat && !j.forever:
		return spec.Inconclusive, "the history does not say what happens for ever"
	}
	return spec.Holds, ""
}

// owing says what is owed, at most three obligations of it.
func owing(owed []spec.Obligation) string {
	var b strings.Builder
	for i, o := range owed {
		if i == 3 {
			fmt.Fprintf(&b, "; and %d more", len(owed)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(o.String())
	}
	return b.String()
}
