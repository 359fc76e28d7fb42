package spec

import "fmt"

// Verdict is what a judge says of a property. The zero value is Inconclusive,
// and Inconclusive is never success.
type Verdict uint8

// The verdicts.
const (
	Inconclusive Verdict = iota // not decided: bounds were reached, or nothing put the property to the test
	Holds                       // no violation within the scope that was looked at
	Violated                    // a counterexample exists
)

var verdictNames = [...]string{"inconclusive", "holds", "violated"}

// String returns "inconclusive", "holds" or "violated".
func (v Verdict) String() string {
	if int(v) >= len(verdictNames) {
		return fmt.Sprintf("verdict(%d)", uint8(v))
	}
	return verdictNames[v]
}

// MarshalText spells the verdict as String does.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (v *Verdict) UnmarshalText(b []byte) error {
	for i, name := range verdictNames {
		if name == string(b) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("unknown verdict %q", b)
}

// Worst returns the verdict of a conjunction: Violated if any is, else
// Inconclusive if any is or there is none, else Holds.
func Worst(verdicts ...Verdict) Verdict {
	worst := Holds
	if len(verdicts) == 0 {
		worst = Inconclusive
	}
	for _, v := range verdicts {
		if v == Violated {
			return Violated
		}
		if v != Holds {
			worst = Inconclusive
		}
	}
	return worst
}
