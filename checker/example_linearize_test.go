package checker_test

import (
	"context"
	"fmt"

	"fairloss/checker"
	"fairloss/spec"
)

// Two sends, one after the other; the second message is delivered first.
func ExampleQueue() {
	events := []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "a", Op: 1, At: 10},
		{Kind: spec.Accept, Process: 0, Peer: 1, Message: "a", Op: 1, At: 20},
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "b", Op: 2, At: 30},
		{Kind: spec.Accept, Process: 0, Peer: 1, Message: "b", Op: 2, At: 40},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "b", Since: 50, At: 60},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a", Since: 70, At: 80},
	}
	for _, judge := range []func(context.Context, []spec.Event) (checker.Result, error){checker.Queue, checker.Bag} {
		result, err := judge(context.Background(), events)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%v, says %v; %s\n", result.Verdict, result.Engine, result.Reason)
	}
	// Output:
	// violated, says porcupine and log-linear; channel 0>1: send "a" [10, 20] returned before send "b" [30, 40] began, but deliver "b" [50, 60] returned before deliver "a" [70, 80] began
	// holds, says porcupine and log-linear;
}
