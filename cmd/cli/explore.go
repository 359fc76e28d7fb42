package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

var exploreCommand = command{
	name: "explore", argument: "NAME",
	summary: "search all schedules of a link within small bounds",
	about: "Visits every state of a link that sends a few messages, breadth first, so that a counterexample is a shortest\n" +
		"one. Liveness takes more memory and time: -liveness=false leaves it out, which is inconclusive.\n" +
		"Where a bound or an interrupt ends the search early, what it has not found is inconclusive.",
	examples: []string{
		"fairloss explore perfect",
		"fairloss explore alternatingbit -network set -messages 2",
		"fairloss explore atleastonce -guarantee perfect",
		"fairloss explore atmostonce -guarantee perfect -network atleastonce",
		"fairloss explore fifo -processes 3 -channels '0>2,1>2' -messages 4",
		"fairloss explore selectiverepeat -messages 4 -max-states 1000000 -timeout 1m -json",
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		o := exploration{maxMemory: 4 << 30}
		flags.StringVar(&o.guarantee, "guarantee", "", "judge by the guarantee of this `NAME`, instead of what the link claims")
		flags.IntVar(&o.messages, "messages", 3, "how many messages are sent")
		flags.Var(&o.channels, "channels", "the `CHANNELS` that the messages are sent on, in turn, as 0>1,1>0,2>1;\n"+
			"without, all on the first that the link sends on, and one more on the way back and on one other channel")
		flags.BoolVar(&o.equal, "equal", false, "send the same message each time")
		flags.StringVar(&o.network, "network", "", "the `MODEL`, instead of the link's own: set, lossyset, bag(capacity=4,drops=2,duplicates=1), fifo(capacity=4,duplicates=1);\n"+
			"or what a lower layer promises: stubborn, atleastonce, fifoatleastonce, perfect, fifoperfect")
		flags.IntVar(&o.processes, "processes", 0, "how many processes there are; 0 is the link's own number")
		flags.BoolVar(&o.liveness, "liveness", true, "judge liveness, where the link claims any")
		flags.IntVar(&o.maxStates, "max-states", 0, "stop at about as many states; 0 is no bound")
		flags.Var(&o.maxMemory, "max-memory", "stop at about this `SIZE`, as 64MiB or 2GiB; 0 is no bound")
		flags.DurationVar(&o.timeout, "timeout", 0, "how long the search may take; 0 is no bound")
		flags.IntVar(&o.workers, "workers", runtime.NumCPU(), "how many CPUs the search uses; what it finds does not depend on it")
		flags.IntVar(&o.width, "width", 0, "columns of the chart; 0 is those of the terminal, else 80")
		return o.run
	},
}

// exploration is what to search.
type exploration struct {
	guarantee, network             string
	messages, processes, maxStates int
	channels                       channels
	equal, liveness                bool
	maxMemory                      byteSize
	timeout                        time.Duration
	workers, width                 int
}

// A search believes that a local state that it has met before behaves as it did
// then. Random walks of the real code put that to the test.
const (
	auditSeed  = 1
	auditWalks = explore.AuditWalks / 5
)

// run searches, and reports what was found.
func (o *exploration) run(s *session, name string) (spec.Verdict, error) {
	link, err := o.link(s, name)
	if err != nil {
		return 0, err
	}
	ctx, cancel := s.ctx, context.CancelFunc(func() {})
	if o.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
	}
	defer cancel()
	judged, left := o.properties(link)
	ticker := s.ticker()
	bounds := explore.Bounds{
		Workload: o.workload(link), MaxStates: o.maxStates, MaxBytes: int(o.maxMemory), Workers: o.workers,
		Progress: func(c explore.Coverage) {
			ticker.say(fmt.Sprintf("%s: %d states, %d states/s, frontier %d, depth %d", name, c.States, perSecond(c), c.Frontier, c.Depth))
		},
	}
	result := explore.Exhaustive{Link: link, Bounds: bounds}
	err = guarded(link, handlerLimit, func() error {
		// First the monitors: a search would put down to the link what they do.
		if err := explore.AuditMonitors(link, auditSeed); err != nil {
			return err
		}
		found, err := explore.Exhaust(ctx, link, judged, bounds)
		if err == nil {
			err = explore.Audit(link, auditSeed, auditWalks)
		}
		if err == nil {
			result = found
		}
		return err
	})
	ticker.end()
	if breaksContract(err) {
		return spec.Violated, s.reportBroken(link, err, exploredBroken(result, err))
	}
	if err != nil {
		return 0, fmt.Errorf("explore: %w", err)
	}
	r := newExplored(result, left)
	if s.json {
		return r.Verdict, s.printJSON(r)
	}
	return r.Verdict, o.print(s, r, result)
}

