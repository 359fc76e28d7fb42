package linktest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"runtime/metrics"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
)

// handlerLimit is how long one handler call may take: it does no I/O and
// waits for nothing, so that a thousandth of it is long.
const handlerLimit = 5 * time.Second

// A handler call that runs for greedyLimit while the heap has grown by more than
// maxGrowth bytes takes memory without end.
const (
	greedyLimit = handlerLimit / 10
	maxGrowth   = 4 << 30
)

// heap is the size of the heap's objects in bytes.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// guard runs check in a goroutine of its own and returns its error, or one
// that names the handler which does not return. That goroutine is then lost.
func guard(link impl.Link, check func() error) error {
	start, before := time.Now(), heap()
	done := make(chan error, 1)
	go func() {
		err := errors.New("a handler ended its goroutine, as runtime.Goexit and testing.T.FailNow do")
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("linktest: %v\n%s", r, debug.Stack())
			}
			done <- err
		}()
		err = check()
	}()
	tick := time.NewTicker(handlerLimit / 20)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			if hang := world.Stuck(link.Name, start, handlerLimit); hang != nil {
				return explore.Hung(hang)
			}
			if hang := world.Stuck(link.Name, start, greedyLimit); hang != nil && heap() > before+maxGrowth {
				hang.Failure.Text += fmt.Sprintf(", and takes memory: more than %d MiB since the test began", maxGrowth>>20)
				return explore.Hung(hang)
			}
		}
	}
}

// contract checks that the link is a deterministic automaton without
// goroutines.
func contract(link impl.Link) error {
	walks := explore.AuditWalks
	if testing.Short() {
		walks /= 5
	}
	before := goroutines()
	if err := explore.Audit(link, seed(), walks); err != nil {
		return err
	}
	return leaks(before, walks)
}

// leaks reports goroutines that share one stack and have grown by the number
// of walks, each of which made instances of the link.
func leaks(before map[string]int, walks int) error {
	var leak error
	for range 20 {
		leak = nil
		for stack, n := range goroutines() {
			if n-before[stack] >= walks {
				leak = fmt.Errorf("the link leaks goroutines: %d of them stand at\n%s", n, stack)
			}
		}
		if leak == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return leak
}

var profileEntry = regexp.MustCompile(`(?s)^(\d+) @[^\n]*\n(.*)$`)

// goroutines counts the goroutines by stack.
func goroutines() map[string]int {
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		panic("linktest: " + err.Error())
	}
	counts := map[string]int{}
	_, entries, _ := bytes.Cut(b.Bytes(), []byte("\n"))
	for entry := range bytes.SplitSeq(entries, []byte("\n\n")) {
		if m := profileEntry.FindSubmatch(entry); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			counts[string(m[2])] += n
		}
	}
	return counts
}
