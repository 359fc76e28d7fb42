package spec

import (
	"slices"
	"strings"
	"testing"
)

func TestPropertiesAreComplete(t *testing.T) {
	all := everyProperty()
	ids := map[string]bool{}
	for _, p := range all {
		if ids[p.ID] {
			t.Errorf("%s: there are two", p.ID)
		}
		ids[p.ID] = true
	}
	for _, p := range all {
		if p.ID == "" || p.Name == "" || p.Source == "" {
			t.Errorf("%+v lacks an ID, a name or a source", p)
		}
		if !strings.HasSuffix(p.Sentence, ".") || strings.Count(p.Sentence, ".") != 1 {
			t.Errorf("%s: %q is not one sentence", p.ID, p.Sentence)
		}
		if strings.HasPrefix(p.Class.String(), "class(") {
			t.Errorf("%s: class %v", p.ID, p.Class)
		}
		if !p.Reads.Has(p.Tested) {
			t.Errorf("%s: it does not read %s, which puts it to the test", p.ID, p.Tested)
		}
		if reads := p.Reads.Has(Forever); reads != (p.Class&Liveness != 0) {
			t.Errorf("%s: class %v, and reads forever: %t", p.ID, p.Class, reads)
		}
		if p.New == nil || p.New() == nil {
			t.Errorf("%s: no monitor", p.ID)
		}
		for _, id := range p.Entails {
			if !ids[id] || id == p.ID {
				t.Errorf("%s: entails %q", p.ID, id)
			}
		}
		if _, ok := oracles[p.ID]; !ok {
			t.Errorf("%s: no oracle", p.ID)
		}
	}
}

// TestReadsIsExact wants each kind of event that a property reads to matter,
// and no other: there are two histories that differ in events of this kind
// only, of which one breaks the property elsewhere, or owes something else.
func TestReadsIsExact(t *testing.T) {
	for _, p := range everyProperty() {
		for k := Kind(1); k < kinds; k++ {
			d := newDice(uint64(k))
			matters := false
			tries := 60_000
			if !p.Reads.Has(k) {
				tries = 500
			}
			for range tries {
				h := d.history()
				without := slices.DeleteFunc(slices.Clone(h), func(e Event) bool { return e.Kind == k })
				judge := func(h []Event) verdict {
					v := monitored(Property{New: p.New, Reads: ^Kinds(0)}, h)
					if v.broken >= 0 {
						v.broken = len(slices.DeleteFunc(slices.Clone(h[:v.broken]), func(e Event) bool { return e.Kind == k }))
					}
					return v
				}
				if matters = judge(h) != judge(without); matters {
					break
				}
			}
			if matters != p.Reads.Has(k) {
				t.Errorf("%s: %s matters: %t, is read: %t", p.ID, k, matters, p.Reads.Has(k))
			}
		}
	}
}

func TestGuarantees(t *testing.T) {
	names := map[string]bool{}
	for _, g := range Guarantees() {
		if names[g.Name] {
			t.Errorf("%s: there are two", g.Name)
		}
		names[g.Name] = true
		parsed, err := ParseGuarantee(g.Name)
		if err != nil || parsed.Name != g.Name || len(parsed.Properties) != len(g.Properties) || len(g.Properties) == 0 {
			t.Errorf("ParseGuarantee(%q) = %v, %v", g.Name, parsed, err)
		}
		for _, p := range g.Properties {
			if got, ok := g.Property(p.ID); !ok || got.ID != p.ID {
				t.Errorf("%s: Property(%q) = %v, %t", g.Name, p.ID, got, ok)
			}
		}
	}
	for _, name := range []string{"", "Perfect", "perfect ", "stubborn\n"} {
		if g, err := ParseGuarantee(name); err == nil {
			t.Errorf("ParseGuarantee(%q) = %v, want an error", name, g)
		}
	}
}

func TestWithDoesNotAlias(t *testing.T) {
	roomy := Guarantee{"roomy", append(make([]Property, 0, 8), PL1)}
	first, second := roomy.With(ACK), roomy.With(PL2, PL3)
	if first.Name != "roomy" || len(roomy.Properties) != 1 {
		t.Errorf("With changes its receiver to %v", roomy)
	}
	if _, ok := first.Property("ACK"); !ok || len(first.Properties) != 2 {
		t.Errorf("the second With changes the first to %v", first)
	}
	if len(second.Properties) != 3 {
		t.Errorf("got %v", second)
	}
	first.Properties[0] = XOP
	if roomy.Properties[0].ID != "PL1" || second.Properties[0].ID != "PL1" {
		t.Error("what With returns shares its properties")
	}
	if p, ok := roomy.Property("PL2"); ok || p.ID != "" {
		t.Errorf("Property(PL2) = %v, %t", p, ok)
	}
}

func TestClassString(t *testing.T) {
	for c, want := range map[Class]string{Safety: "safety", Liveness: "liveness", Both: "safety and liveness", 0: "class(0)", 9: "class(9)"} {
		if got := c.String(); got != want {
			t.Errorf("class %d: got %q, want %q", uint8(c), got, want)
		}
	}
}

func TestObligationString(t *testing.T) {
	o := Obligation{From: 0, To: 1, Message: "a\n", What: "was never delivered"}
	if got, want := o.String(), `"a\n", sent by process 0 to process 1, was never delivered`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
