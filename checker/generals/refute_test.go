package generals

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fairloss/spec"
)

// census counts what a battery has met.
type census struct {
	protocols int
	longest   int                 // runs of a chain
	broken    map[Requirement]int // what was broken
	last      map[string]int      // by which run of the chain
}

// battery gives random protocols to a refuter, and checks each refutation
// against a simulation. It returns the first that is wrong.
func battery(refuter func(Protocol) (Refutation, error), protocols int) (census, error) {
	r := rand.New(rand.NewPCG(1, 2))
	c := census{broken: map[Requirement]int{}, last: map[string]int{}}
	for ; c.protocols < protocols; c.protocols++ {
		p := randomProtocol(r, 1+r.IntN(10)).Tossed(0, 0)
		f, err := refuter(p)
		if err == nil {
			err = checkRefutation(p, f)
		}
		if err != nil {
			return c, fmt.Errorf("protocol %d: %w", c.protocols, err)
		}
		c.longest = max(c.longest, len(f.Runs))
		c.broken[f.Broken]++
		c.last[position(f)]++
	}
	return c, nil
}

func position(f Refutation) string {
	switch left := f.Messages + 2 - len(f.Runs); {
	case left == 0:
		return "no order"
	case left == f.Messages+1:
		return "nothing lost"
	case left == 1:
		return "all lost"
	}
	return "in between"
}

func checkRefutation(p Protocol, f Refutation) error {
	free := simulate(p, true, ^uint64(0))
	n := len(f.Runs)
	if f.Messages != len(free.Messages) || n == 0 || n > f.Messages+2 {
		return fmt.Errorf("%d messages, %d runs; without loss there are %d messages", f.Messages, n, len(free.Messages))
	}
	for i, run := range f.Runs {
		if broken := breaks(run); i < n-1 && len(broken) > 0 || i == n-1 && !broken[f.Broken] {
			return fmt.Errorf("run %d of %d breaks %v, not %v", i, n, broken, f.Broken)
		}
		if i > 0 && run.Same(A, f.Runs[i-1]) == run.Same(B, f.Runs[i-1]) {
			return fmt.Errorf("not one general takes run %d for the one before", i)
		}
	}
	if !equal(f.Runs[0], free) {
		return fmt.Errorf("the chain does not begin where nothing is lost")
	}
	if last := f.Runs[n-1]; !equal(last, simulate(p, last.Order, pattern(last))) {
		return fmt.Errorf("the last run is not what happens: %v", last)
	}
	return nil
}

func equal(a, b Run) bool {
	return a.Order == b.Order && a.Attacks == b.Attacks && slices.Equal(a.Messages, b.Messages)
}

func pattern(r Run) (bits uint64) {
	for n, m := range r.Messages {
		if m.Arrived {
			bits |= 1 << n
		}
	}
	return bits
}

// Every protocol is refuted, within M+2 runs.
func TestRefuteRandomProtocols(t *testing.T) {
	protocols := 200_000
	if testing.Short() {
		protocols = 10_000
	}
	c, err := battery(Refute, protocols)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d protocols, the longest chain %d runs, broken %v, by %v", c.protocols, c.longest, c.broken, c.last)
	for _, where := range []string{"nothing lost", "in between", "all lost", "no order"} {
		if c.last[where] < protocols/100 {
			t.Errorf("only %d protocols break in the run %q", c.last[where], where)
		}
	}
	for _, q := range []Requirement{Agreement, Validity, NonTriviality} {
		if c.broken[q] < protocols/100 {
			t.Errorf("only %d protocols break %v", c.broken[q], q)
		}
	}
}

// The battery sees what is wrong with a refuter.
func TestBatterySeesBrokenRefuters(t *testing.T) {
	without := func(drop func(n, i int) bool) func(Protocol) (Refutation, error) {
		return func(p Protocol) (Refutation, error) {
			return refute(p, func(messages int) []link {
				all := chain(messages)
				var kept []link
				for i, l := range all {
					if !drop(len(all), i) {
						kept = append(kept, l)
					}
				}
				return kept
			})
		}
	}
	const protocols = 5000
	if _, err := battery(without(func(int, int) bool { return false }), protocols); err != nil {
		t.Fatalf("the right refuter: %v", err)
	}
	for name, refuter := range map[string]func(Protocol) (Refutation, error){
		"skips the loss-free run":        without(func(_, i int) bool { return i == 0 }),
		"skips the second run":           without(func(_, i int) bool { return i == 1 }),
		"skips a run in the middle":      without(func(n, i int) bool { return i == n/2 }),
		"skips the run that loses all":   without(func(n, i int) bool { return i == n-2 }),
		"skips the run without an order": without(func(n, i int) bool { return i == n-1 }),
		"loses the first messages": func(p Protocol) (Refutation, error) {
			return refute(p, func(messages int) []link {
				c := chain(messages)
				slices.Reverse(c[1 : messages+1])
				return c
			})
		},
		"names another requirement": func(p Protocol) (Refutation, error) {
			f, err := Refute(p)
			f.Broken = f.Broken%NonTriviality + 1
			return f, err
		},
		"accepts": func(p Protocol) (Refutation, error) { return Refutation{Protocol: p.Name}, nil },
	} {
		if c, err := battery(refuter, protocols); err == nil {
			t.Errorf("a refuter that %s passes with %d protocols", name, c.protocols)
		}
	}
}

