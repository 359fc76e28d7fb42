package explore

import (
	"strings"

	"fairloss/spec"
)

// fairness is what a naive judgement of an automaton takes for fair: that what
// is transmitted arrives, that what arrives is transmitted, that timers expire,
// and that the network does what it owes.
type fairness struct{ loss, duplication, timers, debts bool }

// question is what a property asks of a component in which a run stays.
type question struct {
	repeated bool              // the message is sent again and again
	in       func(moment) bool // where it is owed
	allowed  func(edge) bool   // what does not meet it
	needed   func(edge) bool   // what raises it, for ever
}

func questionOf(p spec.Property, a *automaton) question {
	q := question{
		repeated: p.Recurs == spec.Repeated,
		in:       func(moment) bool { return true },
		allowed:  func(e edge) bool { return !e.delivers },
		needed:   func(edge) bool { return true },
	}
	switch p.ID {
	case neverReady.ID:
		q.in, q.allowed = a.unready, func(edge) bool { return true }
	case "PL1":
		q.in = func(m moment) bool { return m.sent && !m.arrived }
	case "SL1":
		q.in = func(m moment) bool { return m.sent }
	case "FLL1":
		q.needed = func(e edge) bool { return e.sends }
	case "FLL2":
		q.allowed, q.needed = func(e edge) bool { return !e.sends }, func(e edge) bool { return e.delivers }
	}
	return q
}

// violates judges an automaton in the simplest way: for each set of parcels
// that may be the ones transmitted infinitely often, and each that may be the
// ones received, it looks for a strongly connected component in which exactly
// these are.
func (a *automaton) violates(p spec.Property, f fairness) bool {
	q := questionOf(p, a)
	moments, edges := a.graph(q.repeated)
	for sent := range uint8(1 << (2 * alphabet)) {
		for received := range uint8(1 << (2 * alphabet)) {
			pairs := a.assumes.Network != spec.StubbornNetwork // which delivers all for ever
			if pairs && (f.loss && sent&^received != 0 || f.duplication && received&^sent != 0) {
				continue
			}
			kept := func(from int, e edge) bool {
				return q.in(moments[from]) && q.in(moments[e.to]) && q.allowed(e) && e.sent&^sent == 0 && e.received&^received == 0
			}
			for _, c := range strong(edges, kept) {
				if !q.in(moments[c[0]]) {
					continue
				}
				h := a.happening(c, moments, edges, kept, q.needed)
				if h.sent == sent && h.received == received && (h.needed || !q.repeated) && (h.timers || !f.timers) && (h.debts || !f.debts) {
					return true
				}
			}
		}
	}
	return false
}

// happening is what a run does that stays in a component and takes all its
// edges for ever.
type happening struct {
	sent, received, told uint8
	needed               bool
	timers, debts        bool // what can happen all the time happens
}

func (a *automaton) happening(c []int, moments []moment, edges [][]edge, kept func(int, edge) bool, needed func(edge) bool) happening {
	member := map[int]bool{}
	for _, m := range c {
		member[m] = true
	}
	var h happening
	var paused [2]bool
	var clear, quiet uint8 // of which nothing is due at some moment
	for _, m := range c {
		for p := range 2 {
			paused[p] = paused[p] || !moments[m].armed[p]
			for _, packet := range []string{"x", "y"} {
				if !strings.Contains(a.due(moments[m], p), packet) {
					clear |= parcel(p, packet[0])
				}
				if !strings.Contains(moments[m].untold[p], packet) {
					quiet |= parcel(p, packet[0])
				}
			}
		}
		for _, e := range edges[m] {
			if !member[e.to] || !kept(m, e) {
				continue
			}
			h.sent, h.received, h.told, h.needed = h.sent|e.sent, h.received|e.received, h.told|e.told, h.needed || needed(e)
			if e.expires >= 0 {
				paused[e.expires] = true
			}
		}
	}
	h.timers = paused[0] && paused[1]
	const all = 1<<(2*alphabet) - 1
	h.debts = h.received|clear == all && h.told|quiet == all
	return h
}

// strong returns the strongly connected components of a graph, by the kept
// edges, in the textbook's way (Tarjan 1972).
func strong(edges [][]edge, kept func(int, edge) bool) [][]int {
	var components [][]int
	var stack []int
	index, low, on := make([]int, len(edges)), make([]int, len(edges)), make([]bool, len(edges))
	next := 1
	var visit func(v int)
	visit = func(v int) {
		index[v], low[v], on[v] = next, next, true
		next++
		stack = append(stack, v)
		for _, e := range edges[v] {
			switch {
			case !kept(v, e):
			case index[e.to] == 0:
				visit(e.to)
				low[v] = min(low[v], low[e.to])
			case on[e.to]:
				low[v] = min(low[v], index[e.to])
			}
		}
		if low[v] != index[v] {
			return
		}
		i := len(stack) - 1
		for ; stack[i] != v; i-- {
			on[stack[i]] = false
		}
		on[v] = false
		components = append(components, append([]int(nil), stack[i:]...))
		stack = stack[:i]
	}
	for v := range edges {
		if index[v] == 0 {
			visit(v)
		}
	}
	return components
}
