package generals

import (
	"errors"
	"fmt"
	"slices"
)

// maxRuns bounds the runs of a System.
const maxRuns = 1 << 14

// System is a set of runs of one protocol, over which knowledge is defined: a
// general knows, at the end of a run, what is so in every run of the system
// that looks the same to it. (Halpern and Moses 1990.)
//
// A system that lacks runs which can happen credits the generals with knowledge
// that they do not have; what they do not know in it they do not know.
type System struct {
	Runs  []Run    // the first is the one with an order in which nothing is lost
	views [2][]int // by general and run: the first run that looks the same
}

// AllRuns returns the system of all runs: with and without an order, and with
// every set of messages lost. An error says what is wrong with the protocol, as
// in Refute, or that it has more than 16384 runs.
func AllRuns(p Protocol) (*System, error) {
	return newSystem(p, (*table).everyRun)
}

// LossFreeRuns returns the system of a network that loses nothing: a run with
// an order and one without. Errors are those of Refute.
func LossFreeRuns(p Protocol) (*System, error) {
	return newSystem(p, func(t *table, order bool, yield func(Run) error) error {
		r, err := t.play(order, nothing)
		if err != nil {
			return err
		}
		return yield(r)
	})
}

func newSystem(p Protocol, runs func(t *table, order bool, yield func(Run) error) error) (*System, error) {
	s := &System{}
	t, err := newTable(p)
	for _, order := range []bool{true, false} {
		if err == nil {
			err = runs(t, order, s.add)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("protocol %q: %w", p.Name, err)
	}
	for _, x := range sides {
		first := map[string]int{}
		for i, r := range s.Runs {
			seen := r.view(x)
			if _, known := first[seen]; !known {
				first[seen] = i
			}
			s.views[x] = append(s.views[x], first[seen])
		}
	}
	return s, nil
}

func (s *System) add(r Run) error {
	if len(s.Runs) == maxRuns {
		return errors.New("it has too many runs to look at them all")
	}
	s.Runs = append(s.Runs, r)
	return nil
}

// Fact is something that is so in some runs of a system: it has an entry for
// each.
type Fact []bool

// Order is the fact that A has an order.
func (s *System) Order() Fact {
	return s.Where(func(r Run) bool { return r.Order })
}

// Where is the fact that a run is such.
func (s *System) Where(such func(Run) bool) Fact {
	f := make(Fact, len(s.Runs))
	for i, r := range s.Runs {
		f[i] = such(r)
	}
	return f
}

// Known is the fact that general x knows f. O(runs).
func (s *System) Known(x Side, f Fact) Fact {
	return s.throughout(s.views[x], f)
}

// Everybody is the fact that both generals know f. O(runs).
func (s *System) Everybody(f Fact) Fact {
	a, b := s.Known(A, f), s.Known(B, f)
	for i := range a {
		a[i] = a[i] && b[i]
	}
	return a
}

// Common is the fact that f is common knowledge: both know it, both know that
// both know it, and so on without end. It is the greatest fact g such that both
// know g and f, and it is so in a run where f is so in every run that can be
// reached from there by steps between runs that look the same to some general.
// O(runs).
func (s *System) Common(f Fact) Fact {
	return s.throughout(s.components(), f)
}

// throughout is the fact that f is so in all runs of the same class.
func (s *System) throughout(class []int, f Fact) Fact {
	all := slices.Repeat([]bool{true}, len(f))
	for i := range f {
		all[class[i]] = all[class[i]] && f[i]
	}
	known := make(Fact, len(f))
	for i := range f {
		known[i] = all[class[i]]
	}
	return known
}

// components returns, for each run, one run of its component of the graph that
// joins runs which look the same to some general.
func (s *System) components() []int {
	root := make([]int, len(s.Runs))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, x := range sides {
		for i, j := range s.views[x] {
			root[find(i)] = find(j)
		}
	}
	for i := range root {
		root[i] = find(i)
	}
	return root
}

// Depth returns how deep f is known in a run, given by its index: the greatest
// k such that f is so, both know it, …, both know that both know … k times
// over. It is 0 where somebody does not know f, and -1 where f is not so.
// Where f is common knowledge there is no greatest k; common is then true.
func (s *System) Depth(f Fact, run int) (k int, common bool) {
	if s.Common(f)[run] {
		return 0, true
	}
	for k = -1; f[run]; k++ {
		f = s.Everybody(f)
	}
	return k, false
}
