package checker

import (
	"bytes"
	"fmt"
	"slices"
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
	Voided   int               // obligations that faults have voided; if there were no others, the verdict is Inconclusive
	Engine   Engine            // the judges of linearizability that decided it; 0 where a monitor did
}

// Judge reads one history and judges it by several properties, each on its
// own: one violation does not hide another. Liveness is judged only where a
// Forever event says what happens for ever; a prefix on which nothing is owed
// any more, even if every fault in it came to an end, satisfies what can be met
// once. What follows a Forever event is kept, and read again and again until it
// changes nothing more.
type Judge struct {
	monitors   []spec.Monitor
	judgements []Judgement
	events     int
	sends      int
	forever    bool
	cycle      []spec.Event
	ends       []spec.Event // what would end the faults that last, in the order of the faults
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
		if v.Property.TestedBy(e) {
			v.Tested++
		}
		if v.Verdict == spec.Violated || !v.Property.Reads.Has(e.Kind) {
			continue
		}
		if breach := j.monitors[i].Observe(e); breach != "" {
			v.Verdict, v.Reason, v.Broken = spec.Violated, breach, j.events
		}
	}
	switch {
	case e.Kind == spec.Forever:
		j.forever = true
	case j.forever:
		j.cycle = append(j.cycle, e)
	}
	j.follow(e)
	if e.Kind == spec.Send {
		j.sends++
	}
	j.events++
}

// follow keeps what would end the faults that last.
func (j *Judge) follow(e spec.Event) {
	end := spec.Event{Kind: e.Kind, Process: e.Process, Peer: e.Peer}
	switch e.Kind {
	case spec.Crash:
		end.Kind = spec.Recover
	case spec.Cut:
		end.Kind = spec.Heal
	case spec.Recover, spec.Heal:
	default:
		return
	}
	j.ends = slices.DeleteFunc(j.ends, func(known spec.Event) bool { return known == end })
	if e.Kind == spec.Crash || e.Kind == spec.Cut {
		j.ends = append(j.ends, end)
	}
}

// owed returns what property i owes by its monitor m. What a fault has voided
// that may come to an end is owed, too.
func (j *Judge) owed(i int, m spec.Monitor) []spec.Obligation {
	owed := m.Owed()
	if _, voids := m.(spec.Voider); !voids || j.forever || len(owed) > 0 || len(j.ends) == 0 {
		return owed
	}
	m = m.Clone()
	for _, e := range j.ends {
		if j.judgements[i].Property.Reads.Has(e.Kind) {
			m.Observe(e)
		}
	}
	return m.Owed()
}

// Judgements returns what the history so far says of each property, in the
// order of NewJudge.
func (j *Judge) Judgements() []Judgement {
	list := make([]Judgement, len(j.judgements))
	for i, v := range j.judgements {
		m := j.monitors[i]
		if v.Verdict != spec.Violated {
			m = j.repeat(i, &v)
			v.Owed = j.owed(i, m)
			v.Voided = voided(m)
		}
		if v.Verdict != spec.Violated {
			v.Verdict, v.Reason = j.conclude(v, m)
		}
		list[i] = v
	}
	return list
}

// repeat reads the cycle again until it changes the monitor of property i no
// more, and returns that monitor. A breach that is to come uses up, with each
// repetition, one of the instances sent or one of the places in a window, so
// that as many repetitions as there are of these are enough.
func (j *Judge) repeat(i int, v *Judgement) spec.Monitor {
	m := j.monitors[i]
	if len(j.cycle) == 0 || v.Property.Clocked {
		return m
	}
	m = m.Clone()
	key := m.AppendKey(nil)
	for range j.sends + v.Property.Slack + 1 {
		for k, e := range j.cycle {
			if !v.Property.Reads.Has(e.Kind) {
				continue
			}
			if breach := m.Observe(e); breach != "" {
				v.Verdict, v.Reason, v.Broken = spec.Violated, breach+", as the cycle repeats", j.events-len(j.cycle)+k
				return j.monitors[i]
			}
		}
		next := m.AppendKey(nil)
		if bytes.Equal(key, next) {
			break
		}
		key = next
	}
	return m
}

func (j *Judge) conclude(v Judgement, m spec.Monitor) (spec.Verdict, string) {
	live := v.Property.Class&spec.Liveness != 0
	switch {
	case v.Tested == 0:
		return spec.Inconclusive, fmt.Sprintf("vacuous: the history has no %s event%s", v.Property.Tested, about(v.Property))
	case live && j.forever && len(v.Owed) > 0:
		return spec.Violated, owing(v.Owed)
	case live && !j.forever && len(v.Owed) > 0:
		return spec.Inconclusive, "the history ends too early to tell: " + owing(v.Owed)
	case (v.Property.Recurs == spec.Repeated || v.Property.Recurs == spec.Ceases) && !j.forever:
		return spec.Inconclusive, "the history does not say what happens for ever"
	case v.Voided > 0 && v.Voided >= v.Tested:
		return spec.Inconclusive, fmt.Sprintf("vacuous: faults voided all %d obligations", v.Voided)
	}
	if u, ok := m.(spec.Undecider); ok && u.Undecided() != "" {
		return spec.Inconclusive, u.Undecided()
	}
	return spec.Holds, ""
}

// about says that it is certain events which put a property to the test.
func about(p spec.Property) string {
	if p.About == nil {
		return ""
	}
	return " that puts it to the test"
}

// voided returns how many obligations faults have voided.
func voided(m spec.Monitor) int {
	if v, ok := m.(spec.Voider); ok {
		return v.Voided()
	}
	return 0
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
