package timed_test

import (
	"fmt"
	"os"
	"slices"
	"time"

	"fairloss/checker/timed"
	"fairloss/histories/chart"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// A receiver that forgets after 10ms which messages it has delivered, while a
// copy of a packet may take 30ms.
func ExampleRun() {
	link := impl.Link{
		New:       impl.FactoryOf(impl.DeduplicateByAge{Keep: 10 * time.Millisecond}),
		Guarantee: spec.AtMostOnce,
	}
	conditions, err := timed.Parse("seed=1 delay=1ms..30ms dup=0.2 send=0>1:50@0s/1ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := timed.Run(link, conditions)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, j := range r.Judgements {
		fmt.Println(j.Property.ID, j.Verdict)
	}
	calmest, _ := timed.Calm(link, conditions, "PL2")
	fmt.Println(calmest)
	// Output:
	// PL2 violated
	// PL3 holds
	// seed=1 end=18.571529ms delay=1ms..15ms dup=0.2 send=0>1:6@0s/1ms
}

// A hundred clients send to a server that stands still for three seconds. Those of
// the first picture wait longer after each try in vain, all of them exactly as
// long; those of the second one draw how long.
func ExampleRate() {
	for _, link := range slices.Concat(mutant.Timed(), impl.Timed()) {
		if link.Name != "no-jitter" && link.Name != "backoff" {
			continue
		}
		conditions, err := timed.Parse(link.Conditions)
		if err != nil {
			fmt.Println(err)
			return
		}
		r, err := timed.Run(link, conditions)
		if err != nil {
			fmt.Println(err)
			return
		}
		plot := chart.Plot{Title: link.Name + ": AMP " + r.Of("AMP").String(), End: 5 * time.Second}
		plot.Counts = timed.Rate(r.Events, plot.End, 250)
		if err := plot.Text(os.Stdout, 64); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// no-jitter: AMP violated
	// 168 |                               #
	//     |                               #
	//     |                               #
	//     |## #   #       #               #
	//     |## #   #       #               #
	//     |## #   #       #               #
	//     |## #   #       #               #
	//     |## #   #       #              ##
	//   0 +--------------------------------------------------
	//      0s                                              5s
	// backoff: AMP holds
	// 224 |#
	//     |#
	//     |#
	//     |#
	//     |#
	//     |##
	//     |###
	//     |######.#.###......#..#.##.###.#.##..##.......
	//   0 +--------------------------------------------------
	//      0s                                              5s
}
