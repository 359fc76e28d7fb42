package foreign_test

import (
	"fmt"

	"fairloss/checker/explore"
	"fairloss/impl/foreign"
)

// A program that says what it claims, and then nothing: the error quotes what it
// should have answered.
func ExampleStart() {
	program, err := foreign.Start("echo", `{"fairloss":1,"name":"brief","guarantee":"fifo"}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer program.Close()
	link := program.Link()
	fmt.Println(link.Name, "claims", link.Guarantee.Name)
	_, err = explore.New(link)
	fmt.Println(err)
	// Output:
	// brief claims fifo
	// the link at process 0, handling Init(), fails: echo {"fairloss":1,"name":"brief","guarantee":"fifo"}: it exited before it answered line 1 of its input, {"n":1,"instance":1,"event":"init","self":0,"peers":[1]}
}
