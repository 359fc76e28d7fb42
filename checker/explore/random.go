package explore

import (
	"math/rand/v2"
	"slices"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// Bounds of a random schedule. The adversarial phase is long enough for every
// mutant of the ladder, short enough that a schedule costs some 20 µs.
const (
	maxActions  = 96
	maxMessages = 6
	maxLosses   = 12
	keptFailing = 20      // failing schedules kept for each property, the shortest
	maxLearnt   = 2 << 20 // size at which a System is forgotten
)

// Source is where random choices come from. Intn returns a number from 0 to
// n-1; 0 should be the simplest choice.
type Source interface{ Intn(n int) int }

// Seeded returns a source of uniform choices: one seed, one sequence.
func Seeded(seed, stream uint64) Source { return uniform{rand.New(rand.NewPCG(seed, stream))} }

type uniform struct{ *rand.Rand }

func (u uniform) Intn(n int) int { return int(u.Uint64N(uint64(n))) }

// Campaign runs random schedules of one link and remembers what they showed.
// Use New to make one. It is not safe for concurrent use.
type Campaign struct {
	link    impl.Link
	judged  []spec.Property
	live    uint32 // the properties of liveness, a bit for each
	repeat  bool   // some property speaks of sends that are repeated for ever
	sys     *world.System
	world   *world.World
	stats   Stats
	failing [][]failing // of each property
	counts  []counts    // of each property
	trace   []world.Move
	moves   []world.Move
	losses  []loss
}

// counts is what the schedules said of one property.
type counts struct{ tested, violated, inconclusive, first int }

// failing is a schedule that broke a property, and its number from 1.
type failing struct {
	schedule world.Schedule
	number   int
}

// Stats is what a campaign saw.
type Stats struct {
	Schedules int // run
	Steps     int // actions of all schedules
	Sends     int
	Delivered int
	Confirmed int
	Timeouts  int
	Losses    int // drops, and losses within fair suffixes
	Copies    int // duplicate actions
}

// New returns a campaign for a link, judged by the properties it claims and by
// ACK. The error is a *world.Failure where the link fails in Init, or says
// what is wrong with its registration.
func New(link impl.Link) (*Campaign, error) {
	c := &Campaign{link: link, judged: Judged(link)}
	for i, p := range c.judged {
		if p.Class&spec.Liveness != 0 {
			c.live |= 1 << i
		}
		c.repeat = c.repeat || p.Repeat
	}
	c.failing = make([][]failing, len(c.judged))
	c.counts = make([]counts, len(c.judged))
	return c, c.forget()
}

// Judged returns the properties that a link is judged by: what it claims, and
// ACK, which every link that confirms must keep.
func Judged(link impl.Link) []spec.Property {
	judged := slices.Clone(link.Guarantee.Properties)
	if _, claimed := link.Guarantee.Property(spec.ACK.ID); !claimed {
		judged = append(judged, spec.ACK)
	}
	return judged
}

// System returns the system that the campaign learns; it changes when it grows
// too large.
func (c *Campaign) System() *world.System { return c.sys }

func (c *Campaign) forget() error {
	sys, err := world.New(c.link, c.judged)
	if err != nil {
		return err
	}
	c.sys, c.world = sys, sys.World(nil)
	return nil
}

// Run draws one schedule from src and runs it. An error is a *Broken: the link
// broke its contract.
func (c *Campaign) Run(src Source) error {
	if c.sys.Size() > maxLearnt {
		if err := c.forget(); err != nil {
			return err
		}
	}
	plan := c.draw(src)
	c.stats.Schedules++
	c.world.Reset(plan.workload)
	c.trace, c.losses = c.trace[:0], c.losses[:0]
	var fair *world.Suffix
	ending := world.Bound
	err := c.adversarial(src, plan)
	if err == nil && c.live != 0 {
		fair = c.suffix(src, plan)
		before := c.world.Broken()
		ending, err = c.world.RunFair(*fair)
		c.record(c.world.Broken()&^before, fair)
	}
	if err != nil {
		return &Broken{Schedule: c.schedule(fair), cause: err}
	}
	c.conclude(fair, ending)
	return nil
}

// plan is the shape of one schedule, drawn before it runs.
type plan struct {
	workload []world.Request
	length   int
	weights  [5]int // of each kind of action
	repeat   int    // requests that the suffix repeats for ever
	losses   int    // consecutive losses of a packet in the suffix, at most
}

// profiles are the weights of send, deliver, timeout, duplicate and drop: each
// schedule has a bias of its own, so that each kind of fault is common in some
// schedules and rare in others.
var profiles = [...][5]int{
	{4, 4, 4, 2, 1},
	{16, 4, 1, 1, 1},
	{1, 8, 1, 2, 1},
	{2, 1, 8, 1, 4},
	{8, 1, 2, 4, 2},
	{1, 2, 1, 1, 8},
}

func (c *Campaign) draw(src Source) plan {
	p := plan{length: src.Intn(maxActions + 1)}
	messages, shape := 1+src.Intn(maxMessages), src.Intn(8)
	both := src.Intn(4) == 3
	sent := make([]int, c.link.Size())
	for range messages {
		r := world.Request{From: 0, To: 1}
		if both {
			r = c.channel(src)
		}
		r.Message = payload(src, shape, sent[r.From])
		sent[r.From]++
		p.workload = append(p.workload, r)
	}
	p.weights = profiles[src.Intn(len(profiles))]
	p.losses = src.Intn(4)
	if c.repeat {
		p.repeat = src.Intn(len(p.workload) + 1)
	}
	return p
}

// channel draws a sender and a receiver.
func (c *Campaign) channel(src Source) world.Request {
	n := spec.Process(c.link.Size())
	from := spec.Process(src.Intn(int(n)))
	return world.Request{From: from, To: (from + 1 + spec.Process(src.Intn(int(n)-1))) % n}
}

// payload draws the i-th message of a process: mostly distinct ones, which
// show order; sometimes equal ones, which show deduplication by content.
func payload(src Source, shape, i int) spec.Message {
	switch shape {
	case 6:
		return "a"
	case 7:
		return spec.Message(letters[src.Intn(2)])
	}
	return spec.Message(letters[i])
}

var letters = [maxMessages]string{"a", "b", "c", "d", "e", "f"}

// adversarial runs the phase in which anything may happen.
func (c *Campaign) adversarial(src Source, p plan) error {
	for range p.length {
		c.moves = c.world.Enabled(c.moves[:0])
		if len(c.moves) == 0 {
			return nil
		}
		m := choose(src, c.moves, &p.weights)
		before := c.world.Broken()
		c.trace = append(c.trace, m)
		if err := c.world.Do(m); err != nil {
			return err
		}
		if now := c.world.Broken(); now != before {
			c.record(now&^before, nil)
		}
	}
	return nil
}

// choose draws one of the moves, which stand in the order of their kinds.
func choose(src Source, moves []world.Move, weights *[5]int) world.Move {
	numbers := kinds(moves)
	total := 0
	for kind, n := range numbers {
		total += n * weights[kind]
	}
	r, first := src.Intn(total), 0
	for kind, n := range numbers {
		if r < n*weights[kind] {
			return moves[first+r/weights[kind]]
		}
		r -= n * weights[kind]
		first += n
	}
	panic("explore: a choice beyond the last move")
}

// kinds counts the moves of each kind.
func kinds(moves []world.Move) (numbers [5]int) {
	for _, m := range moves {
		numbers[m.Kind()]++
	}
	return numbers
}

// loss counts how often a packet may still be lost in the suffix.
type loss struct {
	packet     world.Action
	left, lost int
}

// suffix draws, for each packet when it is first transmitted, how often it is
// lost before it gets through.
func (c *Campaign) suffix(src Source, p plan) *world.Suffix {
	s := &world.Suffix{}
	for _, r := range p.workload[:p.repeat] {
		if !slices.Contains(s.Repeat, r) {
			s.Repeat = append(s.Repeat, r)
		}
	}
	if p.losses == 0 {
		return s
	}
	total := 0
	s.Lose = func(a world.Action) bool {
		i := slices.IndexFunc(c.losses, func(l loss) bool { return l.packet == a })
		if i < 0 {
			i = len(c.losses)
			c.losses = append(c.losses, loss{packet: a, left: src.Intn(p.losses + 1)})
		}
		if c.losses[i].left == 0 || total == maxLosses {
			return false
		}
		total++
		c.losses[i].left--
		c.losses[i].lost++
		return true
	}
	return s
}

// conclude counts what the finished schedule says of each property.
func (c *Campaign) conclude(fair *world.Suffix, ending world.Ending) {
	broken, owing := c.world.Broken(), c.world.Owing()&c.live
	decided := ending == world.Quiet || ending == world.Cycle
	if decided && owing != 0 {
		c.record(owing, fair)
		broken |= owing
	}
	for i, p := range c.judged {
		n := &c.counts[i]
		bit := uint32(1) << i
		seen := c.world.Seen(p.Tested)
		n.tested += seen
		switch {
		case broken&bit != 0:
			if n.violated++; n.violated == 1 {
				n.first = c.stats.Schedules
			}
		case owing&bit != 0, p.Repeat && !decided && seen > 0:
			n.inconclusive++
		}
	}
	c.count()
}

func (c *Campaign) count() {
	c.stats.Steps += c.world.Steps()
	c.stats.Sends += c.world.Seen(spec.Send)
	c.stats.Delivered += c.world.Seen(spec.Deliver)
	c.stats.Confirmed += c.world.Seen(spec.Confirm)
	for _, m := range c.trace {
		switch m.Kind() {
		case world.Timeout:
			c.stats.Timeouts++
		case world.Duplicate:
			c.stats.Copies++
		case world.Drop:
			c.stats.Losses++
		}
	}
	for _, l := range c.losses {
		c.stats.Losses += l.lost
	}
}

// record keeps the schedule so far for each property of the set, unless
// enough shorter ones are known.
func (c *Campaign) record(properties uint32, fair *world.Suffix) {
	for i := range c.judged {
		if properties>>i&1 == 0 {
			continue
		}
		list := c.failing[i]
		if len(list) == keptFailing {
			longest := 0
			for k := range list {
				if list[k].schedule.Len() > list[longest].schedule.Len() {
					longest = k
				}
			}
			if len(c.trace) >= list[longest].schedule.Len() {
				continue
			}
			list = slices.Delete(list, longest, longest+1)
		}
		c.failing[i] = append(list, failing{c.schedule(fair), c.stats.Schedules})
	}
}

// schedule returns the schedule so far.
func (c *Campaign) schedule(fair *world.Suffix) world.Schedule {
	var s world.Schedule
	for _, m := range c.trace {
		s.Actions = append(s.Actions, c.world.Action(m))
	}
	if fair != nil {
		s.Fair, s.Repeat = true, slices.Clone(fair.Repeat)
		for _, l := range c.losses {
			for range l.lost {
				s.Losses = append(s.Losses, l.packet)
			}
		}
	}
	return s
}

// Breaks draws one schedule from src and reports whether it breaks the
// property of that number. It keeps the schedule if so, and counts nothing: it
// is for shrinking.
func (c *Campaign) Breaks(src Source, property int) (bool, error) {
	stats, all := c.stats, slices.Clone(c.counts)
	before := c.counts[property].violated
	err := c.Run(src)
	broke := c.counts[property].violated > before
	c.stats, c.counts = stats, all
	return broke, err
}

// Violated returns the numbers of the properties that were broken so far.
func (c *Campaign) Violated() []int {
	var list []int
	for i, n := range c.counts {
		if n.violated > 0 {
			list = append(list, i)
		}
	}
	return list
}

// Stats returns what the campaign saw so far.
func (c *Campaign) Stats() Stats { return c.stats }
