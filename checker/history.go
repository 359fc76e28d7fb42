package checker

import (
	"context"
	"fmt"
	"slices"

	"fairloss/histories"
	"fairloss/spec"
)

// bagOrder is what Bag judges, as a property of histories with intervals.
var bagOrder = spec.Property{
	ID: "LIN", Name: "linearizable as a bag", Class: spec.Safety, Source: "Herlihy, Wing 1990; Porcupine",
	Sentence: "Each delivery takes a message out of a bag into which a send has put it before.",
	Tested:   spec.Deliver,
}

// boundedID is that of a property which is left out of wall-clock histories.
var boundedID = spec.Bounded(0, 0).ID

// History judges a recorded history by what its header says the link claims,
// and by ACK where the link confirms.
//
// In a history of points the order of events is known, and every property has
// its monitor. In a wall-clock history calls overlap: what depends on their
// order is judged as linearizability instead (FIFO as a queue, XOP as a
// counter, and by its monitor too where the history tells what was executed, a
// perfect link as a bag as well). BND and the moment of a confirmation cannot
// be seen from outside a link, so BND and CLS are left out, and ACK asks only
// that what was confirmed is delivered in the end.
//
// The context bounds the search of Porcupine. An error says what is wrong with
// the header or the history.
func History(ctx context.Context, h histories.Header, events []spec.Event) ([]Judgement, error) {
	guarantee, unknown, err := h.Claimed()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	properties := guarantee.Properties
	if _, claimed := guarantee.Property(spec.ACK.ID); !claimed && slices.ContainsFunc(events, func(e spec.Event) bool { return e.Kind == spec.Confirm }) {
		properties = append(slices.Clone(properties), spec.ACK)
	}
	if h.Clock == histories.Wall {
		if _, timed := spec.ParseTimedGuarantee(h.Guarantee, 0); timed == nil {
			return nil, fmt.Errorf("header: a wall-clock history does not show whether a link is %s: what it tells its application has no place among calls that overlap", h.Guarantee)
		}
		list, err := wall(ctx, properties, guarantee, events)
		if err != nil {
			return nil, err
		}
		return append(list, notKnown(unknown)...), nil
	}
	judge := NewJudge(properties...)
	for _, e := range events {
		judge.Observe(e)
	}
	return append(judge.Judgements(), notKnown(unknown)...), nil
}

// notKnown judges the properties that a header lists and nobody here knows.
func notKnown(texts []string) []Judgement {
	var list []Judgement
	for _, text := range texts {
		list = append(list, Judgement{
			Property: spec.Property{ID: text, Name: "not known to this reader"}, Broken: -1,
			Reason: "this reader does not know the property, and only the tests of the link can judge it",
		})
	}
	return list
}

func wall(ctx context.Context, properties []spec.Property, guarantee spec.Guarantee, events []spec.Event) ([]Judgement, error) {
	var list []Judgement
	var monitored []spec.Property
	for _, p := range properties {
		switch p.ID {
		case spec.FIFODelivery.ID:
			j, err := judgeOrder(ctx, p, Queue, events)
			if err != nil {
				return nil, err
			}
			list = append(list, j)
		case spec.XOP.ID:
			executed, answered := told(events)
			if executed && !answered {
				monitored = append(monitored, p)
				continue
			}
			j, err := judgeOrder(ctx, p, Counter, events)
			if err != nil {
				return nil, err
			}
			if executed {
				j = both(monitorWall([]spec.Property{p}, events)[0], j)
			}
			list = append(list, j)
		case spec.GracefulClose.ID, boundedID:
		default:
			monitored = append(monitored, p)
		}
	}
	if guarantee.Name == spec.Perfect.Name || guarantee.Name == spec.Graceful.Name {
		j, err := judgeOrder(ctx, bagOrder, Bag, events)
		if err != nil {
			return nil, err
		}
		list = append(list, j)
	}
	return append(monitorWall(monitored, events), list...), nil
}

// monitorWall judges by monitors what does not depend on the order of calls
// that overlap.
func monitorWall(properties []spec.Property, events []spec.Event) []Judgement {
	order := answersLast(events)
	judge := NewJudge(properties...)
	for _, i := range order {
		judge.Observe(events[i])
	}
	list := judge.Judgements()
	for k := range list {
		if list[k].Broken >= 0 {
			list[k].Broken = order[list[k].Broken]
		}
	}
	return list
}

// answersLast returns the indices of the events in the order in which they are
// monitored: confirmations, and deliveries of what was never sent on their
// channel (replies), after every other event, but none of them moves from what
// happens once to what happens for ever.
func answersLast(events []spec.Event) []int {
	requests := requestsOf(events)
	refused := refusedCalls(events)
	order := make([]int, 0, len(events))
	var answers []int
	for i, e := range events {
		switch {
		case refused[callIDOf(e)]:
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

// question is a message sent on a channel.
type question struct {
	from, to spec.Process
	message  spec.Message
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

// callIDOf returns the call that a Send or its return belongs to.
func callIDOf(e spec.Event) callID { return callID{spec.Channel{From: e.Process, To: e.Peer}, e.Op} }

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
