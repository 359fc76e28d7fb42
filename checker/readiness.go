package checker

import (
	"fmt"

	"fairloss/spec"
)

// Readiness is what a runtime judges beside what a link claims: that an
// application which waits for the link does not wait for ever. No history shows
// it, since a message that was never sent is in none.
var Readiness = spec.Property{
	ID: "READY", Name: "readiness", Class: spec.Liveness, Source: "Petrov, Database Internals, ch. 8, backpressure",
	Sentence: "A link that is not ready to send is ready again in the end.",
	Tested:   spec.Send,
}

// JudgeReadiness judges Readiness by a run in which so many messages were sent
// and so many left, which the application was to send. Stuck is the channel that
// the link is not ready for in a run that has come to rest, so that it never will
// be; the zero value where there is none, or the run went on.
func JudgeReadiness(sent, left int, stuck spec.Channel) Judgement {
	j := Judgement{Property: Readiness, Broken: -1, Tested: sent + left}
	switch {
	case left > 0 && stuck != (spec.Channel{}):
		j.Verdict = spec.Violated
		j.Reason = fmt.Sprintf("process %d is never ready to send to process %d again: %d messages were never sent", stuck.From, stuck.To, left)
	case left > 0:
		j.Reason = fmt.Sprintf("%d messages were never sent: the run ended before, or the link took no more", left)
	case sent == 0:
		j.Reason = "vacuous: nothing was to be sent"
	default:
		j.Verdict = spec.Holds
	}
	return j
}
