package generals

import (
	"math/rand/v2"
	"slices"
	"testing"

	"fairloss/spec"
)

// knows says by the definition whether a general knows a fact in a run.
func knows(s *System, x Side, f Fact, run int) bool {
	for i, r := range s.Runs {
		if !f[i] && r.Same(x, s.Runs[run]) {
			return false
		}
	}
	return true
}

func everybodyKnows(s *System, f Fact) Fact {
	known := make(Fact, len(f))
	for run := range f {
		known[run] = knows(s, A, f, run) && knows(s, B, f, run)
	}
	return known
}

// levels returns f, E(f), E(E(f)), …, up to the first that E does not change:
// the greatest fixpoint.
func levels(s *System, f Fact) []Fact {
	list := []Fact{f}
	for {
		last := list[len(list)-1]
		next := everybodyKnows(s, last)
		if slices.Equal(next, last) {
			return list
		}
		list = append(list, next)
	}
}

// Knowledge is what its definition says, in random protocols and of random
// facts.
func TestKnowledgeByDefinition(t *testing.T) {
	protocols := 400
	if testing.Short() {
		protocols = 60
	}
	r := rand.New(rand.NewPCG(5, 6))
	common, deepest, apart := 0, 0, 0
	for n := 0; n < protocols; n++ {
		p := randomProtocol(r, 1+r.IntN(4)).Tossed(0, 0)
		if most(p) > 7 {
			n--
			continue
		}
		s, err := AllRuns(p)
		if err != nil {
			t.Fatal(err)
		}
		odd := s.Where(func(Run) bool { return r.IntN(6) > 0 })
		for _, f := range []Fact{s.Order(), odd, s.Where(Run.LossFree)} {
			list := levels(s, f)
			everybody, gfp := s.Everybody(f), list[len(list)-1]
			if !slices.Equal(everybody, everybodyKnows(s, f)) || !slices.Equal(s.Common(f), gfp) {
				t.Fatalf("protocol %d: both know %v, common %v; by definition %v, %v",
					n, everybody, s.Common(f), everybodyKnows(s, f), gfp)
			}
			for run := range s.Runs {
				if s.Known(A, f)[run] != knows(s, A, f, run) {
					t.Fatalf("protocol %d: A knows %v", n, s.Known(A, f))
				}
				k, always := s.Depth(f, run)
				deep := slices.IndexFunc(list, func(level Fact) bool { return !level[run] }) - 1
				if always != gfp[run] || !always && k != deep {
					t.Fatalf("protocol %d, run %d: known %d deep, common %t; by definition %d, %t", n, run, k, always, deep, gfp[run])
				}
				deepest = max(deepest, k)
				if always {
					common++
				}
				if everybody[run] && !always {
					apart++
				}
			}
		}
	}
	t.Logf("%d protocols: %d times common, %d times known to both and not common, at most %d deep", protocols, common, apart, deepest)
	if common == 0 || apart == 0 || deepest < 3 {
		t.Error("the definitions were not put to the test")
	}
}

// Known to both, however often over, is not common: a system that took the one
// for the other would say so of every handshake.
func TestHandshakeKnowledge(t *testing.T) {
	for k := 1; k <= 7; k++ {
		s, err := AllRuns(Handshake(k, 1))
		if err != nil {
			t.Fatal(err)
		}
		level := s.Order()
		for n := 1; n <= k; n++ {
			if level = everybodyKnows(s, level); !level[0] {
				t.Errorf("handshake of %d: E^%d(order) does not hold", k, n)
			}
		}
		if everybodyKnows(s, level)[0] {
			t.Errorf("handshake of %d: E^%d(order) holds", k, k+1)
		}
		if depth, common := s.Depth(s.Order(), 0); depth != k || common || slices.Contains(s.Common(s.Order()), true) {
			t.Errorf("handshake of %d: order known %d deep, common %t", k, depth, common)
		}
		free, err := LossFreeRuns(Handshake(k, 1))
		if err != nil {
			t.Fatal(err)
		}
		if _, common := free.Depth(free.Order(), 0); !common {
			t.Errorf("handshake of %d: order is not common knowledge, though nothing is lost", k)
		}
		if depth, _ := free.Depth(free.Order(), 1); depth != -1 {
			t.Errorf("handshake of %d: there is an order where there is none, %d deep", k, depth)
		}
	}
}

// stubborn is a general who sends whatever comes.
type stubborn struct{ shaker }

func (*stubborn) Send(round int) []spec.Message {
	if round > 15 {
		return nil
	}
	return []spec.Message{"x"}
}

func TestTooManyRuns(t *testing.T) {
	one := Handshake(15, 1)
	one.A = func(bool) General { return &stubborn{} }
	one.B = func() General { return &random{} }
	if s, err := AllRuns(one); err == nil {
		t.Errorf("%d runs were looked at", len(s.Runs))
	}
}
