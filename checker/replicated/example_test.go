package replicated_test

import (
	"context"
	"fmt"

	"fairloss/checker/explore"
	"fairloss/checker/replicated"
	"fairloss/checker/world"
	"fairloss/impl"
)

// A counter over a link that delivers again and again counts one increment
// twice.
func Example() {
	counter := replicated.CounterObject()
	link := counter.Over(impl.Registry()[1]) // stubborn
	calls := []world.Request{replicated.Call(0, "inc"), replicated.Call(1, "get")}
	result, err := explore.Exhaust(context.Background(), link, link.Guarantee.Properties, explore.Bounds{Workload: calls})
	if err != nil {
		fmt.Println(err)
		return
	}
	c := result.Findings[0].Counterexample
	fmt.Println(link.Name, result.Findings[0].Verdict, c.Reason)
	fmt.Println("porcupine:", replicated.Judge(counter, c.Events))
	for _, action := range c.Schedule.Actions {
		fmt.Println(" ", action)
	}
	// Output:
	// counter/stubborn violated process 1 gets the answer "get=2", which no order of the operations explains
	// porcupine: violated
	//   send 0>1 "inc"
	//   send 1>0 "get"
	//   deliver 0>2 "D\x01"
	//   deliver 0>2 "D\x01"
	//   deliver 1>0 "Q\x01"
	//   deliver 0>1 "R\x01\x01"
	//   deliver 1>2 "Q\x01"
	//   deliver 2>1 "R\x01\x02"
}
