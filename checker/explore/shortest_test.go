package explore

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"fairloss/spec"
)

// way is how far a run from some moment has come towards a fair cycle.
type way struct {
	at             int
	sent, received uint8
	needed         bool
	waiting        [2]bool // timers that were armed all the time and did not expire
}

// shortest returns the length of the shortest lasso that breaks a property on
// the fair-loss network, by trying every moment as its start.
func (a *automaton) shortest(p spec.Property) int {
	q := questionOf(p, a)
	moments, edges := a.graph(q.repeated)
	distance := distances(edges)
	best := math.MaxInt
	for start, m := range moments {
		if !q.in(m) {
			continue
		}
		if !q.repeated && m.armed == [2]bool{} {
			best = min(best, distance[start])
		}
		ways := []way{{at: start, needed: !q.repeated, waiting: m.armed}}
		length := map[way]int{ways[0]: 0}
		for i := 0; i < len(ways) && distance[start]+length[ways[i]]+1 < best; i++ {
			for _, e := range edges[ways[i].at] {
				if !q.in(moments[e.to]) || !q.allowed(e) {
					continue
				}
				next := ways[i].on(e, moments[e.to], q)
				if next.at == start && next.sent == next.received && next.needed && next.waiting == [2]bool{} {
					best = min(best, distance[start]+length[ways[i]]+1)
				}
				if _, known := length[next]; !known {
					length[next] = length[ways[i]] + 1
					ways = append(ways, next)
				}
			}
		}
	}
	return best
}

func (w way) on(e edge, to moment, q question) way {
	w.at, w.sent, w.received, w.needed = e.to, w.sent|e.sent, w.received|e.received, w.needed || q.needed(e)
	for p := range w.waiting {
		w.waiting[p] = w.waiting[p] && to.armed[p] && e.expires != p
	}
	return w
}

// distances returns how many steps each moment is from the first.
func distances(edges [][]edge) []int {
	distance := make([]int, len(edges))
	queue := []int{0}
	for i := 0; i < len(queue); i++ {
		for _, e := range edges[queue[i]] {
			if e.to != 0 && distance[e.to] == 0 {
				distance[e.to] = distance[queue[i]] + 1
				queue = append(queue, e.to)
			}
		}
	}
	return distance
}

// No lasso is shorter than the one that is said to be the shortest.
func TestLassosAreShortest(t *testing.T) {
	automata := 300
	if testing.Short() || raceEnabled {
		automata = 50
	}
	r := rand.New(rand.NewPCG(3, 4))
	lengths := map[int]int{}
	for n := range automata {
		a := randomAutomaton(r)
		found, err := Exhaust(context.Background(), a.link(), live, Bounds{Workload: requests("a")})
		if err != nil {
			t.Fatalf("automaton %d: %v", n, err)
		}
		for _, f := range found.Findings {
			if f.Verdict != spec.Violated {
				continue
			}
			got, want := f.Counterexample.Schedule.Len(), a.shortest(f.Property)
			if got != want || !f.Counterexample.Shortest {
				t.Errorf("automaton %d: %s in %d actions, shortest %t; want %d: %s",
					n, f.Property.ID, got, f.Counterexample.Shortest, want, f.Counterexample.Schedule.Inline())
			}
			lengths[want]++
		}
	}
	t.Logf("lassos by length: %v", lengths)
}
