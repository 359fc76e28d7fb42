package cli

import (
	"flag"
	"fmt"
	"text/tabwriter"

	"fairloss/checker/generals"
	"fairloss/spec"
)

// maxHandshake is the longest handshake: a protocol has so many rounds.
const maxHandshake = 1024

var generalsCommand = command{
	name:    "generals",
	summary: "refute a handshake of two generals, and say what they know",
	about: "Two generals shake hands over a network that may lose any message: A, if it has an order to attack, sends\n" +
		"message 1, and each message is answered with the next. Each attacks once it has sent or received message\n" +
		"-enough. The command looks for a run in which they do not decide alike, and says how deep they know of the\n" +
		"order where nothing was lost: E both know it, EE both know that both know it, … A protocol of your own is\n" +
		"refuted in Go: see the package fairloss/checker/generals.",
	examples: []string{"fairloss generals", "fairloss generals -handshake 7 -enough 7", "fairloss generals -json | jq .broken"},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		messages := flags.Int("handshake", 4, "messages of the handshake")
		enough := flags.Int("enough", 1, "the message with which a general attacks")
		return func(s *session, _ string) (spec.Verdict, error) {
			if *messages < 1 || *messages > maxHandshake {
				return 0, fmt.Errorf("generals: a handshake of %d messages, want 1 to %d", *messages, maxHandshake)
			}
			if *enough < 1 || *enough > *messages {
				return 0, fmt.Errorf("generals: message %d is enough, want 1 to %d", *enough, *messages)
			}
			return refuteHandshake(s, generals.Handshake(*messages, *enough))
		}
	},
}

// refuted is a refutation and the knowledge of a protocol in JSON.
type refuted struct {
	Verdict   spec.Verdict         `json:"verdict"`
	Protocol  string               `json:"protocol"`
	Broken    generals.Requirement `json:"broken"`
	Messages  int                  `json:"messages"`
	Runs      []chained            `json:"runs"`
	Knowledge []known              `json:"knowledge"`
}

// chained is one run of the chain.
type chained struct {
	Order   bool `json:"order"`
	Sent    int  `json:"sent"`
	Arrived int  `json:"arrived"`
	A       bool `json:"a_attacks"`
	B       bool `json:"b_attacks"`
}

// known is what the generals know of the order in the run in which nothing was
// lost.
type known struct {
	Network string `json:"network"`
	Runs    int    `json:"runs"`
	Depth   int    `json:"depth"` // 0 where it is common knowledge
	Common  bool   `json:"common"`
}

func refuteHandshake(s *session, p generals.Protocol) (spec.Verdict, error) {
	f, err := generals.Refute(p)
	if err != nil {
		return 0, err
	}
	knowledge, err := knowledgeOf(p)
	if err != nil {
		return 0, err
	}
	if s.json {
		return spec.Violated, s.printJSON(newRefuted(f, knowledge))
	}
	fmt.Fprintf(s.out, "%s\n%s\n\n", p.Name, p.Doc)
	if err := f.Draw(s.out); err != nil {
		return 0, err
	}
	fmt.Fprintln(s.out, "\nWhat both know of the order at the end, where nothing was lost:")
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "network\truns\tholds\tdoes not hold\tcommon knowledge\n")
	for _, k := range knowledge {
		if k.Common {
			fmt.Fprintf(table, "%s\t%d\tE^k for all k\t\tyes\n", k.Network, k.Runs)
		} else {
			fmt.Fprintf(table, "%s\t%d\tE^%d\tE^%d\tno\n", k.Network, k.Runs, k.Depth, k.Depth+1)
		}
	}
	table.Flush()
	fmt.Fprintf(s.out, "%s: %s\n", spec.Violated, f.Broken)
	return spec.Violated, nil
}

func newRefuted(f generals.Refutation, knowledge []known) refuted {
	r := refuted{Verdict: spec.Violated, Protocol: f.Protocol, Broken: f.Broken, Messages: f.Messages, Knowledge: knowledge}
	for _, run := range f.Runs {
		r.Runs = append(r.Runs, chained{run.Order, len(run.Messages), run.Arrivals(), run.Attacks[generals.A], run.Attacks[generals.B]})
	}
	return r
}

func knowledgeOf(p generals.Protocol) ([]known, error) {
	var list []known
	for _, network := range []struct {
		name string
		runs func(generals.Protocol) (*generals.System, error)
	}{{"may lose all", generals.AllRuns}, {"loses nothing", generals.LossFreeRuns}} {
		s, err := network.runs(p)
		if err != nil {
			return nil, err
		}
		depth, common := s.Depth(s.Order(), 0)
		list = append(list, known{network.name, len(s.Runs), depth, common})
	}
	return list, nil
}
