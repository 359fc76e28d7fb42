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
	weights  [world.ActionKinds]int // of each kind of action
	repeat   int                    // requests that the suffix repeats for ever
	losses   int                    // consecutive losses of a packet in the suffix, at most
}

// profiles are the weights of send, deliver, confirm, timeout, duplicate and
// drop: each schedule has a bias of its own, so that each kind of fault is
// common in some schedules and rare in others.
var profiles = [...][world.ActionKinds]int{
	{4, 4, 4, 4, 2, 1},
	{16, 4, 1, 1, 1, 1},
	{1, 8, 1, 1, 2, 1},
	{2, 1, 4, 8, 1, 4},
	{8, 1, 2, 2, 4, 2},
	{1, 2, 1, 1, 1, 8},
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

// payload draws the i-th message of a process: mostly distinct letters, which
// show order; sometimes equal ones, which show deduplication by content, or
// what trips an encoding: bytes of every kind, and prefixes of one another.
func payload(src Source, shape, i int) spec.Message {
	switch shape {
	case 8:
		return "a"
	case 9:
		return letter(src.Intn(2))
	case 10:
		return awkward[i%len(awkward)]
	case 11:
		return prefixes[i%len(prefixes)]
	}
	return letter(i)
}

func letter(i int) spec.Message { return spec.Message(rune('a' + i)) }

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
func choose(src Source, moves []world.Move, weights *[world.ActionKinds]int) world.Move {
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
