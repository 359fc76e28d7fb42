package mutant_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// walk drives one layer at random, with its own packets as those of its peer.
type walk struct {
	layer   impl.Layer
	rand    *rand.Rand
	sends   int
	packets []impl.Packet
	armed   []impl.TimerID
}

// step makes one event and returns it with its effects.
func (w *walk) step() (event string, effects []impl.Effect) {
	var out impl.Effects
	switch choice := w.rand.IntN(4); {
	case choice == 0 && w.sends < 4:
		w.sends++
		m := spec.Message([]string{"a", "b"}[w.rand.IntN(2)])
		w.layer.Send(1, m, &out)
		event = fmt.Sprintf("send %q", m)
	case choice == 1 && len(w.armed) > 0:
		i := w.rand.IntN(len(w.armed))
		t := w.armed[i]
		w.armed = slices.Delete(w.armed, i, i+1)
		w.layer.Timeout(t, &out)
		event = fmt.Sprintf("timeout %d", t)
	case len(w.packets) > 0:
		p := w.packets[w.rand.IntN(len(w.packets))]
		w.layer.Receive(1, p, &out)
		event = fmt.Sprintf("receive %q", p)
	}
	w.take(out.List())
	return event, out.List()
}

func (w *walk) take(effects []impl.Effect) {
	for _, e := range effects {
		switch i := slices.Index(w.armed, e.Timer); {
		case e.Kind == impl.Transmit && !slices.Contains(w.packets, e.Packet):
			w.packets = append(w.packets, e.Packet)
		case e.Kind == impl.SetTimer && i < 0:
			w.armed = append(w.armed, e.Timer)
		case e.Kind == impl.CancelTimer && i >= 0:
			w.armed = slices.Delete(w.armed, i, i+1)
		}
	}
}

// Equal keys mean equal behaviour: a key that leaves out state would hide what
// a link does wrong.
func TestKeysOmitNothing(t *testing.T) {
	for _, link := range slices.Concat(impl.Registry(), mutant.Registry()) {
		answers := map[string]string{}
		for seed := range uint64(50) {
			w := walk{layer: link.New(0, impl.Peers(0, 2)), rand: rand.New(rand.NewPCG(seed, 0))}
			before := key(t, w.layer)
			for range 40 {
				event, effects := w.step()
				after := key(t, w.layer)
				question, answer := event+" in "+before, fmt.Sprintf("%v, then %q", effects, after)
				if known, asked := answers[question]; asked && known != answer {
					t.Fatalf("%s answers %s with %s, and elsewhere with %s", link.Name, question, answer, known)
				}
				answers[question] = answer
				before = after
			}
		}
	}
}

func key(t *testing.T, l impl.Layer) string {
	t.Helper()
	b, err := impl.Key(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
