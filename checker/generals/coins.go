package generals

import "fmt"

// maxCoins bounds the coins of both generals together.
const maxCoins = 20

// Randomised is a protocol of generals who toss coins: all at the beginning,
// which is as good as tossing them later. Nobody sees the coins of the other.
type Randomised struct {
	Name, Doc string
	Rounds    int                                    // from 1 to 1024
	Coins     [2]int                                 // how many each general tosses; at most 20 together
	A         func(order bool, coins uint64) General // the lowest bits of coins are what was tossed
	B         func(coins uint64) General
}

// Tossed returns the deterministic protocol that is left once the coins lie.
func (p Randomised) Tossed(a, b uint64) Protocol {
	return Protocol{
		Name: p.Name, Doc: p.Doc, Rounds: p.Rounds,
		A: func(order bool) General { return p.A(order, a) },
		B: func() General { return p.B(b) },
	}
}

// Odds says how often a randomised protocol breaks what, where the loss of
// messages does not depend on the coins. Its numbers count outcomes of the
// coins, all of which are equally likely.
type Odds struct {
	Outcomes int   // of all coins together
	Messages int   // M: the most that are sent where none is lost
	Disagree []int // by k, from 0 to M: with an order, and only the first k messages arriving, the generals disagree
	Invalid  int   // nobody has an order, all is lost, and somebody attacks
	Idle     int   // with an order, and nothing lost, not both attack
}

// Enumerate plays all outcomes of the coins, each with the M+2 runs of the
// chain. Every outcome breaks a requirement in some run of its chain. Where
// Invalid and Idle are 0 it disagrees in one of the runs 0 to M-1, so for some k
// Disagree[k]/Outcomes is at least 1/M. (Varghese and Lynch 1996 for rounds.)
//
// It takes the time of Outcomes·M² messages. Errors are those of Refute.
func Enumerate(p Randomised) (Odds, error) {
	a, b := p.Coins[A], p.Coins[B]
	switch {
	case a < 0 || b < 0 || a+b > maxCoins:
		return Odds{}, fmt.Errorf("protocol %q: it tosses %d and %d coins, want at most %d together", p.Name, a, b, maxCoins)
	case p.A == nil || p.B == nil:
		return Odds{}, fmt.Errorf("protocol %q: %w", p.Name, errMissing)
	}
	odds := Odds{}
	for _, count := range []func(*table) error{odds.countFree, odds.countChain} {
		for coins := range uint64(1) << (a + b) {
			coinsA, coinsB := coins&(1<<a-1), coins>>a
			t, err := newTable(p.Tossed(coinsA, coinsB))
			if err == nil {
				err = count(t)
			}
			if err != nil {
				return odds, fmt.Errorf("protocol %q, coins %d of A and %d of B: %w", p.Name, coinsA, coinsB, err)
			}
		}
	}
	return odds, nil
}

// countFree plays the run in which nothing is lost.
func (o *Odds) countFree(t *table) error {
	r, err := t.play(true, nothing)
	o.Outcomes++
	o.Messages = max(o.Messages, len(r.Messages))
	if r.Attacks != [2]bool{true, true} {
		o.Idle++
	}
	return err
}

// countChain plays the rest of the chain.
func (o *Odds) countChain(t *table) error {
	if o.Disagree == nil {
		o.Disagree = make([]int, o.Messages+1)
	}
	for k := range o.Disagree {
		r, err := t.play(true, allAfter(k))
		if err != nil {
			return err
		}
		if r.Broken() == Agreement {
			o.Disagree[k]++
		}
	}
	silent, err := t.play(false, allAfter(0))
	if silent.Attacks != [2]bool{} {
		o.Invalid++
	}
	return err
}

// Worst returns the k of a run in which the generals disagree most often.
func (o Odds) Worst() (k int) {
	for i, n := range o.Disagree {
		if n > o.Disagree[k] {
			k = i
		}
	}
	return k
}
