package transport

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"fairloss/checker"
	"fairloss/spec"
)

const conduct = "fairloss/checker/transport"

// What every transport owes, whatever it claims. Runs judge them, not monitors.
var (
	Deadlock = spec.Property{
		ID: "DEADLOCK", Name: "no deadlock", Class: spec.Liveness, Source: conduct,
		Sentence: "Open, Send and Close return in the end.",
	}
	Leak = spec.Property{
		ID: "LEAK", Name: "no leak", Class: spec.Safety, Source: conduct,
		Sentence: "When the transport has been closed, no goroutine of it is left.",
	}
	Livelock = spec.Property{
		ID: "LIVELOCK", Name: "no livelock", Class: spec.Liveness, Source: conduct,
		Sentence: "The transport comes to rest: it does not run for ever at one instant.",
	}
	Panic = spec.Property{
		ID: "PANIC", Name: "no panic", Class: spec.Safety, Source: conduct,
		Sentence: "The transport does not panic.",
	}
	Fatal = spec.Property{
		ID: "FATAL", Name: "no fatal error", Class: spec.Safety, Source: conduct,
		Sentence: "The transport does not end the process.",
	}

	// Conduct is all of these.
	Conduct = []spec.Property{Deadlock, Leak, Livelock, Panic, Fatal}
)

// IsConduct reports whether a property is one of Conduct.
func IsConduct(p spec.Property) bool {
	return slices.ContainsFunc(Conduct, func(c spec.Property) bool { return c.ID == p.ID })
}

// verdicts are the judgements on Conduct in one run.
type verdicts []checker.Judgement

// newVerdicts returns judgements by which everything holds.
func newVerdicts() verdicts {
	list := make(verdicts, len(Conduct))
	for i, p := range Conduct {
		list[i] = checker.Judgement{Property: p, Verdict: spec.Holds, Broken: -1, Tested: 1}
	}
	return list
}

// violate says that a property is violated: the first reason counts.
func (v verdicts) violate(p spec.Property, format string, args ...any) {
	for i := range v {
		if v[i].Property.ID == p.ID && v[i].Verdict != spec.Violated {
			v[i].Verdict, v[i].Reason = spec.Violated, fmt.Sprintf(format, args...)
		}
	}
}

// unclear says that a run did not get far enough to judge a property.
func (v verdicts) unclear(p spec.Property, why string) {
	for i := range v {
		if v[i].Property.ID == p.ID && v[i].Verdict != spec.Violated {
			v[i].Verdict, v[i].Reason, v[i].Tested = spec.Inconclusive, why, 0
		}
	}
}

// unopened says of a run that did not open that it judges nothing, except what
// it violates.
func (v verdicts) unopened(opened bool) {
	for _, p := range Conduct {
		if !opened {
			v.unclear(p, "the transport did not open")
		}
	}
}

func (v verdicts) clean() bool {
	for _, j := range v {
		if j.Verdict == spec.Violated {
			return false
		}
	}
	return true
}

const maxFrames = 16 // lines of a stack in a reason

// bubble returns the stacks of all goroutines of the latest bubble, except the
// one that waits for the others.
func bubble() (stacks []string) {
	dump := make([]byte, 1<<20)
	latest := 0
	for stack := range strings.SplitSeq(string(dump[:runtime.Stack(dump, true)]), "\n\n") {
		head, _, _ := strings.Cut(stack, "\n")
		_, rest, found := strings.Cut(head, "synctest bubble ")
		number := 0
		if _, err := fmt.Sscanf(rest, "%d", &number); !found || err != nil || number < latest {
			continue
		}
		if number > latest {
			latest, stacks = number, nil
		}
		if !strings.Contains(stack, "testing/synctest.Test(") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// excerpt shows the first two stacks, as a reason does.
func excerpt(stacks []string) string {
	var shown []string
	for _, stack := range stacks[:min(2, len(stacks))] {
		shown = append(shown, shorten(stack))
	}
	return strings.Join(shown, "\n\n")
}

func shorten(stack string) string {
	lines := strings.Split(strings.TrimSpace(stack), "\n")
	if len(lines) > maxFrames {
		lines = append(lines[:maxFrames], "\t…")
	}
	return strings.Join(lines, "\n")
}
