package explore

import (
	"math/rand/v2"
	"slices"
	"strings"

	"fairloss/checker/world"
	"fairloss/spec"
)

// Bounds of a random schedule. The adversarial phase is long enough for every
// mutant of the ladder, short enough that a schedule costs some 20 µs.
const (
	maxActions  = 96
	maxMessages = 6
	maxLosses   = 12
	rareLong    = 512 // one schedule in so many is long
	longActions = 384
	longWork    = 16
)

// Source is where random choices come from. Intn returns a number from 0 to
// n-1; 0 should be the simplest choice.
type Source interface{ Intn(n int) int }

// Seeded returns a source of uniform choices: one seed, one sequence.
func Seeded(seed, stream uint64) Source { return uniform{rand.New(rand.NewPCG(seed, stream))} }

type uniform struct{ *rand.Rand }

func (u uniform) Intn(n int) int { return int(u.Uint64N(uint64(n))) }

// plan is the shape of one schedule, drawn before it runs.
type plan struct {
	workload []world.Request
	length   int
	weights  weights
	repeat   int // requests that the suffix repeats for ever
	losses   int // consecutive losses of a packet in the suffix, at most
}

// weights says how likely each enabled action is, by kind; of crashes, cuts,
// corruptions and forgeries, how likely one of them is.
type weights [world.ActionKinds]int

// profiles are the weights that schedules have: each has a bias of its own, so
// that each kind of fault is common in some and rare in others.
var profiles = [...]weights{
	{world.Send: 4, world.Deliver: 4, world.Confirm: 4, world.Timeout: 4, world.Recover: 4, world.Heal: 4, world.Duplicate: 2, world.Drop: 1, world.Corrupt: 1, world.Forge: 1, world.Cut: 1, world.Crash: 1},
	{world.Send: 16, world.Deliver: 4, world.Confirm: 1, world.Timeout: 1, world.Recover: 1, world.Heal: 1, world.Duplicate: 1, world.Drop: 1, world.Corrupt: 1, world.Forge: 1, world.Cut: 1, world.Crash: 2},
	{world.Send: 1, world.Deliver: 8, world.Confirm: 1, world.Timeout: 1, world.Recover: 8, world.Heal: 8, world.Duplicate: 2, world.Drop: 1, world.Corrupt: 2, world.Forge: 2, world.Cut: 4, world.Crash: 8},
	{world.Send: 2, world.Deliver: 1, world.Confirm: 4, world.Timeout: 8, world.Recover: 4, world.Heal: 4, world.Duplicate: 1, world.Drop: 4, world.Corrupt: 4, world.Forge: 4, world.Cut: 1, world.Crash: 1},
	{world.Send: 8, world.Deliver: 1, world.Confirm: 2, world.Timeout: 2, world.Recover: 2, world.Heal: 2, world.Duplicate: 4, world.Drop: 2, world.Corrupt: 2, world.Forge: 2, world.Cut: 8, world.Crash: 2},
	{world.Send: 1, world.Deliver: 2, world.Confirm: 1, world.Timeout: 1, world.Recover: 2, world.Heal: 2, world.Duplicate: 1, world.Drop: 8, world.Corrupt: 1, world.Forge: 1, world.Cut: 4, world.Crash: 4},
}

func (c *Campaign) draw(src Source) plan {
	actions, work := maxActions, maxMessages
	if src.Intn(rareLong) == rareLong-1 {
		actions, work = longActions, longWork
	}
	p := plan{length: src.Intn(actions + 1)}
	messages, shape := 1+src.Intn(work), src.Intn(12)
	both := src.Intn(4) == 3
	sent := make([]int, c.link.Size())
	for range messages {
		r := world.Request{From: 0, To: 1}
		if both {
			r = c.channel(src)
		}
		r.Message = c.payload(src, shape, sent[r.From])
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

// payload draws the i-th message of a process: mostly what the link is searched
// with, distinct letters or its own, which show order; sometimes equal ones,
// which show deduplication by content, or what trips an encoding: bytes of every
// kind, and prefixes of one another.
func (c *Campaign) payload(src Source, shape, i int) spec.Message {
	switch shape {
	case 8:
		return "a"
	case 9:
		return c.link.Message(src.Intn(2))
	case 10:
		return awkward[i%len(awkward)]
	case 11:
		return prefixes[i%len(prefixes)]
	}
	return c.link.Message(i)
}

var (
	awkward  = []spec.Message{"", "\x00", "|,:\n", "\xff", "0", "é", spec.Message(strings.Repeat("x", 300))}
	prefixes = []spec.Message{"a", "aa", "ab", "b", "ba"}
)

// adversarial runs the phase in which anything may happen.
func (c *Campaign) adversarial(src Source, p plan) error {
	for range p.length {
		c.moves = c.world.Enabled(c.moves[:0])
		if len(c.moves) == 0 {
			return nil
		}
		m := c.moves[0]
		if !c.link.Burst || m.Kind() != world.Send {
			m = choose(src, c.moves, &p.weights)
		}
		if m.Kind() == world.Corrupt && src.Intn(2) == 1 {
			m = c.world.Becoming(m, mangled(src, c.world.Action(m).Packet))
		}
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
func choose(src Source, moves []world.Move, w *weights) world.Move {
	numbers := kinds(moves)
	total := 0
	for kind, n := range numbers {
		total += w.of(world.ActionKind(kind), n)
	}
	r, first := src.Intn(total), 0
	for kind, n := range numbers {
		of := w.of(world.ActionKind(kind), n)
		switch {
		case r >= of:
			r -= of
			first += n
		case world.ActionKind(kind) >= world.Corrupt:
			return moves[first+src.Intn(n)]
		default:
			return moves[first+r/w[kind]]
		}
	}
	panic("explore: a choice beyond the last move")
}

// of is the weight of n actions of a kind. There are many places for a crash,
// and many ways to change a packet.
func (w *weights) of(kind world.ActionKind, n int) int {
	if kind >= world.Corrupt {
		n = min(n, 1)
	}
	return n * w[kind]
}

// kinds counts the moves of each kind.
func kinds(moves []world.Move) (numbers [world.ActionKinds]int) {
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
