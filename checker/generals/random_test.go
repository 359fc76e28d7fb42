package generals

import (
	"fmt"
	"math/rand/v2"

	"fairloss/spec"
)

// random is a general drawn at random: what it does is a function of what it
// saw, made by mixing bits.
type random struct {
	seed     uint64 // of this general
	state    uint64 // of what it saw
	order    bool
	received int
	talk     uint64 // in 8 rounds, about so many times it sends
	silent   bool   // it sends nothing unless it has an order or has received something
	rounds   int
	decides  decider
}

// decider is how a general decides.
type decider struct {
	how       int
	threshold int
}

const deciders = 5

func (g *random) Send(round int) []spec.Message {
	bits := mix(g.state, uint64(round))
	if round > g.rounds || bits%8 >= g.talk || g.silent && !g.order && g.received == 0 {
		return nil
	}
	messages := []spec.Message{[...]spec.Message{"0", "1", "2"}[bits>>8%3]}
	if bits>>16%4 == 0 {
		messages = append(messages, "")
	}
	return messages
}

func (g *random) Receive(round int, m spec.Message) {
	g.received++
	g.state = mix(g.state, uint64(round))
	for i := range len(m) {
		g.state = mix(g.state, uint64(m[i]))
	}
}

func (g *random) Attack() bool {
	knows := g.order || g.received > 0
	switch g.decides.how {
	case 0:
		return mix(g.state, 1)%2 == 0
	case 1:
		return knows && g.received >= g.decides.threshold
	case 2:
		return knows && mix(g.state, 1)%16 != 0
	case 3:
		return g.received >= g.decides.threshold
	}
	return knows
}

func mix(a, b uint64) uint64 {
	x := a*0x9E3779B97F4A7C15 + b + 1
	x ^= x >> 29
	x *= 0xBF58476D1CE4E5B9
	return x ^ x>>32
}

// randomProtocol draws a protocol, and where a general tosses coins they are
// part of its seed.
func randomProtocol(r *rand.Rand, rounds int) Randomised {
	var start [2]random
	silent := r.IntN(2) == 0
	for x := range start {
		start[x] = random{
			seed: r.Uint64(), talk: 1 + r.Uint64N(8), silent: silent, rounds: rounds,
			decides: decider{r.IntN(deciders), r.IntN(4)},
		}
	}
	if r.IntN(3) == 0 {
		start[B].decides = start[A].decides
	}
	return Randomised{
		Name: "random", Rounds: rounds,
		A: func(order bool, coins uint64) General {
			a := start[A]
			a.order, a.state = order, mix(a.seed, coins)
			if order {
				a.state++
			}
			return &a
		},
		B: func(coins uint64) General {
			b := start[B]
			b.state = mix(b.seed, coins)
			return &b
		},
	}
}

// simulate plays a run in which message n arrives where bit n of the pattern is
// set. It is written apart from the code that it is compared with.
func simulate(p Protocol, order bool, pattern uint64) Run {
	a, b := p.A(order), p.B()
	run := Run{Order: order}
	for round := 1; round <= p.Rounds; round++ {
		var toA, toB []spec.Message
		fromA, fromB := a.Send(round), b.Send(round)
		for _, m := range fromA {
			arrived := pattern>>len(run.Messages)&1 == 1
			run.Messages = append(run.Messages, Sent{round, A, m, arrived})
			if arrived {
				toB = append(toB, m)
			}
		}
		for _, m := range fromB {
			arrived := pattern>>len(run.Messages)&1 == 1
			run.Messages = append(run.Messages, Sent{round, B, m, arrived})
			if arrived {
				toA = append(toA, m)
			}
		}
		for _, m := range toA {
			a.Receive(round, m)
		}
		for _, m := range toB {
			b.Receive(round, m)
		}
	}
	run.Attacks = [2]bool{a.Attack(), b.Attack()}
	return run
}

// breaks says what a run breaks, by the words of the requirements.
func breaks(r Run) map[Requirement]bool {
	lost := false
	for _, m := range r.Messages {
		lost = lost || !m.Arrived
	}
	broken := map[Requirement]bool{}
	if r.Attacks[A] != r.Attacks[B] {
		broken[Agreement] = true
	}
	if !r.Order && (r.Attacks[A] || r.Attacks[B]) {
		broken[Validity] = true
	}
	if r.Order && !lost && !(r.Attacks[A] && r.Attacks[B]) {
		broken[NonTriviality] = true
	}
	return broken
}

// simulateAll plays a run for each of the 2^n patterns, and keeps those that
// differ.
func simulateAll(p Protocol, n int) map[string]Run {
	runs := map[string]Run{}
	for _, order := range []bool{true, false} {
		for pattern := range uint64(1) << n {
			r := simulate(p, order, pattern)
			if len(r.Messages) > n {
				panic("generals: more messages than bits")
			}
			runs[fmt.Sprint(r)] = r
		}
	}
	return runs
}

// most returns how many messages a run has at most, by trying all patterns of
// ever more bits.
func most(p Protocol) int {
	n := 0
	for _, order := range []bool{true, false} {
		for pattern := uint64(0); pattern < 1<<n || pattern == 0; pattern++ {
			n = max(n, len(simulate(p, order, pattern).Messages))
		}
	}
	return n
}
