package explore

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// few is a monitor that allows two deliveries at a process, as its author
// would write it; the faults change one of its methods.
type few struct {
	delivered map[spec.Process]int
	observe   func(m *few, e spec.Event) string
	owed      func(m *few) []spec.Obligation
	key       func(m *few, b []byte) []byte
	clone     func(m *few) spec.Monitor
}

func (m *few) Observe(e spec.Event) string {
	if m.observe != nil {
		return m.observe(m, e)
	}
	if m.delivered[e.Process]++; m.delivered[e.Process] > 2 {
		return "three deliveries"
	}
	return ""
}

func (m *few) Owed() []spec.Obligation {
	if m.owed != nil {
		return m.owed(m)
	}
	return nil
}

func (m *few) AppendKey(b []byte) []byte {
	if m.key != nil {
		return m.key(m, b)
	}
	for p := range spec.Process(4) {
		b = append(b, byte(m.delivered[p]))
	}
	return b
}

func (m *few) Clone() spec.Monitor {
	if m.clone != nil {
		return m.clone(m)
	}
	copied := *m
	copied.delivered = map[spec.Process]int{}
	for p, n := range m.delivered {
		copied.delivered[p] = n
	}
	return &copied
}

// own is a property of a contributor, with a fault.
func own(m few) spec.Property {
	return spec.Property{
		ID: "OWN", Name: "few deliveries", Class: spec.Both, Reads: spec.KindsOf(spec.Deliver, spec.Forever), Tested: spec.Deliver,
		New: func() spec.Monitor { m := m; m.delivered = map[spec.Process]int{}; return &m },
	}
}

func TestMonitorFaults(t *testing.T) {
	seen := 0
	for _, test := range []struct {
		name    string
		monitor few
		want    string
	}{
		{"none", few{}, ""},
		{"a key that omits the count", few{key: func(_ *few, b []byte) []byte { return b }}, "AppendKey omits state"},
		{"a key that omits a process", few{key: func(m *few, b []byte) []byte { return append(b, byte(m.delivered[0])) }}, "AppendKey omits state"},
		{"a shallow clone", few{clone: func(m *few) spec.Monitor { copied := *m; return &copied }}, "shares memory with its Clone"},
		{"itself for a clone", few{clone: func(m *few) spec.Monitor { return m }}, "shares memory with its Clone"},
		{"an empty clone", few{clone: func(m *few) spec.Monitor {
			copied := *m
			copied.delivered = map[spec.Process]int{}
			return &copied
		}}, "is not the same as its Clone"},
		{"a global", few{observe: func(*few, spec.Event) string {
			if seen++; seen%2 == 0 {
				return "even"
			}
			return ""
		}}, "is not deterministic"},
		{"lots", few{observe: func(m *few, e spec.Event) string {
			m.delivered[e.Process] += rand.IntN(2)
			return ""
		}}, "is not deterministic"},
		{"map order in the key", few{key: func(m *few, b []byte) []byte {
			for p, n := range map[spec.Process]int{0: m.delivered[0], 1: m.delivered[1], 2: 7, 3: 8} {
				b = append(b, byte(p), byte(n))
			}
			return b
		}}, "key"},
		{"Owed that changes it", few{owed: func(m *few) []spec.Obligation {
			m.delivered[0]++
			return nil
		}}, "asked what it owes"},
		{"a panic in Observe", few{observe: func(*few, spec.Event) string { panic("no memory") }}, "panics: no memory"},
		{"a panic in Owed", few{owed: func(*few) []spec.Obligation { panic("no memory") }}, "panics: no memory"},
		{"a panic in AppendKey", few{key: func(*few, []byte) []byte { panic("no memory") }}, "panics: no memory"},
		{"a panic in Clone", few{clone: func(*few) spec.Monitor { panic("no memory") }}, "panics: no memory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			link := named(t, "perfect")
			link.Guarantee = link.Guarantee.With(own(test.monitor))
			err := Audit(link, 1, 20)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var failure *world.Failure
			if !errors.As(err, &failure) || failure.Property != "OWN" || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want one of OWN with %q", err, test.want)
			}
			if strings.HasPrefix(test.want, "panics") && !strings.Contains(failure.Details, "monitors_test.go") {
				t.Errorf("no stack: %s", failure.Details)
			}
			if n := strings.Count(failure.Details, "deliver "); n > 7 {
				t.Errorf("%d events, want few:\n%s", n, failure.Details)
			}
		})
	}
}

// The monitors of all properties keep their contract, on what right links do
// and on what broken ones do.
func TestMonitorsKeepTheirContract(t *testing.T) {
	for i, link := range append(impl.Registry(), mutant.Registry()...) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		link.Guarantee = link.Guarantee.With(spec.Properties()...)
		if err := AuditMonitors(link, 1); err != nil {
			t.Errorf("%s: %v\n%s", link.Name, err, err.(*world.Failure).Details)
		}
	}
}
