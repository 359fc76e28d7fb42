package explore_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"fairloss/checker/explore"
	"fairloss/impl"
)

var (
	spinRuns = flag.Int("spin.runs", 0, "how often TestSpinRatio runs each search; 0 skips it")
	spinM    = flag.Int("spin.m", 5, "messages of TestSpinRatio")
	spinBFS  = flag.Bool("spin.bfs", true, "whether TestSpinRatio runs the breadth-first search of SPIN too")
)

// TestSpinRatio measures, and fails only where the counts differ. It runs the
// golden workload, receiver skip, through the search with one worker and with
// two, and through SPIN depth first and breadth first, in turn, so that a busy
// machine slows all. It prints how many times as fast the search with one
// worker is, pair by pair, and the most memory that this process has had:
//
//	go test ./checker/explore -run TestSpinRatio -v -timeout 1h -spin.runs 5 -spin.m 6
func TestSpinRatio(t *testing.T) {
	if *spinRuns <= 0 {
		t.Skip("a measurement: -spin.runs 5 runs it")
	}
	needSpin(t)
	link := impl.Goldens()[0]
	dfs := generate(t, "golden.pml", []string{fmt.Sprintf("-DM=%d", *spinM)}, change{}, "-O2")
	verifiers := []verifier{dfs}
	if *spinBFS {
		bfs := verifier{dfs.dir, "bfs"}
		bfs.compile(t, bfs.program, "-O2", "-DBFS")
		verifiers = append(verifiers, bfs)
	}
	ratios := map[string][]float64{}
	note := func(what string, states int, seconds, bytes float64, one explore.Coverage) {
		if states != one.States {
			t.Fatalf("%d states, %s counts %d", one.States, what, states)
		}
		ratios[what] = append(ratios[what], seconds/one.Elapsed.Seconds())
		t.Logf("%-18s %s: 1 worker is %.2f times as fast", what, speed(states, seconds, bytes), seconds/one.Elapsed.Seconds())
	}
	for range *spinRuns {
		one := exhaust(t, link, *spinM, 1)
		bytes, _ := one.BytesPerState()
		t.Logf("%-18s %s", "explore, 1 worker", speed(one.States, one.Elapsed.Seconds(), bytes*float64(one.States)))
		two := exhaust(t, link, *spinM, 2)
		bytes, _ = two.BytesPerState()
		note("explore, 2 workers", two.States, two.Elapsed.Seconds(), bytes*float64(two.States), one)
		for _, v := range verifiers {
			theirs := v.search(t, one.States)
			note("spin "+v.program, theirs.states, theirs.elapsed.Seconds(), theirs.bytes, one)
		}
	}
	for what, list := range ratios {
		slices.Sort(list)
		t.Logf("%-18s median: 1 worker is %.2f times as fast, of %.2f", what, list[len(list)/2], list)
	}
}

func speed(states int, seconds, bytes float64) string {
	return fmt.Sprintf("%d states in %.2f s, %.3f M states/s, %.1f bytes a state",
		states, seconds, float64(states)/seconds/1e6, bytes/float64(states))
}
