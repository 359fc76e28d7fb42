package chaos_test

import (
	"fmt"

	"fairloss/checker/chaos"
)

// The first of two packets is lost, and a bit of the second is flipped.
func ExampleNetwork() {
	plan, err := chaos.Parse("drop 0>1 1; flip 0>1 2 5")
	if err != nil {
		panic(err)
	}
	n := chaos.New(plan)
	defer n.Close()
	a, _ := n.Dial(0, 1)
	b, _ := n.Dial(1, 0)
	fmt.Fprint(a, "one")
	fmt.Fprint(a, "two")
	buf := make([]byte, 10)
	size, _ := b.Read(buf)
	fmt.Println(string(buf[:size]))
	fmt.Printf("%+v\n", n.Stats().Faults())
	// Output:
	// Two
	// 2
}
