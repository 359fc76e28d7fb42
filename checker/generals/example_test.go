package generals_test

import (
	"fmt"
	"os"

	"fairloss/checker/generals"
	"fairloss/spec"
)

// messengers is a protocol as one might write it: A sends three messengers with
// the same order, B sends one back, and both trust that some get through.
var messengers = generals.Protocol{
	Name: "messengers", Rounds: 2,
	A: func(order bool) generals.General { return &general{sends: 3, in: 1, ready: order} },
	B: func() generals.General { return &general{sends: 1, in: 2} },
}

// general sends so many messengers in its round, if it is ready by then.
type general struct {
	sends, in int
	ready     bool
}

func (g *general) Send(round int) []spec.Message {
	if !g.ready || round != g.in {
		return nil
	}
	var messages []spec.Message
	for range g.sends {
		messages = append(messages, "at dawn")
	}
	return messages
}

func (g *general) Receive(int, spec.Message) { g.ready = true }
func (g *general) Attack() bool              { return g.ready }

// A protocol of one's own is refuted, and the chain of runs shows why.
func ExampleRefute() {
	f, err := generals.Refute(messengers)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f)
	f.Draw(os.Stdout)
	// Output:
	// messengers: run 5 of at most 6 breaks agreement: A attacks, B stays
	//  run  order  arrived  A        B        looks as above to
	//    1  given  aaab     attacks  attacks
	//    2  given  aaa.     attacks  attacks  B
	//    3  given  aa..     attacks  attacks  A
	//    4  given  a...     attacks  attacks  A
	//    5  given  ...      attacks  stays    A
	//
	// Run 5 breaks agreement: A attacks, B stays.
	//
	// round  A                                            B
	//      0  ORDER to attack
	//      1 |-- "at dawn" --x lost                       |
	//        |-- "at dawn" --x lost                       |
	//        |-- "at dawn" --x lost                       |
	//        ATTACKS                                      STAYS
}

// What the generals know of the order grows with each message that arrives,
// and never becomes common knowledge.
func ExampleSystem() {
	for messages := 1; messages <= 3; messages++ {
		s, err := generals.AllRuns(generals.Handshake(messages, 1))
		if err != nil {
			fmt.Println(err)
			return
		}
		depth, common := s.Depth(s.Order(), 0)
		fmt.Printf("%d messages arrived: both know, %d deep; common knowledge: %t\n", messages, depth, common)
	}
	// Output:
	// 1 messages arrived: both know, 1 deep; common knowledge: false
	// 2 messages arrived: both know, 2 deep; common knowledge: false
	// 3 messages arrived: both know, 3 deep; common knowledge: false
}

// A handshake that draws, by lot, which of 4 messages is enough, and tells B
// with the first: whoever cuts the wire hits that message once in 4.
func ExampleEnumerate() {
	odds, err := generals.Enumerate(generals.Randomised{
		Name: "by lot", Rounds: 4, Coins: [2]int{generals.A: 2},
		A: func(order bool, coins uint64) generals.General { return &lot{order: order, enough: 1 + int(coins)} },
		B: func(uint64) generals.General { return &lot{} },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, n := range odds.Disagree {
		fmt.Printf("the first %d of %d messages arrive: the generals disagree in %d of %d outcomes\n", k, odds.Messages, n, odds.Outcomes)
	}
	// Output:
	// the first 0 of 4 messages arrive: the generals disagree in 1 of 4 outcomes
	// the first 1 of 4 messages arrive: the generals disagree in 1 of 4 outcomes
	// the first 2 of 4 messages arrive: the generals disagree in 1 of 4 outcomes
	// the first 3 of 4 messages arrive: the generals disagree in 1 of 4 outcomes
	// the first 4 of 4 messages arrive: the generals disagree in 0 of 4 outcomes
}

// lot is a general of the handshake by lot. Messages are numbered by their
// round.
type lot struct {
	order       bool
	enough      int
	heard, last int // the numbers of the last messages received, and received or sent
}

func (g *lot) Send(round int) []spec.Message {
	begins := round == 1 && g.order
	answers := round > 1 && round <= 4 && g.heard == round-1
	if !begins && !answers {
		return nil
	}
	g.last = round
	return []spec.Message{spec.Message(rune(g.enough))}
}

func (g *lot) Receive(round int, m spec.Message) { g.heard, g.last, g.enough = round, round, int(m[0]) }
func (g *lot) Attack() bool                      { return g.last > 0 && g.last >= g.enough }
