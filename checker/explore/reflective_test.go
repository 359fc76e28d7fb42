package explore

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// layer is a layer of type *T.
type layer[T any] interface {
	*T
	impl.Layer
}

// keyless is a layer without an AppendKey, so that the key of its state is
// read field by field. A Keyer that is a field and not behind a pointer does
// not encode itself.
type keyless[T any, L layer[T]] struct{ State T }

func (k *keyless[T, L]) Init(out *impl.Effects) { L(&k.State).Init(out) }

func (k *keyless[T, L]) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	L(&k.State).Send(to, m, out)
}

func (k *keyless[T, L]) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	L(&k.State).Receive(from, p, out)
}

func (k *keyless[T, L]) Timeout(t impl.TimerID, out *impl.Effects) { L(&k.State).Timeout(t, out) }

// The layers of the ladder without their AppendKey.
type (
	keylessGolden struct {
		keyless[impl.GoldenLink, *impl.GoldenLink]
	}
	keylessRetransmit struct {
		keyless[impl.RetransmitUntilAcknowledged, *impl.RetransmitUntilAcknowledged]
	}
	keylessInOrder struct {
		keyless[impl.DeliverInOrder, *impl.DeliverInOrder]
	}
	keylessEliminate struct {
		keyless[impl.EliminateDuplicates, *impl.EliminateDuplicates]
	}
)

func (k *keylessEliminate) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	k.State.Confirmed(to, p, out)
}

// inTwoForms are links as they are, and without the AppendKey of their layers.
func inTwoForms(t testing.TB) (forms [][2]impl.Link) {
	retransmit := impl.FactoryOf(keylessRetransmit{})
	for name, factory := range map[string]impl.Factory{
		"golden/skip": impl.FactoryOf(keylessGolden{}),
		"atleastonce": retransmit,
		"perfect":     impl.Stack(retransmit, impl.FactoryOf(keylessEliminate{})),
		"fifo":        impl.Stack(retransmit, impl.FactoryOf(keylessInOrder{})),
	} {
		link := linkNamed(t, append(impl.Registry(), impl.Goldens()...), name)
		without := link
		without.New = factory
		forms = append(forms, [2]impl.Link{link, without})
	}
	slices.SortFunc(forms, func(a, b [2]impl.Link) int { return strings.Compare(a[0].Name, b[0].Name) })
	return forms
}

// birth is the key of a fresh instance.
func birth(t testing.TB, link impl.Link) []byte {
	t.Helper()
	key, err := impl.Key(link.New(0, impl.Peers(0, link.Size())))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Both keys tell the same states apart.
func TestReflectiveKeyCounts(t *testing.T) {
	for _, form := range inTwoForms(t) {
		if bytes.Equal(birth(t, form[0]), birth(t, form[1])) {
			t.Errorf("%s has its own key in both forms", form[0].Name)
		}
		for _, payloads := range []string{"a", "aa", "abc", "aba"} {
			own, reflective := exhausted(t, form[0], payloads, Judged(form[0])...), exhausted(t, form[1], payloads, Judged(form[1])...)
			a, b := own.Coverage, reflective.Coverage
			if !a.Complete || !b.Complete || a.States != b.States || a.Transitions != b.Transitions || a.Depth != b.Depth {
				t.Errorf("%s, %q: %+v, with the reflective key %+v", form[0].Name, payloads, a, b)
			}
			for i, f := range own.Findings {
				if f.Verdict != reflective.Findings[i].Verdict {
					t.Errorf("%s, %q: %s is %s, with the reflective key %s", form[0].Name, payloads, f.Property.ID, f.Verdict, reflective.Findings[i].Verdict)
				}
			}
		}
	}
}
