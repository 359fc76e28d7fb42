package explore

import (
	"slices"

	"fairloss/checker"
	"fairloss/spec"
)

// needsTime is why nothing here judges a property that is Clocked: a World counts
// steps, which are no times.
const needsTime = "it speaks of times, and here only steps are counted: it needs virtual time (linktest.TestTimed, fairloss run -timed)"

// Untimed returns those of the properties that a World can judge.
func Untimed(properties []spec.Property) []spec.Property {
	return slices.DeleteFunc(slices.Clone(properties), func(p spec.Property) bool { return p.Clocked })
}

// withTimed returns the findings on Untimed(properties), and among them one on
// each property that needs time, in the order of properties.
func withTimed(properties []spec.Property, untimed []Finding) []Finding {
	for i, p := range properties {
		if p.Clocked {
			untimed = slices.Insert(untimed, i, Finding{Property: p, Reason: needsTime})
		}
	}
	return untimed
}

// judge judges a history of steps.
func judge(history []spec.Event, properties []spec.Property) []checker.Judgement {
	judge := checker.NewJudge(Untimed(properties)...)
	for _, e := range history {
		judge.Observe(e)
	}
	judgements := judge.Judgements()
	for i, p := range properties {
		if p.Clocked {
			judgements = slices.Insert(judgements, i, checker.Judgement{Property: p, Broken: -1, Reason: needsTime})
		}
	}
	return judgements
}
