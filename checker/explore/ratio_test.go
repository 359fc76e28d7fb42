package explore_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"fairloss/impl"
)

var (
	spinRuns = flag.Int("spin.runs", 0, "how often TestSpinRatio runs each search; 0 skips it")
	spinM    = flag.Int("spin.m", 5, "messages of TestSpinRatio")
	spinBFS  = flag.Bool("spin.bfs", true, "whether TestSpinRatio runs the breadth-first search of SPIN too")
)

// TestSpinRatio measures, and fails only where the counts differ. It runs the
// golden workload, receiver skip, through SPIN and through the search in turn,
// so that a busy machine slows both, and prints the ratio of states per second
// pair by pair:
//
//	go test ./checker/explore -run TestSpinRatio -v -timeout 1h -spin.runs 5 -spin.m 6
func TestSpinRatio(t *testing.T) {
	if *spinRuns <= 0 {
		t.Skip("a measurement: -spin.runs 5 runs it")
	}
	needSpin(t)
	link := impl.Goldens()[0]
	dfs := generate(t, "golden.pml", []string{fmt.Sprintf("-DM=%d", *spinM)}, change{})
	verifiers := []verifier{dfs}
	if *spinBFS {
		bfs := verifier{dfs.dir, "bfs"}
		bfs.compile(t, bfs.program, "-DBFS")
		verifiers = append(verifiers, bfs)
	}
	ratios := make([][]float64, len(verifiers))
	for run := range *spinRuns {
		ours := exhaust(t, link, *spinM)
		t.Logf("run %d: explore  %s", run+1, speed(ours.States, ours.Elapsed.Seconds(), float64(ours.Bytes)))
		for i, v := range verifiers {
			theirs := v.search(t, ours.States)
			if theirs.states != ours.States {
				t.Fatalf("%d states, SPIN counts %d", ours.States, theirs.states)
			}
			ratio := theirs.elapsed.Seconds() / ours.Elapsed.Seconds()
			ratios[i] = append(ratios[i], ratio)
			t.Logf("run %d: spin %s %s: explore is %.2f times as fast", run+1, v.program,
				speed(theirs.states, theirs.elapsed.Seconds(), theirs.bytes), ratio)
		}
	}
	for i, v := range verifiers {
		slices.Sort(ratios[i])
		t.Logf("spin %s: median ratio %.2f of %.2f", v.program, ratios[i][len(ratios[i])/2], ratios[i])
	}
}

func speed(states int, seconds, bytes float64) string {
	return fmt.Sprintf("%d states in %.2f s, %.3f M states/s, %.1f bytes a state",
		states, seconds, float64(states)/seconds/1e6, bytes/float64(states))
}
