package explore_test

import (
	"fmt"
	"slices"
	"testing"

	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// promela is a model written by hand for SPIN, and the link whose states it
// has one to one.
type promela struct {
	model   string
	defines []string
	link    string
	network spec.Network
	most    int // messages
}

var promelas = []promela{
	{"golden.pml", nil, "golden/skip", spec.LossySetNetwork, 5},
	{"golden.pml", []string{"-DNEXT"}, "golden/next", spec.LossySetNetwork, 5},
	{"atleastonce.pml", nil, "atleastonce", spec.SetNetwork, 4},
	{"atleastonce.pml", []string{"-DLOSSY"}, "atleastonce", spec.LossySetNetwork, 4},
	{"perfect.pml", nil, "perfect", spec.SetNetwork, 4},
	{"perfect.pml", []string{"-DLOSSY"}, "perfect", spec.LossySetNetwork, 4},
	{"fifo.pml", nil, "fifo", spec.SetNetwork, 4},
	{"fifo.pml", []string{"-DLOSSY"}, "fifo", spec.LossySetNetwork, 2},
	{"altbit.pml", nil, "alternatingbit", spec.FIFONetwork, 4},
}

func (p promela) name() string { return fmt.Sprintf("%s/%s", p.link, p.network) }

func (p promela) with(m int) []string {
	return append(slices.Clone(p.defines), fmt.Sprintf("-DM=%d", m))
}

// on returns the link of that name on the network of the model.
func (p promela) on(t *testing.T, name string) impl.Link {
	t.Helper()
	links := slices.Concat(impl.Registry(), impl.Goldens(), mutant.Registry())
	i := slices.IndexFunc(links, func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("there is no link %s", name)
	}
	links[i].Assumes.Network = p.network
	return links[i]
}

func model(t *testing.T, link string, network spec.Network) promela {
	t.Helper()
	i := slices.IndexFunc(promelas, func(p promela) bool { return p.link == link && p.network == network })
	if i < 0 {
		t.Fatalf("there is no model of %s on %s", link, network)
	}
	return promelas[i]
}

// SPIN and the search count the same states and transitions. SPIN counts the
// initial state as a transition.
func TestPromela(t *testing.T) {
	needSpin(t)
	for _, p := range promelas {
		most := p.most
		if testing.Short() {
			most = 2
		}
		for m := 1; m <= most; m++ {
			t.Run(fmt.Sprintf("%s/%d", p.name(), m), func(t *testing.T) {
				ours := exhaust(t, p.on(t, p.link), m, 2)
				theirs := generate(t, p.model, p.with(m), change{}).search(t, ours.States)
				if ours.States != theirs.states || ours.Transitions != theirs.transitions-1 {
					t.Errorf("%d states and %d transitions, SPIN counts %d and %d and the initial state",
						ours.States, ours.Transitions, theirs.states, theirs.transitions-1)
				}
			})
		}
	}
}

// A model with one wrong line has another number of states or transitions.
func TestPromelaPerturbed(t *testing.T) {
	needSpin(t)
	for _, test := range []struct {
		link    string
		network spec.Network
		change  change
	}{
		{"golden/skip", spec.LossySetNetwork, change{"#define ACCEPTS(i) ((i) > last)", "#define ACCEPTS(i) true"}},
		{"golden/skip", spec.LossySetNetwork, change{"REMOVE(pending, i)", "skip"}},
		{"golden/next", spec.LossySetNetwork, change{"((i) <= last)", "true"}},
		{"golden/next", spec.LossySetNetwork, change{"byte last; ", "byte last = 1; "}},
		{"atleastonce", spec.SetNetwork, change{"ADD(acks, i)", "skip"}},
		{"atleastonce", spec.SetNetwork, change{"pending != 0", "true"}},
		{"atleastonce", spec.LossySetNetwork, change{"data | pending", "data | ALL"}},
		{"perfect", spec.SetNetwork, change{"!HAS(seen, i)", "true"}},
		{"perfect", spec.LossySetNetwork, change{"REMOVE(pending, i)", "REMOVE(pending, i); REMOVE(seen, i)"}},
		{"fifo", spec.SetNetwork, change{"ADD(data_acks, i)", "skip"}},
		{"fifo", spec.SetNetwork, change{"(i) > processed -> ADD(buffer, i)", "true -> ADD(buffer, i)"}},
		{"alternatingbit", spec.FIFONetwork, change{"number == expected", "true"}},
		{"alternatingbit", spec.FIFONetwork, change{"sent > confirmed && number == current", "sent > confirmed"}},
		{"alternatingbit", spec.FIFONetwork, change{"#define CAPACITY 4", "#define CAPACITY 3"}},
	} {
		p := model(t, test.link, test.network)
		t.Run(p.name()+"/"+test.change.to, func(t *testing.T) {
			ours := exhaust(t, p.on(t, p.link), 2, 1)
			theirs := generate(t, p.model, p.with(2), test.change).search(t, 100*ours.States)
			if ours.States == theirs.states && ours.Transitions == theirs.transitions-1 {
				t.Errorf("the same %d states and %d transitions with %q for %q",
					ours.States, ours.Transitions, test.change.to, test.change.from)
			}
		})
	}
}

// A link with a fault has another number of states or transitions than the
// model of its parent, unless the fault leads only to what exists anyway: such
// mutants are not listed.
func TestPromelaOfMutants(t *testing.T) {
	needSpin(t)
	for _, test := range []struct {
		link    string
		network spec.Network
		m       int // messages
		mutants []string
	}{
		{"atleastonce", spec.LossySetNetwork, 2, []string{"never-retransmits", "gives-up", "not-rearmed", "any-acknowledgement", "delivers-silence"}},
		{"perfect", spec.LossySetNetwork, 2, []string{"drops-overtaken", "short-memory", "delivers-first"}},
		{"fifo", spec.SetNetwork, 3, []string{"overflows"}},
		{"alternatingbit", spec.FIFONetwork, 2, []string{"never-flips", "stuck-bit"}},
	} {
		p := model(t, test.link, test.network)
		theirs := generate(t, p.model, p.with(test.m), change{}).search(t, 1<<16)
		for _, name := range test.mutants {
			t.Run(p.name()+"/"+name, func(t *testing.T) {
				ours := exhaust(t, p.on(t, name), test.m, 1)
				if ours.States == theirs.states && ours.Transitions == theirs.transitions-1 {
					t.Errorf("the same %d states and %d transitions", ours.States, ours.Transitions)
				}
			})
		}
	}
}
