package checker_test

import (
	"fmt"

	"fairloss/checker"
	"fairloss/spec"
)

// A retransmission that the receiver does not recognise is a duplicate. The
// judge reports it next to what else there is to say, and calls nothing decided
// that this history does not decide.
func ExampleJudge() {
	judge := checker.NewJudge(spec.PL1, spec.PL2, spec.PL3, spec.ACK)
	for _, e := range []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "pay 5"},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "pay 5"},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "pay 5"},
	} {
		judge.Observe(e)
	}
	for _, j := range judge.Judgements() {
		fmt.Printf("%s: %v %q\n", j.Property.ID, j.Verdict, j.Reason)
	}
	// Output:
	// PL1: holds ""
	// PL2: violated "process 1 delivers \"pay 5\" from process 0 once more than it was sent"
	// PL3: holds ""
	// ACK: inconclusive "vacuous: the history has no confirm event"
}