// workload returns what the application sends.
func (o *exploration) workload(link impl.Link) []world.Request {
	if o.channels == nil {
		return explore.BusyWorkload(link, o.messages, o.equal)
	}
	return explore.Spread(link, o.channels, o.messages, o.equal)
}

// breaksContract reports whether an error says that a link broke the contract of
// a layer.
func breaksContract(err error) bool {
	var failure *world.Failure
	var broken *explore.Broken
	return errors.As(err, &failure) || errors.As(err, &broken)
}

// link returns the link in the surroundings that the flags ask for.
func (o *exploration) link(s *session, name string) (impl.Link, error) {
	link, err := s.link(name)
	if err != nil {
		return link, err
	}
	if o.messages < 1 || o.maxStates < 0 || o.timeout < 0 || o.processes < 0 || o.workers < 1 {
		return link, errors.New("explore: want at least 1 message and 1 worker, and no negative number")
	}
	if o.guarantee != "" {
		if link.Guarantee, err = spec.ParseGuarantee(o.guarantee); err != nil {
			return link, err
		}
	}
	if o.network != "" {
		if link.Assumes, err = spec.ParseAssumptions(o.network); err != nil {
			return link, err
		}
	}
	link.Processes = cmp.Or(o.processes, link.Processes)
	if err := o.channels.among(link.Size()); err != nil {
		return link, fmt.Errorf("explore: %w", err)
	}
	return link, nil
}

// properties returns those to judge, and those left out. What is both safety and
// liveness is not left out.
func (o *exploration) properties(link impl.Link) (judged, left []spec.Property) {
	for _, p := range explore.Judged(link) {
		if !o.liveness && p.Class == spec.Liveness {
			left = append(left, p)
			continue
		}
		judged = append(judged, p)
	}
	return judged, left
}

// explored is an exhaustive search as -json prints it. Where there were more,
// in which the messages are sent again and again, the numbers are those of all.
type explored struct {
	Name           string       `json:"name"`
	Guarantee      string       `json:"guarantee"`
	Workload       []string     `json:"workload"` // what is sent, each process in this order
	Verdict        spec.Verdict `json:"verdict"`
	Complete       bool         `json:"complete"`
	States         int          `json:"states"`
	Transitions    int          `json:"transitions"`
	Depth          int          `json:"depth"`
	Seconds        float64      `json:"seconds"`
	BytesPerState  float64      `json:"bytes_per_state"`
	Memory         string       `json:"memory"`         // whose bytes they are: "process", at its peak, or "search"
	Counterexample *shown       `json:"counterexample"` // to the first property that is violated; null where none is
	Properties     []finding    `json:"properties"`
}

// shown is a counterexample as -json prints it.
type shown struct {
	Property string   `json:"property"`
	Shortest string   `json:"shortest"` // for what it is the shortest; "" where that is not proven
	Length   int      `json:"length"`
	Stem     []string `json:"stem"`
	Cycle    []string `json:"cycle"`
}

func newShown(property string, s world.Schedule) *shown {
	return &shown{Property: property, Length: s.Len(), Stem: lines(s.Actions), Cycle: lines(s.Cycle)}
}

// shownAs is newShown of what a search found.
func shownAs(c *explore.Counterexample) *shown {
	v := newShown(c.Property.ID, c.Schedule)
	if c.Shortest {
		v.Shortest = c.ShortestOf()
	}
	return v
}

