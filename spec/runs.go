package spec

import "fmt"

// Runs counts the verdicts of many runs on one property. The zero value is of
// no run.
type Runs struct {
	Planned      int // runs that were to be made; 0 means as many as were counted
	Held         int // runs in which it holds
	Violated     int
	Inconclusive int
}

// Count counts one more run.
func (r *Runs) Count(v Verdict) {
	switch v {
	case Holds:
		r.Held++
	case Violated:
		r.Violated++
	default:
		r.Inconclusive++
	}
}

// Judged returns in how many runs the property was judged: in the others it
// was inconclusive, or they were not made.
func (r Runs) Judged() int { return r.Held + r.Violated }

// Of returns how many runs there should have been: those that were planned, or
// those that were counted where there are more.
func (r Runs) Of() int { return max(r.Planned, r.Judged()+r.Inconclusive) }

// Verdict is Violated where a run violates the property, and Holds where none
// does and it holds in half of the runs or more. What was judged on a few of
// many runs is Inconclusive.
func (r Runs) Verdict() Verdict {
	switch {
	case r.Violated > 0:
		return Violated
	case r.Held > 0 && 2*r.Held >= r.Of():
		return Holds
	}
	return Inconclusive
}

// String returns how many runs judged the property, of how many: "judged in 3
// of 100 runs".
func (r Runs) String() string { return fmt.Sprintf("judged in %d of %d runs", r.Judged(), r.Of()) }
