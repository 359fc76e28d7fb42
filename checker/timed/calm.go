package timed

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Calmer returns conditions that are one step calmer each: one fault or stream
// less, or one number halved. The largest steps come first; calm conditions
// have none.
func (c Conditions) Calmer() []Conditions {
	var list []Conditions
	try := func(edit func(*Conditions)) {
		calmer := c.clone()
		if edit(&calmer); calmer.String() != c.String() {
			list = append(list, calmer)
		}
	}
	for _, without := range []func(*Conditions){
		func(c *Conditions) { c.Early, c.Until = Range{}, 0 },
		func(c *Conditions) { c.Loss = 0 },
		func(c *Conditions) { c.Duplicate = 0 },
		func(c *Conditions) { c.Edges = 0 },
		func(c *Conditions) { c.Bandwidth, c.Queue = 0, 0 },
		func(c *Conditions) { c.Queue = 0 },
		func(c *Conditions) { c.Inbox = 0 },
	} {
		try(without)
	}
	dropEach(try, &c, func(c *Conditions) *[]Jump { return &c.Jumps })
	dropEach(try, &c, func(c *Conditions) *[]Interval { return &c.Pauses })
	dropEach(try, &c, func(c *Conditions) *[]Interval { return &c.Downs })
	dropEach(try, &c, func(c *Conditions) *[]Work { return &c.Works })
	dropEach(try, &c, func(c *Conditions) *[]Drift { return &c.Drifts })
	dropEach(try, &c, func(c *Conditions) *[]Stream { return &c.Sends })
	for i := range c.numbers() {
		try(func(c *Conditions) { c.numbers()[i](0.5) })
	}
	return list
}

// dropEach tries to leave out each entry of a list.
func dropEach[T any](try func(func(*Conditions)), c *Conditions, list func(*Conditions) *[]T) {
	for i := range *list(c) {
		try(func(c *Conditions) { *list(c) = slices.Delete(*list(c), i, i+1) })
	}
}

// within returns conditions that are no worse than c: some of its faults, each
// as bad as in c or less, no fault later than there. The streams stay.
func (c Conditions) within(random *rand.Rand) Conditions {
	c = c.clone()
	c.Seed = 1 + random.Uint64N(1_000_000)
	c.Jumps = some(random, c.Jumps)
	c.Pauses = some(random, c.Pauses)
	c.Works = some(random, c.Works)
	c.Drifts = some(random, c.Drifts)
	for _, scale := range c.numbers() {
		if random.IntN(2) == 0 {
			scale(random.Float64())
		}
	}
	return c
}

// some returns each entry of a list with probability 3/4, in their order.
func some[T any](random *rand.Rand, list []T) []T {
	return slices.DeleteFunc(list, func(T) bool { return random.IntN(4) == 0 })
}

func (c Conditions) clone() Conditions {
	c.Sends, c.Drifts, c.Jumps = slices.Clone(c.Sends), slices.Clone(c.Drifts), slices.Clone(c.Jumps)
	c.Pauses, c.Downs, c.Works = slices.Clone(c.Pauses), slices.Clone(c.Downs), slices.Clone(c.Works)
	return c
}

// number scales a number of conditions, which is calmer the nearer it is to 0.
type number func(by float64)

// numbers returns what scales each number of c.
func (c *Conditions) numbers() []number {
	var list []number
	add := func(scale number) { list = append(list, scale) }
	span := func(from, to *time.Duration) {
		add(func(by float64) { *to = *from + scaled(*to-*from, by) })
	}
	span(&c.Delay.Min, &c.Delay.Max)
	span(&c.Early.Min, &c.Early.Max)
	add(func(by float64) { c.Loss = probability(c.Loss, by) })
	add(func(by float64) { c.Duplicate = probability(c.Duplicate, by) })
	for i := range c.Sends {
		add(func(by float64) { c.Sends[i].Count = max(min(1, c.Sends[i].Count), int(by*float64(c.Sends[i].Count))) })
	}
	for i := range c.Drifts {
		add(func(by float64) { c.Drifts[i].PPM = int(by * float64(c.Drifts[i].PPM)) })
	}
	for i := range c.Jumps {
		add(func(by float64) { c.Jumps[i].By = scaled(c.Jumps[i].By, by) })
	}
	for _, intervals := range [][]Interval{c.Pauses, c.Downs} {
		for i := range intervals {
			if intervals[i].To != 0 {
				add(func(by float64) {
					intervals[i].To = intervals[i].From + max(1, scaled(intervals[i].To-intervals[i].From, by))
				})
			}
		}
	}
	for i := range c.Works {
		add(func(by float64) { c.Works[i].For = scaled(c.Works[i].For, by) })
	}
	return list
}

// scaled is d times by, in round numbers where that is possible.
func scaled(d time.Duration, by float64) time.Duration {
	s := time.Duration(by * float64(d))
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if s.Abs() >= 10*unit {
			return s.Truncate(unit)
		}
	}
	return s
}

// probability is p times by, to two digits, or 0 where that is little.
func probability(p, by float64) float64 { return float64(int(100*by*p)) / 100 }
