package linktest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/spec"
)

// searchStates bounds an exhaustive search, so that it takes a second or so.
const searchStates = 50_000

// search adds to what a campaign found: violations that need only two
// messages, distinct or equal, one way or both ways, and a shortest counterexample instead of a
// minimised one. An error is an *explore.Broken.
func search(t testing.TB, report *explore.Report) error {
	ctx, cancel := untilDeadline(t)
	defer cancel()
	for _, workload := range explore.Workloads(report.Link, 2) {
		if err := missed(ctx, report, workload); err != nil {
			return err
		}
	}
	for i, f := range report.Findings {
		if f.Verdict != spec.Violated || f.First == 0 {
			continue
		}
		found, err := exhaust(ctx, report, requests(f.Counterexample.Schedule), f.Property)
		if err != nil {
			return err
		}
		if c := found[0].Counterexample; c != nil && c.Shortest {
			report.Findings[i].Counterexample, report.Findings[i].Reason = c, c.Reason
		}
	}
	return nil
}

// missed searches for violations of what the campaign did not break.
func missed(ctx context.Context, report *explore.Report, workload []world.Request) error {
	var numbers []int
	var properties []spec.Property
	for i, f := range report.Findings {
		if f.Verdict != spec.Violated {
			numbers, properties = append(numbers, i), append(properties, f.Property)
		}
	}
	found, err := exhaust(ctx, report, workload, properties...)
	for k, f := range found {
		if f.Verdict == spec.Violated {
			report.Findings[numbers[k]] = f
		}
	}
	return err
}

// exhaust returns a finding for each property. A state with more actions than
// a search can number ends it with nothing found.
func exhaust(ctx context.Context, report *explore.Report, workload []world.Request, properties ...spec.Property) ([]explore.Finding, error) {
	bounds := explore.Bounds{Workload: workload, MaxStates: searchStates}
	result, err := explore.Exhaust(ctx, report.Link, properties, bounds)
	var broken *explore.Broken
	if errors.As(err, &broken) {
		return nil, err
	}
	return result.Findings, nil
}

// requests returns what the application sends in a schedule.
func requests(s world.Schedule) []world.Request {
	var list []world.Request
	for _, a := range s.Actions {
		if a.Kind == world.Send {
			list = append(list, world.Request{From: a.From, To: a.To, Message: a.Message})
		}
	}
	return slices.Concat(list, s.Repeat)
}

// untilDeadline returns a context that ends when the test's deadline is near.
func untilDeadline(t testing.TB) (context.Context, context.CancelFunc) {
	if end, ok := endOf(t); ok {
		return context.WithDeadline(t.Context(), end)
	}
	return context.WithCancel(t.Context())
}
