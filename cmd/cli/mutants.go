package cli

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"

	"fairloss/checker/explore"
	"fairloss/impl"
	"fairloss/spec"
)

var mutantsCommand = command{
	name:    "mutants",
	summary: "show that every mutant is caught by the property it breaks",
	about: "Runs random schedules of each mutant. A mutant is killed where the property that it is there to break\n" +
		"rejects it, and no property does that it does not declare: BREAKS and ALSO. SCHEDULE is the number of the first\n" +
		"that did so, STEPS the actions of all schedules, SHRUNK the length of the shortest one that these led to,\n" +
		"SHORTEST what an exhaustive search within small bounds proves: 0 where the bounds are too small, -1 where it\n" +
		"finds none. Of liveness the two differ: one is a schedule before a fair suffix, the other a stem and a cycle.\n" +
		"Where packets are forged SHRUNK can be less, too: a random run may send other messages than that search, so that\n" +
		"what is forged of them is shorter or longer. Mutants that lean on time are left out: see fairloss run -campaign.",
	examples: []string{"fairloss mutants", "fairloss mutants -schedules 10000 -seed 7 -json"},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		schedules := flags.Int("schedules", 2000, "schedules of each mutant")
		seed := flags.Uint64("seed", 0, "fixes the schedules; 0 is a random one")
		return func(s *session, _ string) (spec.Verdict, error) {
			if *schedules < 1 {
				return 0, fmt.Errorf("mutants: %d schedules, want at least 1", *schedules)
			}
			if *seed == 0 {
				*seed = rand.Uint64()>>16 + 1
			}
			return mutants(s, *schedules, *seed)
		}
	},
}

// hunted is what became of one mutant.
type hunted struct {
	Name      string   `json:"name"`
	Breaks    string   `json:"breaks"`
	Also      []string `json:"also"`
	Killed    bool     `json:"killed"`
	By        []string `json:"by"`
	Schedules int      `json:"schedules"` // number of the first that broke Breaks; 0 where none did
	Steps     int      `json:"steps"`
	Shrunk    int      `json:"shrunk"`   // length of the shortest schedule found that breaks Breaks
	Shortest  int      `json:"shortest"` // length of the shortest there is; see shortest
}

func mutants(s *session, schedules int, seed uint64) (spec.Verdict, error) {
	all := slices.DeleteFunc(slices.Clone(s.registry), func(l impl.Link) bool { return l.Kind != impl.Mutant || l.Conditions != "" })
	if len(all) == 0 {
		return 0, fmt.Errorf("mutants: there are none among the %d links", len(s.registry))
	}
	bar := s.progress(len(all), "mutants")
	rows := []hunted{}
	for i, link := range all {
		row, err := hunt(s, link, schedules, seed)
		if err != nil {
			fmt.Fprintf(s.err, "fairloss: mutant %s broke its contract: %v\n", link.Name, err)
		}
		if s.ctx.Err() != nil {
			break
		}
		rows = append(rows, row)
		bar.set(i + 1)
	}
	bar.end()
	verdict := verdictOf(rows, len(all))
	if s.json {
		fmt.Fprintf(s.err, "seed %d\n", seed)
		return verdict, s.printJSON(rows)
	}
	return verdict, s.printMutants(rows, verdict, len(all), seed)
}

// hunt runs the campaign of one mutant, until the session is interrupted. The
// error is about a mutant that broke its contract; it lives.
func hunt(s *session, link impl.Link, schedules int, seed uint64) (hunted, error) {
	row := hunted{Name: link.Name, Breaks: link.Breaks, Also: append([]string{}, link.Also...), By: []string{}}
	c, err := explore.New(link)
	for k := 0; err == nil && k < schedules && s.ctx.Err() == nil; k++ {
		err = c.Run(explore.Seeded(seed, uint64(k)))
	}
	if err == nil {
		err = explore.Audit(link, auditSeed, auditWalks)
	}
	if err != nil {
		return row, err
	}
	r, err := c.Report()
	if err != nil {
		return row, err
	}
	declared := true
	for _, f := range r.Findings {
		if f.Verdict != spec.Violated {
			continue
		}
		id := f.Property.ID
		row.By = append(row.By, id)
		declared = declared && (id == link.Breaks || slices.Contains(link.Also, id))
		if id == link.Breaks {
			row.Schedules, row.Shrunk = f.First, f.Counterexample.Schedule.Len()
		}
	}
	row.Steps = r.Stats.Steps
	row.Killed = declared && row.Schedules > 0
	row.Shortest = shortest(s.ctx, link)
	return row, nil
}

// What the search for a shortest schedule is confined to.
const (
	shortestMessages = 6
	shortestStates   = 200_000
)

// shortest returns the length of a schedule that breaks what the mutant is
// there to break, with as few messages as it takes, distinct or equal, such
// that none with these is shorter. It returns 0 where a search was too small
// to say, and -1 where none found any.
func shortest(ctx context.Context, link impl.Link) int {
	property, claimed := link.Guarantee.Property(link.Breaks)
	if !claimed {
		property = spec.ACK // the only one that is judged unclaimed
	}
	for n := 1; n <= shortestMessages; n++ {
		var lengths []int
		for _, equal := range []bool{false, true} {
			bounds := explore.Bounds{Workload: explore.Workload(link, n, equal), MaxStates: shortestStates}
			e, err := explore.Exhaust(ctx, link, []spec.Property{property}, bounds)
			if err != nil {
				return 0
			}
			switch c := e.Findings[0].Counterexample; {
			case c != nil && c.Shortest:
				lengths = append(lengths, c.Schedule.Len())
			case c != nil || !e.Coverage.Plus(e.Repeated).Complete:
				return 0
			}
		}
		if len(lengths) > 0 {
			return slices.Min(lengths)
		}
	}
	return -1
}

// verdictOf is Violated where a mutant lives, and Inconclusive where not all
// of them were hunted.
func verdictOf(rows []hunted, total int) spec.Verdict {
	switch {
	case slices.ContainsFunc(rows, func(r hunted) bool { return !r.Killed }):
		return spec.Violated
	case len(rows) < total:
		return spec.Inconclusive
	}
	return spec.Holds
}

func (s *session) printMutants(rows []hunted, verdict spec.Verdict, total int, seed uint64) error {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "MUTANT\tBREAKS\tALSO\tKILLED\tBY\tSCHEDULE\tSTEPS\tSHRUNK\tSHORTEST\n")
	killed := 0
	for _, r := range rows {
		word := "no"
		if r.Killed {
			word = "yes"
			killed++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", r.Name, r.Breaks, strings.Join(r.Also, " "), word,
			strings.Join(r.By, " "), r.Schedules, r.Steps, r.Shrunk, r.Shortest)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s: %d of %d mutants killed; seed %d\n", verdict, killed, total, seed)
	return err
}
