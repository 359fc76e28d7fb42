package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"fairloss/checker"
	"fairloss/checker/causal"
	"fairloss/histories"
	"fairloss/spec"
)

var checkCommand = command{
	name: "check", argument: "FILE",
	summary: "judge a recorded history",
	about: "Judges a history (JSON Lines, - is standard input) by what its header says the link claims.\n" +
		"Where calls overlap in time, order is judged as linearizability, by Porcupine and a log-linear monitor.",
	examples: []string{
		"fairloss check history.jsonl",
		"fairloss run -o fifo.jsonl fifo && fairloss check -json fifo.jsonl",
		"fairloss check -guarantee fifo -timeout 10s - <history.jsonl",
		"fairloss check -clocks history.jsonl",
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		timeout := flags.Duration("timeout", time.Minute, "how long Porcupine may search")
		guarantee := flags.String("guarantee", "", "judge by the guarantee of this `NAME`, instead of that in the header")
		clocks := flags.Bool("clocks", false, "print the Lamport and the vector clock of each event, and check that nothing is received before it is sent")
		return func(s *session, file string) (spec.Verdict, error) {
			return check(s, file, *guarantee, *timeout, *clocks)
		}
	},
}

func check(s *session, file, guarantee string, timeout time.Duration, clocks bool) (spec.Verdict, error) {
	in, err := s.open(file)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	header, events, err := histories.ReadAll(in)
	if err != nil {
		return 0, at(file, err)
	}
	if guarantee != "" {
		header.Guarantee, header.Properties = guarantee, nil
	}
	if header.Guarantee == "" && len(header.Properties) == 0 {
		return 0, at(file, &histories.Error{Line: 1, Column: 1, Msg: "the header has no guarantee to judge by; -guarantee can name one"})
	}
	ctx, cancel := context.WithTimeout(s.ctx, timeout)
	defer cancel()
	judgements, err := checker.History(ctx, header, events, s.ownProperties()...)
	if err != nil {
		return 0, at(file, err)
	}
	if clocks {
		judgements = append(judgements, judgeCausality(events))
	}
	r := newReport(header.Link, header.Guarantee, judgements)
	if clocks {
		r.Clocks = clocksOf(events)
	}
	if s.json {
		return r.Verdict, s.printJSON(r)
	}
	fmt.Fprintf(s.out, "link %s, claimed: %s, %d events\n", orUnknown(r.Link), r.Guarantee, len(events))
	s.printClocks(events, r.Clocks)
	r.table(s, atLine)
	fmt.Fprintln(s.out, r.conclusion())
	return r.Verdict, nil
}

// ownProperties returns what the links of the registry claim, their own
// properties among it.
func (s *session) ownProperties() []spec.Property {
	var list []spec.Property
	for _, link := range s.registry {
		list = append(list, link.Guarantee.Properties...)
	}
	return list
}

// causalOrder is judged where clocks are asked for.
var causalOrder = spec.Property{
	ID: "HB", Name: "causal order", Class: spec.Safety, Source: "Lamport 1978",
	Sentence: "Nothing is received before it is sent.",
}

func judgeCausality(events []spec.Event) checker.Judgement {
	j := checker.Judgement{Property: causalOrder, Verdict: spec.Holds, Broken: -1}
	for _, e := range events {
		if e.Kind == spec.Receive || e.Kind == spec.Deliver || e.Kind == spec.Store {
			j.Tested++
		}
	}
	var broken *causal.Contradiction
	switch err := causal.Check(events); {
	case errors.As(err, &broken):
		j.Verdict, j.Broken, j.Reason = spec.Violated, broken.Event, fmt.Sprintf("it is sent only at line %d", lineOf(broken.Cause))
	case j.Tested == 0:
		j.Verdict, j.Reason = spec.Inconclusive, "vacuous: the history receives nothing"
	}
	return j
}

// clocked is the logical time of an event.
type clocked struct {
	Line    int      `json:"line"`
	Lamport uint64   `json:"lamport"`
	Vector  []uint64 `json:"vector"`
}

// clocksOf returns the clocks of the events that are at a process. Their
// vectors have equal lengths.
func clocksOf(events []spec.Event) []clocked {
	order := causal.OrderOf(events)
	processes := 0
	for _, stamp := range order {
		processes = max(processes, len(stamp.Vector))
	}
	list := []clocked{}
	for i, stamp := range order {
		if stamp.Lamport > 0 {
			vector := make([]uint64, processes)
			copy(vector, stamp.Vector)
			list = append(list, clocked{lineOf(i), stamp.Lamport, vector})
		}
	}
	return list
}

func (s *session) printClocks(events []spec.Event, clocks []clocked) {
	if len(clocks) == 0 {
		return
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "LINE\tCLOCK\tVECTOR\tEVENT\n")
	for _, c := range clocks {
		fmt.Fprintf(t, "%d\t%d\t%v\t%v\n", c.Line, c.Lamport, c.Vector, events[c.Line-lineOf(0)])
	}
	t.Flush()
}

func orUnknown(link string) string {
	if link == "" {
		return "(not named)"
	}
	return link
}
