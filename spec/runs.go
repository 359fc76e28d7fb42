package spec

// Runs counts the verdicts of many runs on one property. The zero value is of
// no run.
type Runs struct {
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

// Verdict is Violated where a run violates the property, Holds where none does
// and one holds it, else Inconclusive.
func (r Runs) Verdict() Verdict {
	switch {
	case r.Violated > 0:
		return Violated
	case r.Held > 0:
		return Holds
	}
	return Inconclusive
}
