package linktest

import (
	"errors"
	"slices"
	"testing"

	"fairloss/checker"
	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/spec"
)

// replay runs one schedule through the real code and judges each property as
// Test does. A property that the schedule does not decide is skipped.
func (r reporter) replay(t *testing.T, text string) {
	t.Helper()
	s, err := world.Parse(text)
	if err != nil {
		t.Fatalf("-fairloss.replay: %v", err)
	}
	r.link = s.On(r.link)
	var judgements []checker.Judgement
	err = guard(r.link, func() error {
		_, judgements, err = explore.Replay(r.link, s, explore.Judged(r.link)...)
		return err
	})
	var broken *explore.Broken
	switch {
	case errors.As(err, &broken):
		t.Fatal(r.failure(t, err))
	case err != nil:
		t.Fatalf("-fairloss.replay: the schedule does not fit this link: %v", err)
	}
	if !slices.ContainsFunc(judgements, func(j checker.Judgement) bool { return j.Verdict != spec.Inconclusive }) {
		t.Error("the schedule decides no property")
	}
	for _, j := range judgements {
		t.Run(j.Property.ID, func(t *testing.T) {
			t.Helper()
			r.judgeReplay(t, s, j)
		})
	}
}

func (r reporter) judgeReplay(t *testing.T, s world.Schedule, j checker.Judgement) {
	t.Helper()
	switch j.Verdict {
	case spec.Holds:
		t.Logf("%s holds in this schedule", j.Property.ID)
	case spec.Inconclusive:
		t.Skipf("%s is not decided by this schedule: %s", j.Property.ID, j.Reason)
	default:
		c, err := explore.Show(r.link, j.Property, s)
		if err != nil {
			t.Fatal(err)
		}
		t.Error(r.violation(t, c, "replayed"))
		r.keep(t, c)
	}
}
