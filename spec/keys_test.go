package spec

import (
	"bytes"
	"fmt"
	"testing"
)

// observe shows the events to a monitor and returns the breach, if any, with
// the index of the event.
func observe(p Property, m Monitor, events []Event) string {
	for k, e := range events {
		if !p.Reads.Has(e.Kind) {
			continue
		}
		if breach := m.Observe(e); breach != "" {
			return fmt.Sprintf("event %d: %s", k, breach)
		}
	}
	return ""
}

// future returns what may happen after a history: some of its calls are
// rejected, then anything.
func (d dice) future(past []Event) []Event {
	var events []Event
	for _, e := range past {
		if e.Kind == Send && e.Op != 0 && d.one(2) {
			e.Kind = Reject
			events = append(events, e)
		}
	}
	return append(events, d.history()...)
}

// TestCloneIsIndependent lets a clone go on alone: the original must not
// notice, and the clone must do what a monitor does that saw everything. Then
// the original goes on, and the clone must not notice.
func TestCloneIsIndependent(t *testing.T) {
	d := newDice(11)
	for range rounds(4_000) {
		past := d.history()
		future, other := d.future(past), d.future(past)
		for _, p := range everyProperty() {
			m, whole := p.New(), p.New()
			if observe(p, m, past) != "" {
				continue
			}
			observe(p, whole, past)
			key, owed := m.AppendKey(nil), owedBy(m)
			clone := m.Clone()
			got, want := observe(p, clone, future), observe(p, whole, future)
			if got != want || got == "" && !bytes.Equal(clone.AppendKey(nil), whole.AppendKey(nil)) {
				t.Fatalf("%s: the clone breaks %q, the original would break %q, after\n%sand then\n%s", p.ID, got, want, list(past), list(future))
			}
			if !bytes.Equal(m.AppendKey(nil), key) || owedBy(m) != owed {
				t.Fatalf("%s: observing the clone changes the original, after\n%sand then\n%s", p.ID, list(past), list(future))
			}
			key = clone.AppendKey(nil)
			observe(p, m, other)
			if !bytes.Equal(clone.AppendKey(nil), key) {
				t.Fatalf("%s: observing the original changes the clone, after\n%sand then\n%s", p.ID, list(past), list(other))
			}
		}
	}
}

// TestKeys wants monitors with equal keys to owe the same and to have the same
// future: the same breach at the same event, or else equal keys again.
func TestKeys(t *testing.T) {
	d := newDice(13)
	for _, p := range everyProperty() {
		first := map[string]Monitor{}
		met := 0
		for range rounds(6_000) {
			past := d.history()
			future := d.future(past)
			m := p.New()
			if observe(p, m, past) != "" {
				continue
			}
			key := string(m.AppendKey(nil))
			other, seen := first[key]
			if !seen {
				first[key] = m.Clone()
				continue
			}
			met++
			other = other.Clone()
			if got, want := owedBy(m), owedBy(other); got != want {
				t.Fatalf("%s: owes %q, and %q with an equal key, after\n%s", p.ID, got, want, list(past))
			}
			got, want := observe(p, m, future), observe(p, other, future)
			if got != want || got == "" && !bytes.Equal(m.AppendKey(nil), other.AppendKey(nil)) {
				t.Fatalf("%s: breaks %q, and %q from an equal key, after\n%sand then\n%s", p.ID, got, want, list(past), list(future))
			}
		}
		if met < 50 || len(first) < 20 {
			t.Errorf("%s: %d different keys, met again %d times", p.ID, len(first), met)
		}
	}
}

// TestKeysAreAppended wants AppendKey to keep what is in the buffer.
func TestKeysAreAppended(t *testing.T) {
	h := []Event{{Kind: Send, Peer: 1, Message: "a"}, {Kind: Send, Peer: 1, Message: "b"}}
	for _, p := range everyProperty() {
		m := p.New()
		observe(p, m, h)
		if got, want := m.AppendKey([]byte("key ")), append([]byte("key "), m.AppendKey(nil)...); !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", p.ID, got, want)
		}
	}
}