func lines(actions []world.Action) []string {
	list := []string{}
	for _, a := range actions {
		list = append(list, a.String())
	}
	return list
}

// newExplored says nothing of ACK where the link neither claims it nor confirmed
// anything. Left are the properties that were left out.
func newExplored(e explore.Exhaustive, left []spec.Property) explored {
	c := e.Coverage.Plus(e.Repeated)
	r := explored{
		Name: e.Link.Name, Guarantee: e.Link.Guarantee.Name, Workload: sends(e.Bounds.Workload), Complete: c.Complete, States: c.States,
		Transitions: c.Transitions, Depth: c.Depth, Seconds: c.Elapsed.Seconds(), Memory: "search",
	}
	var ofProcess bool
	if r.BytesPerState, ofProcess = c.BytesPerState(); ofProcess {
		r.Memory = "process"
	}
	var verdicts []spec.Verdict
	for _, f := range e.Findings {
		if _, claimed := e.Link.Guarantee.Property(f.Property.ID); !claimed && f.Tested == 0 {
			continue
		}
		r.Properties = append(r.Properties, finding{
			ID: f.Property.ID, Name: f.Property.Name, Verdict: f.Verdict, Reason: f.Reason, Tested: f.Tested, Voided: f.Voided, Engine: "search",
		})
		verdicts = append(verdicts, f.Verdict)
		if f.Counterexample != nil && r.Counterexample == nil {
			r.Counterexample = shownAs(f.Counterexample)
		}
	}
	for _, p := range left {
		r.Properties = append(r.Properties, finding{ID: p.ID, Name: p.Name, Reason: "left out by -liveness=false", Engine: "search"})
		verdicts = append(verdicts, spec.Inconclusive)
	}
	r.Verdict = spec.Worst(verdicts...)
	return r
}

func sends(workload []world.Request) []string {
	list := []string{}
	for _, r := range workload {
		list = append(list, world.Action{Kind: world.Send, From: r.From, To: r.To, Message: r.Message}.String())
	}
	return list
}

func perSecond(c explore.Coverage) int {
	return int(float64(c.States) / max(c.Elapsed.Seconds(), 1e-9))
}

// exploredBroken is the search of a link that broke the contract of a layer.
func exploredBroken(e explore.Exhaustive, err error) explored {
	r := newExplored(explore.Exhaustive{Link: e.Link, Bounds: e.Bounds}, nil)
	r.Verdict, r.Properties = spec.Violated, []finding{contractFinding(err)}
	var broken *explore.Broken
	if errors.As(err, &broken) {
		r.Counterexample = newShown(contractID, broken.Schedule)
	}
	return r
}

// reportBroken reports a link that broke the contract of a layer, and the
// schedule that led to it; with -json it prints v instead.
func (s *session) reportBroken(link impl.Link, err error, v any) error {
	if s.json {
		return s.printJSON(v)
	}
	var broken *explore.Broken
	found := errors.As(err, &broken)
	if err := s.reportContract(link, err); err != nil {
		return err
	}
	var failure *world.Failure
	if !found {
		if errors.As(err, &failure) {
			fmt.Fprint(s.out, failure.Details)
		}
		return nil
	}
	_, err = fmt.Fprintf(s.out, "%s\nschedule (%s; %s):\n%s",
		broken.Details(), actions(broken.Schedule.Len()), broken.Runs(), numbered(broken.Schedule))
	return err
}

// numbered lists the actions of a schedule, one a line.
func numbered(s world.Schedule) string {
	var b strings.Builder
	s.Link, s.Assumes, s.Processes = "", nil, 0
	n := 0
	for line := range strings.Lines(s.String()) {
		switch {
		case line == "again\n":
			b.WriteString("       again: all starts again; from a state with the same key it must do the same\n")
		case line == "fair\n":
			b.WriteString("       fair from here on\n")
		case line == "forever\n" && len(s.Cycle) == 0:
			b.WriteString("       forever: nothing more happens\n")
		case line == "forever\n":
			b.WriteString("       forever:\n")
		default:
			n++
			fmt.Fprintf(&b, "  %3d  %s", n, line)
		}
	}
	return b.String()
}
