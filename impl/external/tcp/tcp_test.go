package tcp_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker"
	"fairloss/impl/external/tcp"
	"fairloss/spec"
)

const (
	latency   = `{"type": "latency", "stream": "upstream", "attributes": {"latency": 5, "jitter": 5}}`
	bandwidth = `{"type": "bandwidth", "stream": "upstream", "attributes": {"rate": 1}}`
	slicer    = `{"type": "slicer", "stream": "upstream", "attributes": {"average_size": 3, "size_variation": 2, "delay": 100}}`
	slowClose = `{"type": "slow_close", "stream": "upstream", "attributes": {"delay": 50}}`
	reset     = `{"type": "reset_peer", "stream": "upstream", "attributes": {"timeout": 0}}`
	resetSoon = `{"type": "reset_peer", "stream": "upstream", "attributes": {"timeout": 50}}`
	limit     = `{"type": "limit_data", "stream": "upstream", "attributes": {"bytes": 9}}`
)

var ten = []spec.Message{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett"}

// TestProp demands that TCP keeps its promise for as long as a connection lasts,
// and that messages which were taken are lost where it does not.
func TestProp(t *testing.T) {
	for _, c := range []struct {
		name     string
		toxics   []string
		messages []spec.Message
		broken   []string
	}{
		{"calm", nil, ten, nil},
		{"latency", []string{latency}, ten, nil},
		{"bandwidth", []string{bandwidth}, ten, nil},
		{"slices", []string{slicer}, ten, nil},
		{"slow close", []string{slowClose}, ten, nil},
		{"all of these", []string{slicer, latency, bandwidth, slowClose}, ten, nil},
		{"reset", []string{reset}, ten[:1], []string{"PL1"}},
		{"reset of many", []string{resetSoon}, ten, []string{"PL1"}},
		{"closed within a message", []string{limit}, ten[:2], []string{"PL1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := proxying()
			events, judgements, err := tcp.Run(c.messages, c.toxics...)
			if err != nil {
				t.Fatal(err)
			}
			if got := violated(t, judgements); !slices.Equal(got, c.broken) {
				t.Errorf("it breaks %v, want %v", got, c.broken)
			}
			sent, delivered := count(events, spec.Accept), count(events, spec.Deliver)
			t.Logf("%d messages taken, %d delivered", sent, delivered)
			if c.broken == nil && (sent != len(c.messages) || delivered != sent) {
				t.Errorf("of %d messages %d were taken and %d delivered", len(c.messages), sent, delivered)
			}
			if c.broken == nil {
				settled(t, before)
			}
		})
	}
}

// TestBadToxic wants an error for what toxiproxy cannot read.
func TestBadToxic(t *testing.T) {
	for _, toxic := range []string{"", "{}", `{"type": "magic"}`} {
		if _, _, err := tcp.Run(ten, toxic); err == nil {
			t.Errorf("no error for %q", toxic)
		}
	}
}

// violated returns the IDs of what is violated. That messages arrive must have
// been put to the test; the others are not where none does.
func violated(t *testing.T, judgements []checker.Judgement) []string {
	t.Helper()
	var ids []string
	for _, j := range judgements {
		if j.Verdict == spec.Violated {
			ids = append(ids, j.Property.ID)
		}
		if j.Property.ID == "PL1" && j.Verdict == spec.Inconclusive {
			t.Errorf("PL1 is inconclusive: %s", j.Reason)
		}
	}
	return ids
}

func count(events []spec.Event, kind spec.Kind) int {
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// proxying counts the goroutines of toxiproxy. It leaves some behind where a
// toxic ends a connection with data before it.
func proxying() int {
	buffer := make([]byte, 1<<20)
	stacks := string(buffer[:runtime.Stack(buffer, true)])
	return strings.Count(stacks, "created by github.com/Shopify/toxiproxy/")
}

// settled waits until there are no more of them than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(tcp.Limit); proxying() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("goroutines are left")
		}
	}
}
