package spec

import "testing"

// A run that says nothing is no pass, and no number of passes hides a violation.
func TestRuns(t *testing.T) {
	for _, test := range []struct {
		runs []Verdict
		want Verdict
	}{
		{nil, Inconclusive},
		{[]Verdict{Inconclusive}, Inconclusive},
		{[]Verdict{Inconclusive, Holds}, Holds},
		{[]Verdict{Holds, Violated, Holds}, Violated},
		{[]Verdict{Violated, Inconclusive}, Violated},
	} {
		var runs Runs
		for _, v := range test.runs {
			runs.Count(v)
		}
		if got := runs.Verdict(); got != test.want || runs.Held+runs.Violated+runs.Inconclusive != len(test.runs) {
			t.Errorf("%v: %v, %+v; want %v", test.runs, got, runs, test.want)
		}
	}
}
