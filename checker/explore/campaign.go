package explore

import (
	"fmt"
	"slices"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// What a campaign keeps.
const (
	keptFailing = 20      // failing schedules of each property, the shortest
	maxLearnt   = 2 << 20 // size at which a System is forgotten

	// A fair suffix that comes to no end is long, and decides nothing. After so
	// many of them, the others are cut short: the verdict is inconclusive, if not
	// violated, whatever they say.
	maxUndecided = 16
	shortRounds  = 64
)

// Campaign runs random schedules of one link and remembers what they showed.
// Use New to make one. It is not safe for concurrent use.
type Campaign struct {
	link      impl.Link
	judged    []spec.Property // without those that need time
	live      uint32          // the properties of liveness, a bit for each
	repeat    bool            // some property speaks of sends that are repeated for ever
	sys       *world.System
	world     *world.World
	stats     Stats
	failing   [][]failing      // of each property
	counts    []counts         // of each property
	undecided int              // fair suffixes that came to no end
	endless   []world.Schedule // of each property, the shortest whose fair suffix came to no end with something owed
	trace     []world.Move
	moves     []world.Move
	losses    []loss
	fair      *world.Suffix // of the schedule that runs; nil before it
}

// counts is what the schedules said of one property.
type counts struct{ tested, voided, violated, inconclusive, first int }

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
	Crashes   int
	Cuts      int
	Corrupted int  // packets that arrived corrupted
	Forged    int  // packets that arrived and that nobody sent
	CutShort  bool // fewer schedules were run than wanted
}

// New returns a campaign for a link, judged by the properties it claims and by
// ACK. The error is a *world.Failure where the link fails in Init, or says
// what is wrong with its registration.
func New(link impl.Link) (*Campaign, error) {
	if len(link.Guarantee.Properties) == 0 {
		return nil, fmt.Errorf("link %s claims no property", link.Name)
	}
	c := &Campaign{link: link, judged: Untimed(Judged(link))}
	for i, p := range c.judged {
		if p.Class&spec.Liveness != 0 {
			c.live |= 1 << i
		}
		c.repeat = c.repeat || p.Recurs == spec.Repeated
	}
	c.failing = make([][]failing, len(c.judged))
	c.counts = make([]counts, len(c.judged))
	c.endless = make([]world.Schedule, len(c.judged))
	if err := c.forget(); err != nil {
		return c, err
	}
	return c, observable(link)
}

// observable is an error where a link claims what nobody can see of it.
func observable(link impl.Link) error {
	bounded, claimed := link.Guarantee.Property(spec.Bounded(0, 0).ID)
	if !claimed {
		return nil
	}
	if _, ok := impl.As[impl.Holder](link.New(0, impl.Peers(0, link.Size()))); !ok {
		return fmt.Errorf("link %s claims %s, and is no impl.Holder: nobody sees how many messages it holds", link.Name, bounded.ID)
	}
	return nil
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

func (c *Campaign) forget() error {
	sys, err := world.New(c.link, c.judged)
	if err != nil {
		return err
	}
	c.sys, c.world = sys, sys.World(nil)
	sys.Trace(func() world.Schedule { return c.schedule(c.fair) })
	return nil
}

// Run draws one schedule from src and runs it. An error says that the link
// broke its contract: it is a *Broken, or a *world.Failure where Init, which
// New could run, fails now.
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
	c.fair = nil
	ending := world.Bound
	err := c.adversarial(src, plan)
	if err == nil && c.live != 0 {
		c.fair = c.suffix(src, plan)
		if c.undecided >= maxUndecided {
			c.fair.Rounds = shortRounds
		}
		before := c.world.Broken()
		ending, err = c.world.RunFair(*c.fair)
		c.record(c.world.Broken()&^before, c.fair)
		if ending == world.Bound {
			c.undecided++
		}
	}
	if err != nil {
		return newBroken(c.link, c.schedule(c.fair), nil, err)
	}
	c.conclude(c.fair, ending)
	return nil
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
		n.voided += c.world.Voided(i)
		switch {
		case broken&bit != 0:
			if n.violated++; n.violated == 1 {
				n.first = c.stats.Schedules
			}
		case owing&bit != 0, (p.Recurs == spec.Repeated || p.Recurs == spec.Ceases) && !decided && seen > 0:
			n.inconclusive++
			if s := &c.endless[i]; owing&bit != 0 && (!s.Fair || len(c.trace) < len(s.Actions)) {
				*s = c.schedule(fair)
			}
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
		case world.Crash:
			c.stats.Crashes++
		case world.Cut:
			c.stats.Cuts++
		case world.Corrupt:
			c.stats.Corrupted++
		case world.Forge:
			c.stats.Forged++
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
func (c *Campaign) Breaks(src Source, property int) (broke bool, err error) {
	stats, all := c.stats, slices.Clone(c.counts)
	defer func() { c.stats, c.counts = stats, all }() // a source may panic to give a schedule up
	before := c.counts[property].violated
	err = c.Run(src)
	return c.counts[property].violated > before, err
}

// CutShort says that the campaign ends before the schedules that were wanted.
func (c *Campaign) CutShort() { c.stats.CutShort = true }

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
