package checker

import (
	"context"
	"slices"

	"fairloss/spec"
)

// bagOrder is what Bag judges, as a property of histories with intervals.
var bagOrder = spec.Property{
	ID: "LIN", Name: "linearizable as a bag", Class: spec.Safety, Source: "Herlihy, Wing 1990; Porcupine",
	Sentence: "Each delivery takes a message out of a bag into which a send has put it before.",
	Tested:   spec.Deliver,
}

// unseen says why a history of calls that overlap cannot show the properties
// with these IDs.
var unseen = map[string]string{
	spec.GracefulClose.ID:       "calls overlap: whether a message was confirmed before another one was delivered is not seen",
	spec.Bounded(0, 0).ID:       "calls overlap: what is unconfirmed, or held, at a time is not seen from outside the link",
	spec.FD1.ID:                 toldApplication,
	spec.FD2.ID:                 toldApplication,
	spec.EventualAccuracy(0).ID: toldApplication,
	spec.Exclusion.ID:           toldApplication,
	spec.Fencing.ID:             toldApplication,
	spec.ExternalConsistency.ID: toldApplication,
}

const toldApplication = "calls overlap: what the link tells its application has no place among them"

// Wall judges a history on a wall clock, in which calls overlap, by what the
// guarantee claims, and by ACK where the link confirms. What depends on the
// order of calls is judged as linearizability: FIFO as a queue, ORD as one that
// loses messages, XOP as a counter (and by its monitor too where the history
// tells what was executed), a perfect link as a bag as well. Every other
// property is judged by its monitor, but for those that cannot be seen like
// this: they are inconclusive, as is what reads packets where there are none.
// ACK asks only that what was confirmed is delivered in the end.
//
// A call whose outcome is not known owes nothing. As long as no Forever event
// closes the history, a message that is not delivered may be on its way to a
// receiver that has not returned: what its delivery could still mend is
// inconclusive.
//
// The context bounds the search of Porcupine. An error says what is wrong with
// the history, or that the judges disagree.
func Wall(ctx context.Context, guarantee spec.Guarantee, events []spec.Event) ([]Judgement, error) {
	recorded, order := kindsOf(events), answersLast(events)
	var list []Judgement
	for _, p := range claimed(guarantee, recorded) {
		j, err := judgeWall(ctx, p, recorded, events, order)
		if err != nil {
			return nil, err
		}
		list = append(list, j)
	}
	if guarantee.Name == spec.Perfect.Name || guarantee.Name == spec.Graceful.Name {
		j, err := judgeOrder(ctx, bagOrder, Bag, events)
		if err != nil {
			return nil, err
		}
		list = append(list, j)
	}
	return list, nil
}

func judgeWall(ctx context.Context, p spec.Property, recorded spec.Kinds, events []spec.Event, order []int) (Judgement, error) {
	if why := unseen[p.ID]; why != "" {
		return untold(p, why), nil
	}
	if why := unrecorded(p, recorded); why != "" {
		return untold(p, why), nil
	}
	switch p.ID {
	case spec.FIFODelivery.ID:
		return judgeOrder(ctx, p, Queue, events)
	case spec.OrderOnly.ID:
		return judgeOrder(ctx, p, Order, events)
	case spec.XOP.ID:
		return judgeProcessing(ctx, p, events, order)
	}
	return monitorWall(p, events, order), nil
}

func judgeProcessing(ctx context.Context, p spec.Property, events []spec.Event, order []int) (Judgement, error) {
	executed, answered := told(events)
	if executed && !answered {
		return monitorWall(p, events, order), nil
	}
	j, err := judgeOrder(ctx, p, Counter, events)
	if err == nil && executed {
		j = both(monitorWall(p, events, order), j)
	}
	return j, err
}

