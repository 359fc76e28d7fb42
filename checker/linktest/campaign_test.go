package linktest

import (
	"flag"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"fairloss/checker/explore"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// TestSilently lets what runs in silence end in each way that there is.
func TestSilently(t *testing.T) {
	after := 0
	for name, test := range map[string]struct {
		check      func(q *quiet)
		text, fail string // what silently returns
		exits      bool   // it does not return
	}{
		"returns":         {check: func(q *quiet) {}},
		"fails":           {check: func(q *quiet) { q.Errorf("no %s", "luck"); q.Error("again") }, text: "no luck"},
		"fails at once":   {check: func(q *quiet) { q.Fatal("no luck"); after++ }, text: "no luck"},
		"is ended":        {check: func(q *quiet) { q.end(); after++ }},
		"is ended within": {check: func(q *quiet) { rapid.Check(q, func(*rapid.T) { q.end(); after++ }); after++ }},
		"panics":          {check: func(*quiet) { panic("no luck") }, fail: "no luck"},
		"exits":           {check: func(*quiet) { runtime.Goexit() }, exits: true},
	} {
		t.Run(name, func(t *testing.T) {
			var text string
			var err error
			returned := false
			var running sync.WaitGroup
			running.Go(func() {
				text, err = silently("name", test.check)
				returned = true
			})
			running.Wait()
			if returned == test.exits || text != test.text || (err != nil) != (test.fail != "") {
				t.Errorf("returned %v: %q, %v", returned, text, err)
			}
			if err != nil && !strings.Contains(err.Error(), test.fail) {
				t.Errorf("%v, want %s", err, test.fail)
			}
		})
	}
	if after > 0 {
		t.Errorf("%d went on after the end", after)
	}
}

// TestBusyMachine wants the same counterexamples whatever else the machine does.
func TestBusyMachine(t *testing.T) {
	links := mutant.Registry()
	for _, name := range []string{"internet-checksum", "retries-errors", "wraps-early"} {
		link := links[slices.IndexFunc(links, func(l impl.Link) bool { return l.Name == name })]
		want := counterexamples(t, link)
		var stop atomic.Bool
		var others sync.WaitGroup
		for range 4 * runtime.GOMAXPROCS(0) {
			others.Go(func() {
				for !stop.Load() {
				}
			})
		}
		got := counterexamples(t, link)
		stop.Store(true)
		others.Wait()
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: where others run, too, %q, else %q", name, got, want)
		}
	}
}

func counterexamples(t *testing.T, link impl.Link) (list []string) {
	t.Helper()
	for _, f := range reported(t, link, 7).Findings {
		if f.Verdict == spec.Violated {
			list = append(list, f.Property.ID+": "+f.Counterexample.Schedule.Inline())
		}
	}
	return list
}

// reported returns what a run of linktest on a seed has found before it searches
// for shorter schedules.
func reported(t *testing.T, link impl.Link, seed int) explore.Report {
	t.Helper()
	given := flag.Lookup("rapid.seed").Value.String()
	defer func() { _ = flag.Set("rapid.seed", given) }()
	if err := flag.Set("rapid.seed", strconv.Itoa(seed)); err != nil {
		t.Fatal(err)
	}
	c, err := explore.New(link)
	if err == nil {
		err = campaign(t, c)
	}
	if err != nil {
		t.Fatalf("%s, seed %d: %v", link.Name, seed, err)
	}
	report, err := c.Report()
	if err != nil {
		t.Fatalf("%s, seed %d: %v", link.Name, seed, err)
	}
	return report
}
