package world

import (
	"fmt"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// Limits of what a System can hold: a channel is one byte of a Move, a
// property one bit of a set.
const (
	maxProcesses  = 15
	maxProperties = 32
	// A set of channels is a bit for each of them.
	maxCutProcesses = 5
)

// System is a link in its surroundings together with all that was learnt of
// them: every local state, transition, channel content and judgement is kept
// once, so that the link's own code runs only on what is new. All Worlds of a
// System share it. It is not safe for concurrent use, unless it is frozen.
type System struct {
	link   impl.Link
	n      int
	sends  []spec.Channel // on which the application may send
	procs  []*process
	net    *network
	judges *judges
	memo   *memo        // of net and judges too
	born   []push       // packets that Init hands to the network
	birth  []spec.Event // what is observable of Init

	receipts      [][]uint32          // channel, packet -> input of the receiver, plus one
	confirmations [][]uint32          // channel, packet -> input of the sender, plus one
	witnesses     int                 // how many were made
	forever       uint32              // the observation of a Forever event
	voiding       bool                // faults can void obligations
	forger        impl.Forger         // nil where the link is none, or nothing is forged
	forged        map[uint32][]uint32 // packet -> what can be made of it
	partitions    map[bool][]uint32   // whether it is a cut, channel -> observation
	calls         *calls
}

// Failure is a link that broke the contract of impl.Layer, as by a panic, or a
// property of its author whose monitor broke that of spec.Monitor.
type Failure struct {
	Property string // ID of the property whose monitor it is; "": it is the link
	Process  spec.Process
	Event    string // what it was handling: "Timeout(1)"
	Text     string // what it does wrong: "panics: …"
	Details  string // lines that show it: what differs; "" where Text says all
	Diverges bool   // two instances, or two runs, do not do the same: only a Witness sees it
	Earlier  int    // which Witness of the system it contradicts, from 1; 0: none, or it is not known
}

// Error says which event did it, in the terms of the link's author.
func (f *Failure) Error() string {
	if f.Property != "" {
		return fmt.Sprintf("property %s: its monitor %s", f.Property, f.Text)
	}
	return fmt.Sprintf("the link at process %d, handling %s, %s", f.Process, f.Event, f.Text)
}

// New returns the system of a link, judged by the given properties. It runs
// Init of every process, and returns a *Failure where that fails.
func New(link impl.Link, properties []spec.Property) (*System, error) {
	n := link.Size()
	if link.New == nil {
		return nil, fmt.Errorf("link %s has no New", link.Name)
	}
	if _, err := spec.ParseAssumptions(link.Assumes.String()); err != nil {
		return nil, fmt.Errorf("link %s: %w", link.Name, err)
	}
	if n < 2 || n > maxProcesses {
		return nil, fmt.Errorf("link %s has %d processes, want 2 to %d", link.Name, n, maxProcesses)
	}
	if link.Assumes.Cuts > 0 && n > maxCutProcesses {
		return nil, fmt.Errorf("link %s: directions can be cut among %d processes at most, not %d", link.Name, maxCutProcesses, n)
	}
	if len(properties) > maxProperties {
		return nil, fmt.Errorf("%d properties, want at most %d", len(properties), maxProperties)
	}
	sys := &System{link: link, n: n, sends: link.Sends(), net: newNetwork(link.Assumes), judges: newJudges(properties), forged: map[uint32][]uint32{}}
	for _, c := range sys.sends {
		if !sys.isChannel(c.From, c.To) {
			return nil, fmt.Errorf("link %s: channel %s is none among %d processes", link.Name, c, n)
		}
	}
	sys.receipts, sys.confirmations = make([][]uint32, n*n), make([][]uint32, n*n)
	sys.voiding = link.Assumes.Crashes+link.Assumes.Cuts > 0
	sys.memo = &memo{}
	sys.net.memo, sys.judges.memo = sys.memo, sys.memo
	watch(sys)
	for p := range spec.Process(n) {
		sys.procs = append(sys.procs, newProcess(sys, p))
	}
	if link.Assumes.Forgeries > 0 {
		layer, err := sys.procs[0].instance()
		if err != nil {
			return nil, err
		}
		sys.forger, _ = impl.As[impl.Forger](layer)
	}
	for _, pr := range sys.procs {
		if err := pr.start(); err != nil {
			return nil, err
		}
	}
	sys.forever = sys.observation([]spec.Event{{Kind: spec.Forever}})
	if link.Assumes.Cuts > 0 {
		sys.observePartitions()
	}
	return sys, nil
}

// Link returns the link.
func (sys *System) Link() impl.Link { return sys.link }

// Blocks reports whether the link was met in a state in which it is not ready
// to send on some channel that the application may send on.
func (sys *System) Blocks() bool {
	return slices.ContainsFunc(sys.sends, func(c spec.Channel) bool {
		return slices.ContainsFunc(sys.procs[c.From].locals, func(l local) bool { return !l.down && l.ready>>c.To&1 == 0 })
	})
}

// Properties returns the properties that its Worlds are judged by.
func (sys *System) Properties() []spec.Property { return sys.judges.properties }

// Size is a measure of what the system has learnt: the number of interned
// states, transitions, contents and judgements.
func (sys *System) Size() int {
	size := len(sys.net.contents) + len(sys.judges.states)
	for _, pr := range sys.procs {
		size += len(pr.locals) + len(pr.transitions)
	}
	return size
}

func (sys *System) channel(from, to spec.Process) uint8 { return uint8(int(from)*sys.n + int(to)) }

func (sys *System) ends(channel uint8) (from, to spec.Process) {
	return spec.Process(int(channel) / sys.n), spec.Process(int(channel) % sys.n)
}

func (sys *System) packet(s string) uint32 { return sys.net.packet(s) }

func (sys *System) observation(events []spec.Event) uint32 { return sys.judges.observation(events) }
