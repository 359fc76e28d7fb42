package linktest

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fairloss/checker/explore"
)

const (
	batch    = 20               // schedules in one case of rapid
	deadline = 10 * time.Second // kept free before t.Deadline for the report
)

// drawn is a source of choices that rapid draws, and can shrink.
type drawn struct{ t *rapid.T }

// choices holds a generator for each number of choices: making one costs more
// than drawing from it.
var choices = func() (list [4096]*rapid.Generator[int]) {
	for n := range list[1:] {
		list[n+1] = rapid.IntRange(0, n)
	}
	return list
}()

// Intn draws a number from 0 to n-1.
func (d drawn) Intn(n int) int {
	if n >= len(choices) {
		return rapid.IntRange(0, n-1).Draw(d.t, "choice")
	}
	return choices[n].Draw(d.t, "choice")
}

// campaign runs random schedules drawn by rapid, then lets rapid shrink one
// failing schedule of each property that was broken.
func campaign(t testing.TB, c *explore.Campaign) error {
	stop := stopper(t)
	var broken error
	text, err := silently(t.Name(), func(q *quiet) {
		rapid.Check(q, func(rt *rapid.T) {
			for range batch {
				if broken != nil {
					return
				}
				if stop() {
					c.CutShort()
					return
				}
				broken = c.Run(drawn{rt})
			}
		})
	})
	switch {
	case broken != nil:
	case err != nil:
		broken = err
	case text != "":
		broken = fmt.Errorf("linktest: the campaign did not end in good order: %s", text)
	}
	for _, property := range c.Violated() {
		if broken == nil {
			broken = shrink(t, c, property, stop)
		}
	}
	return broken
}

// shrinkTries is how many schedules rapid may try to shrink one: what decides is
// not the time, which differs between runs of one seed. Minimising follows.
const shrinkTries = 500

// shrink lets rapid look for simpler schedules that break the property: the
// campaign keeps the shortest.
func shrink(t testing.TB, c *explore.Campaign, property int, stop func() bool) error {
	var broken error
	tries := 0 // since one broke it
	_, err := silently(t.Name(), func(q *quiet) {
		rapid.Check(q, func(rt *rapid.T) {
			for range batch {
				if broken != nil || tries > shrinkTries || stop() {
					q.end()
				}
				broke, err := c.Breaks(drawn{rt}, property)
				if err != nil {
					broken = err
				}
				if broke || tries > 0 {
					tries++
				}
				if broke {
					rt.Fatalf("broken")
				}
			}
		})
	})
	if broken == nil {
		broken = err
	}
	return broken
}

// endOf returns when a test must turn to its report; false where it has no
// deadline.
func endOf(t testing.TB) (end time.Time, ok bool) {
	if d, has := t.(interface{ Deadline() (time.Time, bool) }); has {
		end, ok = d.Deadline()
	}
	return end.Add(-deadline), ok
}

// stopper returns a function that reports whether the test's deadline is near.
func stopper(t testing.TB) func() bool {
	end, ok := endOf(t)
	return func() bool { return ok && time.Now().After(end) }
}

// silently runs rapid with a TB that keeps quiet, so that what rapid would
// print and fail is ours to report: the text is why it failed. The error is a
// panic within rapid. It runs in a goroutine that q.end can end.
func silently(name string, check func(q *quiet)) (text string, err error) {
	q := &quiet{name: name}
	returned, done := false, make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			r := recover()
			if r != nil && r != any(stopped{}) {
				err = fmt.Errorf("linktest: rapid: %v", r)
			}
			returned = returned || r != nil
		}()
		check(q)
		returned = true
	}()
	<-done
	if !returned && !q.ended {
		runtime.Goexit() // as a handler has done
	}
	return q.text, err
}

// stopped is what quiet panics with where testing.T would end its goroutine.
type stopped struct{}

// quiet is a rapid.TB that records only whether and why it has failed.
type quiet struct {
	name   string
	failed bool
	text   string // the first failure
	ended  bool
}

// end ends what rapid does, which has a mind to go on.
func (q *quiet) end() {
	q.ended = true
	runtime.Goexit()
}

func (q *quiet) Helper()                           {}
func (q *quiet) Name() string                      { return q.name }
func (q *quiet) Logf(string, ...any)               {}
func (q *quiet) Log(...any)                        {}
func (q *quiet) Skipf(string, ...any)              { panic(stopped{}) }
func (q *quiet) Skip(...any)                       { panic(stopped{}) }
func (q *quiet) SkipNow()                          { panic(stopped{}) }
func (q *quiet) Errorf(format string, args ...any) { q.fail(fmt.Sprintf(format, args...)) }
func (q *quiet) Error(args ...any)                 { q.fail(fmt.Sprint(args...)) }
func (q *quiet) Fail()                             { q.fail("failed") }
func (q *quiet) Failed() bool                      { return q.failed }

func (q *quiet) fail(text string) {
	if !q.failed {
		q.failed, q.text = true, text
	}
}

func (q *quiet) Fatalf(format string, args ...any) {
	q.Errorf(format, args...)
	panic(stopped{})
}

func (q *quiet) Fatal(args ...any) {
	q.Error(args...)
	panic(stopped{})
}

func (q *quiet) FailNow() {
	q.Fail()
	panic(stopped{})
}