// monitorWall judges by its monitor, which reads events in that order, what does not depend on the order of calls
// that overlap. What breaks a prefix of a history, and would not if all that was
// sent had been delivered, is not broken yet.
func monitorWall(p spec.Property, events []spec.Event, order []int) Judgement {
	j := monitorAll([]spec.Property{p}, events, order)[0]
	recorded := kindsOf(events)
	if j.Tested == 0 && p.Tested == spec.Send && recorded.Has(spec.Send) {
		j.Reason = "vacuous: no call is known to have been accepted"
	}
	if j.Broken < 0 || recorded.Has(spec.Forever) {
		return j
	}
	missing := undelivered(events)
	completed := slices.Concat(events, missing)
	if len(missing) > 0 && monitorAll([]spec.Property{p}, completed, answersLast(completed))[0].Verdict != spec.Violated {
		j.Verdict, j.Broken, j.Reason = spec.Inconclusive, -1, "the history ends too early to tell: "+j.Reason
	}
	return j
}

// undelivered returns the delivery of each message that the history sends and
// does not deliver.
func undelivered(events []spec.Event) (missing []spec.Event) {
	deliveries := map[question]int{}
	for _, e := range events {
		if e.Kind == spec.Deliver {
			deliveries[question{e.Peer, e.Process, e.Message}]++
		}
	}
	refused := refusedCalls(events)
	for _, e := range events {
		if e.Kind != spec.Send || refused[callIDOf(e)] {
			continue
		}
		if q := (question{e.Process, e.Peer, e.Message}); deliveries[q] > 0 {
			deliveries[q]--
		} else {
			missing = append(missing, spec.Event{Kind: spec.Deliver, Process: e.Peer, Peer: e.Process, Message: e.Message})
		}
	}
	return missing
}

// answersLast returns the indices of the events in the order in which they are
// monitored: confirmations, and deliveries of what was never sent on their
// channel (replies), after every other event, but none of them moves from what
// happens once to what happens for ever. Calls that were refused, or whose
// outcome is not known, are left out; see settled.
func answersLast(events []spec.Event) []int {
	requests := requestsOf(events)
	refused := refusedCalls(events)
	order := make([]int, 0, len(events))
	var answers []int
	for _, i := range settled(events) {
		switch e := events[i]; {
		case (e.Kind == spec.Send || e.Kind == spec.Reject) && refused[callIDOf(e)]:
			continue // the link never saw it: nothing was sent
		case e.Kind == spec.Confirm, e.Kind == spec.Deliver && !requests[question{e.Peer, e.Process, e.Message}]:
			answers = append(answers, i)
			continue
		case e.Kind == spec.Forever:
			order = append(order, answers...)
			answers = nil
		}
		order = append(order, i)
	}
	return append(order, answers...)
}

// requestsOf returns what was sent on each channel.
func requestsOf(events []spec.Event) map[question]bool {
	requests := map[question]bool{}
	refused := refusedCalls(events)
	for _, e := range events {
		if e.Kind == spec.Send && !refused[callIDOf(e)] {
			requests[question{e.Process, e.Peer, e.Message}] = true
		}
	}
	return requests
}

// refusedCalls returns the numbered calls that were rejected.
func refusedCalls(events []spec.Event) map[callID]bool {
	refused := map[callID]bool{}
	for _, e := range events {
		if e.Kind == spec.Reject && e.Op != 0 {
			refused[callIDOf(e)] = true
		}
	}
	return refused
}

// told reports whether the history tells what the servers executed, and what
// they answered. One that was recorded at the clients alone does not tell the
// first; where requests have no answers there is no second.
func told(events []spec.Event) (executed, answered bool) {
	requests := requestsOf(events)
	for _, e := range events {
		if e.Kind == spec.Deliver {
			request := requests[question{e.Peer, e.Process, e.Message}]
			executed, answered = executed || request, answered || !request
		}
	}
	return executed, answered
}

// both is the judgement of two judges of one property: the monitor sees what
// was executed and how often, the other judge what the answers say of it.
func both(monitor, order Judgement) Judgement {
	switch {
	case monitor.Verdict == spec.Violated:
		return monitor
	case order.Verdict == spec.Holds:
		monitor.Engine = order.Engine
		return monitor
	}
	return order
}

func judgeOrder(ctx context.Context, p spec.Property, judge func(context.Context, []spec.Event) (Result, error), events []spec.Event) (Judgement, error) {
	r, err := judge(ctx, events)
	if err != nil {
		return Judgement{}, err
	}
	return Judgement{Property: p, Verdict: r.Verdict, Broken: -1, Reason: r.Reason, Tested: r.Operations, Engine: r.Engine}, nil
}
