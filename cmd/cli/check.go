package cli

import (
	"context"
	"flag"
	"fmt"
	"time"

	"fairloss/checker"
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
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		timeout := flags.Duration("timeout", time.Minute, "how long Porcupine may search")
		guarantee := flags.String("guarantee", "", "judge by the guarantee of this `NAME`, instead of that in the header")
		return func(s *session, file string) (spec.Verdict, error) { return check(s, file, *guarantee, *timeout) }
	},
}

func check(s *session, file, guarantee string, timeout time.Duration) (spec.Verdict, error) {
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
		header.Guarantee = guarantee
	}
	if header.Guarantee == "" {
		return 0, at(file, &histories.Error{Line: 1, Column: 1, Msg: "the header has no guarantee to judge by; -guarantee can name one"})
	}
	ctx, cancel := context.WithTimeout(s.ctx, timeout)
	defer cancel()
	judgements, err := checker.History(ctx, header, events)
	if err != nil {
		return 0, at(file, err)
	}
	r := newReport(header.Link, header.Guarantee, judgements)
	if s.json {
		return r.Verdict, s.printJSON(r)
	}
	fmt.Fprintf(s.out, "link %s, claimed: %s, %d events\n", orUnknown(r.Link), r.Guarantee, len(events))
	r.table(s, atLine)
	fmt.Fprintln(s.out, r.conclusion())
	return r.Verdict, nil
}

func orUnknown(link string) string {
	if link == "" {
		return "(not named)"
	}
	return link
}
