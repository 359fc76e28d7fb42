package tcp_test

import (
	"fmt"
	"os"

	"fairloss/histories/chart"
	"fairloss/impl/external/tcp"
	"fairloss/spec"
)

// A connection that is reset takes along what was written to it.
func ExampleRun() {
	events, judgements, err := tcp.Run([]spec.Message{"alpha"},
		`{"type": "reset_peer", "stream": "upstream", "attributes": {"timeout": 0}}`)
	if err != nil {
		fmt.Println(err)
	}
	for _, j := range judgements {
		if j.Verdict == spec.Violated {
			fmt.Println(j.Property.ID, j.Reason)
		}
	}
	var shown []spec.Event
	for _, e := range events {
		if e.Op = 0; e.Kind != spec.Accept {
			shown = append(shown, e)
		}
	}
	chart.Text(os.Stdout, shown, chart.Options{Processes: 2, Broken: -1, Note: "PL1 broken here", Live: true})
	// Output:
	// PL1 "alpha", sent by process 0 to process 1, was never delivered
	// step    process 0 |                    | process 1
	//    1 SEND "alpha" |-- (1) --x lost     |
	//      -- for ever: nothing more happens -------------------------
	//      ^ PL1 broken here
}
