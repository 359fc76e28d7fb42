package cli

import (
	"flag"
	"fmt"
	"text/tabwriter"

	"fairloss/spec"
)

var listCommand = command{
	name:     "list",
	summary:  "list the links and what they claim",
	about:    "Lists every link: those that are meant to be right, and the mutants, each broken on purpose.",
	examples: []string{"fairloss list", "fairloss list -json | jq -r '.[].name'"},
	flags: func(*flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		return list
	},
}

// listed is a link as list prints it.
type listed struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	Guarantee string `json:"guarantee"`
	Network   string `json:"network"` // "timed" where it leans on time
	Breaks    string `json:"breaks,omitempty"`
}

func list(s *session, _ string) (spec.Verdict, error) {
	links := []listed{}
	for _, l := range s.registry {
		network := l.Assumes.String()
		if l.Conditions != "" {
			network = "timed"
		}
		links = append(links, listed{l.Name, l.Kind.String(), l.Guarantee.Name, network, l.Breaks})
	}
	if s.json {
		return spec.Holds, s.printJSON(links)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "NAME\tKIND\tGUARANTEE\tNETWORK\tBREAKS\tWHAT IT DOES\n")
	for i, l := range links {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Name, l.Kind, l.Guarantee, l.Network, l.Breaks, s.registry[i].Doc)
	}
	return spec.Holds, t.Flush()
}
