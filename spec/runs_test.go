package spec

import "testing"

// A run that says nothing is no pass, no number of passes hides a violation,
// and what a few of many runs judged does not hold.
func TestRuns(t *testing.T) {
	for _, test := range []struct {
		planned int
		runs    []Verdict
		want    Verdict
		text    string
	}{
		{0, nil, Inconclusive, "judged in 0 of 0 runs"},
		{0, []Verdict{Inconclusive}, Inconclusive, "judged in 0 of 1 runs"},
		{0, []Verdict{Inconclusive, Holds}, Holds, "judged in 1 of 2 runs"},
		{0, []Verdict{Inconclusive, Holds, Inconclusive}, Inconclusive, "judged in 1 of 3 runs"},
		{0, []Verdict{Holds, Violated, Holds}, Violated, "judged in 3 of 3 runs"},
		{0, []Verdict{Violated, Inconclusive}, Violated, "judged in 1 of 2 runs"},
		{4, []Verdict{Holds, Holds}, Holds, "judged in 2 of 4 runs"},
		{5, []Verdict{Holds, Holds}, Inconclusive, "judged in 2 of 5 runs"},
		{100, []Verdict{Violated}, Violated, "judged in 1 of 100 runs"},
		{1, []Verdict{Holds, Inconclusive, Inconclusive}, Inconclusive, "judged in 1 of 3 runs"},
	} {
		runs := Runs{Planned: test.planned}
		for _, v := range test.runs {
			runs.Count(v)
		}
		if got := runs.Verdict(); got != test.want || runs.String() != test.text {
			t.Errorf("%d planned, %v: %v, %v; want %v, %s", test.planned, test.runs, got, runs, test.want, test.text)
		}
	}
}
