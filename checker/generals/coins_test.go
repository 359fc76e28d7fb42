package generals

import (
	"math/rand/v2"
	"strings"
	"testing"

	"fairloss/spec"
)

// secretive is a general who shakes hands, and whose messages say which
// message is enough.
type secretive struct{ shaker }

func (g *secretive) Send(round int) []spec.Message {
	messages := g.shaker.Send(round)
	for i := range messages {
		messages[i] = spec.Message(rune(g.enough))
	}
	return messages
}

func (g *secretive) Receive(round int, m spec.Message) {
	g.enough = int([]rune(m)[0])
	g.shaker.Receive(round, m)
}

func (g *secretive) Attack() bool { return g.met > 0 && g.shaker.Attack() }

// secret is a handshake for which A draws, from 1 to 2^coins, the message that
// is enough, and B learns it from the first message.
func secret(coins int) Randomised {
	messages := 1 << coins
	return Randomised{
		Name: "secret", Rounds: messages, Coins: [2]int{coins, 0},
		A: func(order bool, tossed uint64) General {
			return &secretive{shaker{last: messages, enough: 1 + int(tossed), due: order}}
		},
		B: func(uint64) General { return &secretive{shaker{last: messages}} },
	}
}

// Nobody can cut a handshake where it hurts without knowing where that is: the
// loss of message k hurts once in M.
func TestSecretHandshake(t *testing.T) {
	for coins := 1; coins <= 6; coins++ {
		odds, err := Enumerate(secret(coins))
		if err != nil {
			t.Fatal(err)
		}
		m := 1 << coins
		if odds.Outcomes != m || odds.Messages != m || odds.Invalid != 0 || odds.Idle != 0 {
			t.Errorf("%d coins: %+v", coins, odds)
		}
		if worst := odds.Disagree[odds.Worst()]; worst*m != odds.Outcomes {
			t.Errorf("%d coins: the generals disagree in %d of %d outcomes, want 1/%d", coins, worst, odds.Outcomes, m)
		}
		for k, n := range odds.Disagree {
			if want := map[bool]int{true: 1, false: 0}[k < m]; n != want {
				t.Errorf("%d coins: %d of %d outcomes disagree in run %d, want %d", coins, n, m, k, want)
			}
		}
	}
}

// The odds of random protocols are what a simulation counts, and the bound on
// them holds.
func TestOddsOfRandomProtocols(t *testing.T) {
	protocols := 2000
	if testing.Short() {
		protocols = 200
	}
	r := rand.New(rand.NewPCG(7, 8))
	sound, bounded := 0, 0
	for range protocols {
		p := randomProtocol(r, 1+r.IntN(5))
		p.Coins = [2]int{r.IntN(4), r.IntN(3)}
		if r.IntN(2) == 0 {
			p = tossedThreshold(r)
		}
		odds, err := Enumerate(p)
		if err != nil {
			t.Fatal(err)
		}
		checkOdds(t, p, odds)
		sum := odds.Invalid + odds.Idle
		for _, n := range odds.Disagree {
			sum += n
		}
		if sum < odds.Outcomes {
			t.Errorf("%+v: only %d outcomes break anything", odds, sum)
		}
		if odds.Invalid+odds.Idle > 0 {
			continue
		}
		sound++
		if worst := odds.Disagree[odds.Worst()]; worst*odds.Messages < odds.Outcomes {
			t.Errorf("%+v: the generals disagree too seldom", odds)
		} else if worst*2 < odds.Outcomes {
			bounded++
		}
	}
	t.Logf("%d protocols, %d of them valid and not trivial, %d of these disagree less than half the time", protocols, sound, bounded)
	if sound == 0 || bounded == 0 {
		t.Error("the bound was not put to the test")
	}
}

// tossedThreshold is a secret handshake whose first messages may be worth
// more.
func tossedThreshold(r *rand.Rand) Randomised {
	p := secret(1 + r.IntN(3))
	a, bonus := p.A, r.Uint64N(3)
	p.A = func(order bool, tossed uint64) General { return a(order, tossed-min(tossed, bonus)) }
	return p
}

func checkOdds(t *testing.T, p Randomised, odds Odds) {
	t.Helper()
	outcomes := 0
	disagree, invalid, idle := make([]int, len(odds.Disagree)), 0, 0
	for a := range uint64(1) << p.Coins[A] {
		for b := range uint64(1) << p.Coins[B] {
			outcomes++
			q := p.Tossed(a, b)
			for k := range disagree {
				if breaks(simulate(q, true, 1<<k-1))[Agreement] {
					disagree[k]++
				}
			}
			if breaks(simulate(q, false, 0))[Validity] {
				invalid++
			}
			if breaks(simulate(q, true, ^uint64(0)))[NonTriviality] {
				idle++
			}
		}
	}
	if outcomes != odds.Outcomes || invalid != odds.Invalid || idle != odds.Idle || len(disagree) != odds.Messages+1 {
		t.Errorf("%+v: simulated %d outcomes, %d invalid, %d idle", odds, outcomes, invalid, idle)
	}
	for k, n := range disagree {
		if n != odds.Disagree[k] {
			t.Errorf("%+v: simulated %v", odds, disagree)
		}
	}
}

func TestUnfitCoins(t *testing.T) {
	good := secret(2)
	many, negative, missing, panics := good, good, good, good
	many.Coins = [2]int{11, 10}
	negative.Coins = [2]int{-1, 2}
	missing.A = nil
	panics.B = func(uint64) General { panic("no coin") }
	for want, p := range map[string]Randomised{
		"at most 20 together": many, "it tosses -1 and 2": negative, "a general is missing": missing,
		"coins 0 of A and 0 of B: general B panics in New: no coin": panics,
	} {
		if _, err := Enumerate(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
