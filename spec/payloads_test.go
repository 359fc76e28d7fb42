package spec

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// size is the number of entries in memory.
func (s *payloads) size() int {
	n := len(s.other)
	for _, r := range s.runs {
		n += 1 + len(r.above)
	}
	return n
}

func TestPayloadsSize(t *testing.T) {
	const n = 100_000
	numbered := func(prefix string) func(i int) Message {
		return func(i int) Message { return Message(fmt.Sprintf("%s%d", prefix, i)) }
	}
	tests := []struct {
		name    string
		message func(i int) Message // for i from 1 to n
		most    int                 // entries ever in memory
		last    int                 // entries in the end
	}{
		{"in order", numbered("m"), 1, 1},
		{"without a prefix", numbered(""), 1, 1},
		{"any prefix", numbered("\xff 7 ü="), 1, 1},
		{"two prefixes", func(i int) Message { return numbered([]string{"a", "b"}[i%2])((i + 1) / 2) }, 2, 2},
		{"backwards", func(i int) Message { return numbered("m")(n + 1 - i) }, n, 1},
		{"pairs swapped", func(i int) Message { return numbered("m")(i - 1 + i%2*2) }, 2, 1},
		{"every second one missing", func(i int) Message { return numbered("m")(2 * i) }, n + 1, n + 1},
		{"from 2", func(i int) Message { return numbered("m")(i + 1) }, n + 1, n + 1},
		{"leading zeros", numbered("m0"), n, n},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s payloads
			most := 0
			for i := 1; i <= n; i++ {
				if s.has(tt.message(i)) {
					t.Fatalf("%q is in before it was added", tt.message(i))
				}
				s.add(tt.message(i))
				if i%1000 < 2 || i > n-2 {
					most = max(most, s.size())
				}
			}
			for i := 1; i <= n; i++ {
				if !s.has(tt.message(i)) {
					t.Fatalf("%q is not in", tt.message(i))
				}
			}
			if most > tt.most || s.size() != tt.last {
				t.Errorf("got at most %d entries and %d in the end, want at most %d and %d", most, s.size(), tt.most, tt.last)
			}
		})
	}
}

// TestDenseNumbersStaySmall wants the monitors that remember all that was sent
// to keep nothing of messages that are numbered and delivered.
func TestDenseNumbersStaySmall(t *testing.T) {
	for _, p := range []Property{FLL2, FLL3, SL2, PL1, PL2, PL3, ACK, FIFODelivery, OrderOnly, XOP, Bounded(1, 0)} {
		m := p.New()
		for n := 1; n <= 100_000; n++ {
			message := Message(fmt.Sprintf("m%d", n))
			for _, e := range []Event{
				{Kind: Send, Process: 0, Peer: 1, Message: message},
				{Kind: Deliver, Process: 1, Peer: 0, Message: message},
				{Kind: Confirm, Process: 0, Peer: 1, Message: message},
			} {
				if breach := observe(p, m, []Event{e}); breach != "" {
					t.Fatalf("%s: %s", p.ID, breach)
				}
			}
		}
		if key := m.AppendKey(nil); len(key) > 32 {
			t.Errorf("%s: its state takes %d bytes", p.ID, len(key))
		}
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		message Message
		prefix  string
		n       uint64
		ok      bool
	}{
		{"m1", "m", 1, true},
		{"17", "", 17, true},
		{"1m20", "1m", 20, true},
		{"-3", "-", 3, true},
		{"m999999999999999999", "m", 999999999999999999, true},
		{"m1000000000000000000", "", 0, false},
		{"", "", 0, false},
		{"m", "", 0, false},
		{"m0", "", 0, false},
		{"m01", "", 0, false},
		{"1m", "", 0, false},
		{"m٣", "", 0, false},
	}
	for _, tt := range tests {
		if prefix, n, ok := number(tt.message); prefix != tt.prefix || n != tt.n || ok != tt.ok {
			t.Errorf("number(%q) = %q, %d, %t, want %q, %d, %t", tt.message, prefix, n, ok, tt.prefix, tt.n, tt.ok)
		}
	}
}

// FuzzPayloads compares payloads with a plain set. The input is messages
// separated by commas, added from left to right.
func FuzzPayloads(f *testing.F) {
	for _, seed := range []string{"m1,m2,m3", "m3,m1,m2", "a,b,a", "m0,m01,m1,", "7,1,a2,a1,999999999999999999,1000000000000000000", "m2,m2,m1,m1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		var s, backwards payloads
		plain := map[Message]bool{}
		list := strings.Split(input, ",")
		for _, field := range list {
			m := Message(field)
			if s.has(m) != plain[m] {
				t.Fatalf("has(%q) is %t before it is added", m, !plain[m])
			}
			before := s.clone()
			key := before.appendKey(nil)
			s.add(m)
			plain[m] = true
			if !bytes.Equal(before.appendKey(nil), key) {
				t.Fatalf("adding %q changes a clone", m)
			}
			if same := bytes.Equal(s.appendKey(nil), key); same != before.has(m) {
				t.Fatalf("the key with %q is the one without it: %t", m, same)
			}
		}
		for i := range list {
			m := Message(list[len(list)-1-i])
			backwards.add(m)
			if !s.has(m) {
				t.Fatalf("%q is not in", m)
			}
		}
		for _, m := range []Message{"m1", "m2", "1", "m0", "", Message(input) + "1", "1000000000000000000"} {
			if s.has(m) != plain[m] {
				t.Fatalf("has(%q) is %t", m, !plain[m])
			}
		}
		if !bytes.Equal(s.appendKey(nil), backwards.appendKey(nil)) {
			t.Fatal("the order of adding shows in the key")
		}
		if s.size() > 2*len(plain) {
			t.Fatalf("%d entries for %d messages", s.size(), len(plain))
		}
	})
}
