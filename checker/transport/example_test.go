package transport_test

import (
	"fmt"

	"fairloss/checker/transport"
)

// A schedule breaks something where at least two messages are sent, and the
// second packet is lost.
func ExampleMinimise() {
	s, err := transport.Parse(`seed 4; send 0>1 "x"; send 0>1 "y" 5s; send 0>1 "z"; drop 0>1 2; flip 0>1 3 9; delay 1>0 1 1s`)
	if err != nil {
		panic(err)
	}
	short := transport.Minimise(s, 1000, func(s transport.Schedule) bool {
		return len(s.Sends) > 1 && len(s.Plan) > 0 && s.Plan[0].String() == "drop 0>1 2"
	})
	fmt.Print(short)
	// Output:
	// send 0>1 "alpha"
	// send 0>1 "bravo"
	// drop 0>1 2
}
