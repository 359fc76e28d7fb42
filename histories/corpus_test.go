package histories_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/spec"
)

// exhibit is one history of the corpus: ID.accept.NAME.jsonl or
// ID.reject.NAME.jsonl.
type exhibit struct {
	id, name string
	accepted bool
	header   histories.Header
	events   []spec.Event
	file     []byte
}

func corpus(t *testing.T) []exhibit {
	t.Helper()
	paths, err := filepath.Glob("testdata/corpus/*")
	if err != nil {
		t.Fatal(err)
	}
	var all []exhibit
	for _, path := range paths {
		parts := strings.Split(filepath.Base(path), ".")
		if len(parts) != 4 || parts[1] != "accept" && parts[1] != "reject" || parts[3] != "jsonl" {
			t.Fatalf("%s: want ID.accept.NAME.jsonl or ID.reject.NAME.jsonl", path)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h, events, err := histories.ReadAll(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, exhibit{parts[0], strings.Join(parts[:3], "."), parts[1] == "accept", h, events, file})
	}
	return all
}

// everyProperty is all properties, whatever their parameters.
func everyProperty() []spec.Property {
	return spec.AllProperties()
}

// judged returns the properties that say something of the history. One with
// parameters, or that follows from others, is judged where it is meant.
func (x exhibit) judged(t *testing.T) []spec.Property {
	t.Helper()
	properties := spec.Properties()
	switch x.id {
	case spec.FD1.ID, spec.FD2.ID, "EFD2", spec.Exclusion.ID, spec.Fencing.ID, spec.ExternalConsistency.ID:
		// What a link tells its own application of others is delivered, and was
		// never sent.
		properties = spec.TimedProperties()
	case spec.GracefulClose.ID:
		properties = append(properties, spec.GracefulClose)
	case spec.EventualConfirmation.ID:
		properties = append(properties, spec.EventualConfirmation)
	case spec.BoundedState.ID: // what was sent is finished, whether the history shows it or not
		return []spec.Property{spec.BoundedState}
	case spec.StreamPrefix.ID: // messages do not count
		return []spec.Property{spec.StreamPrefix}
	}
	h := x.header
	if h.Guarantee == "" {
		h.Guarantee = spec.Perfect.Name // any: it is parameters that are asked for
	}
	claimed, _, err := h.Claimed()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"BND", "AMP", "EFD2", "QUI"} {
		if p, with := claimed.Property(id); with {
			properties = append(properties, p)
		}
	}
	once := x.id == "QUI" || x.id == spec.EventualConfirmation.ID // no stubborn link
	// A link that logs nothing is not judged by what it logs, and one that logs
	// each message once not by what it delivers for ever.
	logs := slices.ContainsFunc(x.events, func(e spec.Event) bool { return e.Kind == spec.Store })
	return slices.DeleteFunc(properties, func(p spec.Property) bool {
		return p.ID != x.id && (p.Reads.Has(spec.Store) && !logs || p.ID == spec.LSL1.ID && logs || once && p.Recurs == spec.Again)
	})
}

// broken maps the ID of each property that the history breaks to the index of
// the event that breaks it, or of Forever where something never happens.
func (x exhibit) broken(t *testing.T) map[string]int {
	t.Helper()
	judge := checker.NewJudge(x.judged(t)...)
	for _, e := range x.events {
		judge.Observe(e)
	}
	broken := map[string]int{}
	for _, j := range judge.Judgements() {
		switch {
		case j.Verdict != spec.Violated:
		case j.Broken >= 0:
			broken[j.Property.ID] = j.Broken
		default:
			broken[j.Property.ID] = slices.IndexFunc(x.events, func(e spec.Event) bool { return e.Kind == spec.Forever })
		}
	}
	return broken
}

func TestCorpus(t *testing.T) {
	for _, x := range corpus(t) {
		t.Run(x.name, func(t *testing.T) {
			broken := x.broken(t)
			if !maps.Equal(broken, x.header.Expect) {
				t.Errorf("it breaks %v, expected %v", broken, x.header.Expect)
			}
			if x.accepted {
				if _, rejected := broken[x.id]; rejected {
					t.Errorf("it breaks %s", x.id)
				}
				return
			}
			got := slices.Sorted(maps.Keys(broken))
			if x.id == spec.GracefulClose.ID { // it follows from two others, so that one of them is broken
				got = slices.DeleteFunc(got, func(id string) bool { return id == spec.FIFODelivery.ID || id == spec.ACK.ID })
				if len(got) != len(broken)-1 {
					t.Errorf("it breaks %v, want one of FIFO and ACK among them", broken)
				}
			}
			if want := entailed(t, x.id); !slices.Equal(got, want) {
				t.Errorf("it breaks %v, want exactly %v", got, want)
			}
		})
	}
}

// entailed returns the IDs of all properties that a violation of the property
// violates, in order: itself, what it entails, what that entails, and so on.
func entailed(t *testing.T, id string) []string {
	t.Helper()
	properties := everyProperty()
	all := []string{id}
	for i := 0; i < len(all); i++ {
		at := slices.IndexFunc(properties, func(p spec.Property) bool { return p.ID == all[i] })
		if at < 0 {
			t.Fatalf("there is no property %s", all[i])
		}
		for _, more := range properties[at].Entails {
			if !slices.Contains(all, more) {
				all = append(all, more)
			}
		}
	}
	slices.Sort(all)
	return all
}

// TestCorpusIsComplete wants an accepted and a rejected history of every
// property, with events that put it to the test.
func TestCorpusIsComplete(t *testing.T) {
	type half struct {
		id       string
		accepted bool
	}
	tested := map[half]bool{}
	properties := everyProperty()
	for _, x := range corpus(t) {
		for _, p := range properties {
			if p.ID == x.id && slices.ContainsFunc(x.events, p.TestedBy) {
				tested[half{x.id, x.accepted}] = true
			}
		}
	}
	for _, p := range properties {
		if !tested[half{p.ID, true}] || !tested[half{p.ID, false}] {
			t.Errorf("%s lacks an accepted or a rejected history", p.ID)
		}
	}
}

// TestCorpusIsCanonical wants every file to be what the Writer writes.
func TestCorpusIsCanonical(t *testing.T) {
	for _, x := range corpus(t) {
		if got := write(t, x.header, x.events); !bytes.Equal(got, x.file) {
			t.Errorf("%s: got\n%swant\n%s", x.name, x.file, got)
		}
	}
}

// TestCorpusTruncated cuts each file at every byte of its beginning: what remains is read as a
// beginning of the history, or refused with a position.
func TestCorpusTruncated(t *testing.T) {
	for _, x := range corpus(t) {
		for n := range min(len(x.file), 500) {
			_, events, err := histories.ReadAll(io.LimitReader(bytes.NewReader(x.file), int64(n)))
			var at *histories.Error
			if err != nil && (!errors.As(err, &at) || at.Line < 1 || at.Column < 1) {
				t.Fatalf("%s cut at %d: got error %v, want one with a position", x.name, n, err)
			}
			if !slices.Equal(events, x.events[:len(events)]) {
				t.Fatalf("%s cut at %d: got %v", x.name, n, events)
			}
		}
	}
}