// On small protocols the run that the refuter finds is one of those that a
// look at all 2^M loss patterns finds.
func TestRefuteAgainstAllPatterns(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	protocols := 500
	if testing.Short() {
		protocols = 100
	}
	runs := 0
	for n := range protocols {
		p := randomProtocol(r, 1+r.IntN(4)).Tossed(0, 0)
		all := simulateAll(p, most(p))
		runs += len(all)
		f, err := Refute(p)
		if err != nil {
			t.Fatal(err)
		}
		last := f.Runs[len(f.Runs)-1]
		if found, real := all[fmt.Sprint(last)]; !real || !breaks(found)[f.Broken] {
			t.Errorf("protocol %d: %v breaks %v, which no pattern does", n, last, f.Broken)
		}
		s, err := AllRuns(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range s.Runs {
			if _, real := all[fmt.Sprint(run)]; !real {
				t.Errorf("protocol %d has no run %v", n, run)
			}
		}
		if len(s.Runs) != len(all) || !s.Runs[0].LossFree() || !s.Runs[0].Order {
			t.Errorf("protocol %d has %d runs, %d by patterns", n, len(s.Runs), len(all))
		}
	}
	t.Logf("%d protocols, %d runs", protocols, runs)
}

// faulty does one thing wrong.
type faulty struct {
	shaker
	send    func(round int) []spec.Message
	receive func()
	attack  func() bool
}

func (g *faulty) Send(round int) []spec.Message {
	if g.send != nil {
		return g.send(round)
	}
	return g.shaker.Send(round)
}

func (g *faulty) Receive(round int, m spec.Message) {
	if g.receive != nil {
		g.receive()
	}
	g.shaker.Receive(round, m)
}

func (g *faulty) Attack() bool {
	if g.attack != nil {
		return g.attack()
	}
	return g.shaker.Attack()
}

// What cannot be judged is said to be so, and why.
func TestUnfitProtocols(t *testing.T) {
	sound := Handshake(3, 1)
	withB := func(b faulty) Protocol {
		p := sound
		b.shaker = shaker{last: 3, enough: 1}
		p.B = func() General { g := b; return &g }
		return p
	}
	calls, ordered := 0, false
	spy := withB(faulty{attack: func() bool { return ordered }})
	spy.A = func(order bool) General { ordered = order; return sound.A(order) }
	for name, c := range map[string]struct {
		protocol Protocol
		want     string
	}{
		"no name":      {Protocol{Rounds: 1, A: sound.A, B: sound.B}, "it has no name"},
		"no rounds":    {Protocol{Name: "p", A: sound.A, B: sound.B}, "it has 0 rounds"},
		"no general":   {Protocol{Name: "p", Rounds: 1, A: sound.A}, "a general is missing"},
		"nil general":  {Protocol{Name: "p", Rounds: 1, A: sound.A, B: func() General { return nil }}, "general B panics in Send, round 1"},
		"panics":       {withB(faulty{receive: func() { panic("out of ink") }}), "general B panics in Receive, round 1: out of ink"},
		"cannot make":  {Protocol{Name: "p", Rounds: 1, A: func(bool) General { panic("no men") }, B: sound.B}, "general A panics in New: no men"},
		"cannot think": {withB(faulty{attack: func() bool { panic("hm") }}), "general B panics in Attack: hm"},
		"random":       {withB(faulty{attack: func() bool { calls++; return calls%2 == 0 }}), "general B does one thing and then another"},
		"spies":        {spy, "knows what no message has told it"},
		"never ends":   {withB(faulty{send: func(int) []spec.Message { return []spec.Message{"x"} }}), "still sends in round 4, after the last"},
		"floods":       {withB(faulty{send: func(int) []spec.Message { return make([]spec.Message, 2000) }}), "more than 1024 messages"},
	} {
		f, err := Refute(c.protocol)
		if err == nil || !strings.Contains(err.Error(), c.want) || f.Broken != 0 {
			t.Errorf("%s: %v, error %v, want %q", name, f, err, c.want)
		}
		if _, err := AllRuns(c.protocol); err == nil {
			t.Errorf("%s: all its runs can be looked at", name)
		}
	}
}

func TestHandshakeOfNothing(t *testing.T) {
	defer func() {
		if p := recover(); p == nil || !strings.HasPrefix(p.(string), "generals: ") {
			t.Errorf("panic %v", p)
		}
	}()
	Handshake(2, 3)
}
