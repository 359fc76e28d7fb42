package checker

import (
	"context"
	"fmt"
	"slices"

	"fairloss/histories"
	"fairloss/spec"
)

// History judges a recorded history by what its header says the link claims,
// and by ACK where the link confirms. Each property gets one judgement. What
// the history does not show is inconclusive, with the reason, and so is what the
// header lists and neither package spec nor the caller knows: a contributor's
// own properties are judged where they are given as known.
//
// The context bounds the search of Porcupine. An error says what is wrong with
// the header or the history.
func History(ctx context.Context, h histories.Header, events []spec.Event, known ...spec.Property) ([]Judgement, error) {
	guarantee, unknown, err := h.Claimed()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	var left []string
	for _, text := range unknown {
		if i := slices.IndexFunc(known, func(p spec.Property) bool { return p.String() == text }); i >= 0 {
			guarantee = guarantee.With(known[i])
		} else {
			left = append(left, text)
		}
	}
	if h.Clock == histories.Wall {
		list, err := Wall(ctx, guarantee, events)
		if err != nil {
			return nil, err
		}
		return append(list, notKnown(left)...), nil
	}
	return append(Points(guarantee, events), notKnown(left)...), nil
}

// notKnown judges the properties that a header lists and nobody here knows.
func notKnown(texts []string) []Judgement {
	var list []Judgement
	for _, text := range texts {
		list = append(list, untold(
			spec.Property{ID: text, Name: "not known to this reader"},
			"this reader does not know the property, and only the tests of the link can judge it",
		))
	}
	return list
}

// Points judges a history whose events are points, in their order: every
// property of the guarantee by its monitor, and ACK where the link confirms. A
// property that reads packets does not hold where none was recorded. A Send
// that has a number and no outcome, and was not delivered, owes nothing.
func Points(guarantee spec.Guarantee, events []spec.Event) []Judgement {
	recorded := kindsOf(events)
	list := monitorAll(claimed(guarantee, recorded), events, settled(events))
	for i := range list {
		if why := unrecorded(list[i].Property, recorded); why != "" && list[i].Verdict == spec.Holds {
			list[i] = untold(list[i].Property, why)
		}
	}
	return list
}

// claimed returns the properties to judge by.
func claimed(guarantee spec.Guarantee, recorded spec.Kinds) []spec.Property {
	if _, already := guarantee.Property(spec.ACK.ID); !already && recorded.Has(spec.Confirm) {
		guarantee = guarantee.With(spec.ACK)
	}
	return guarantee.Properties
}

// monitorAll judges by monitors, which read the events of these indices.
func monitorAll(properties []spec.Property, events []spec.Event, order []int) []Judgement {
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

func kindsOf(events []spec.Event) (kinds spec.Kinds) {
	for _, e := range events {
		kinds |= spec.KindsOf(e.Kind)
	}
	return kinds
}

var packets = spec.KindsOf(spec.Transmit, spec.Receive)

// unrecorded says what a property reads that the history does not tell, "" where
// it tells everything.
func unrecorded(p spec.Property, recorded spec.Kinds) string {
	if p.Reads&packets != 0 && recorded&packets == 0 {
		return "the history records no packets"
	}
	return ""
}

// untold is the judgement on a property that the history does not show.
func untold(p spec.Property, why string) Judgement {
	return Judgement{Property: p, Broken: -1, Reason: why}
}

// settled returns the indices of the events, less the calls whose outcome is not
// known and whose message was neither delivered nor stored. They may not have reached the link, so that
// nothing is owed for them.
func settled(events []spec.Event) []int {
	returned := map[callID]bool{}
	sends, deliveries, stores := map[question]int{}, map[question]int{}, map[question]int{}
	for _, e := range events {
		switch e.Kind {
		case spec.Accept, spec.Reject:
			returned[callIDOf(e)] = true
		case spec.Send:
			sends[question{e.Process, e.Peer, e.Message}]++
		case spec.Deliver:
			deliveries[question{e.Peer, e.Process, e.Message}]++
		case spec.Store:
			stores[question{e.Peer, e.Process, e.Message}]++
		}
	}
	order := make([]int, 0, len(events))
	for i, e := range events {
		if e.Kind == spec.Send && e.Op != 0 && !returned[callIDOf(e)] {
			if q := (question{e.Process, e.Peer, e.Message}); sends[q] > max(deliveries[q], stores[q]) {
				sends[q]--
				continue
			}
		}
		order = append(order, i)
	}
	return order
}

// question is a message sent on a channel.
type question struct {
	from, to spec.Process
	message  spec.Message
}

// callIDOf returns the call that a Send or its return belongs to.
func callIDOf(e spec.Event) callID { return callID{spec.Channel{From: e.Process, To: e.Peer}, e.Op} }
