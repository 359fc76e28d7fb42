package spec

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// payloads is a set of messages. Where messages are numbered densely (a fixed
// prefix, then 1, 2, 3, … without leading zeros) it costs memory only for the
// gaps, otherwise for each distinct message.
type payloads struct {
	runs  map[string]*run
	other map[Message]struct{}
}

// run is a set of numbers: 1 to low, and those above.
type run struct {
	low   uint64
	above map[uint64]struct{}
}

// number splits a message into prefix and number; ok is false where it does
// not end in a decimal number without leading zeros, or the number is huge.
func number(m Message) (prefix string, n uint64, ok bool) {
	i := len(m)
	for i > 0 && m[i-1] >= '0' && m[i-1] <= '9' {
		i--
	}
	digits := m[i:]
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' {
		return "", 0, false
	}
	for _, d := range []byte(digits) {
		n = n*10 + uint64(d-'0')
	}
	return string(m[:i]), n, true
}

func (s *payloads) has(m Message) bool {
	prefix, n, ok := number(m)
	if !ok {
		_, in := s.other[m]
		return in
	}
	r := s.runs[prefix]
	if r == nil {
		return false
	}
	_, in := r.above[n]
	return n <= r.low || in
}

func (s *payloads) add(m Message) {
	prefix, n, ok := number(m)
	if !ok {
		if s.other == nil {
			s.other = map[Message]struct{}{}
		}
		s.other[m] = struct{}{}
		return
	}
	if s.runs == nil {
		s.runs = map[string]*run{}
	}
	r := s.runs[prefix]
	if r == nil {
		r = &run{above: map[uint64]struct{}{}}
		s.runs[prefix] = r
	}
	if n > r.low {
		r.above[n] = struct{}{}
	}
	for {
		if _, next := r.above[r.low+1]; !next {
			return
		}
		r.low++
		delete(r.above, r.low)
	}
}

func (s *payloads) clone() payloads {
	c := payloads{other: maps.Clone(s.other)}
	if s.runs != nil {
		c.runs = make(map[string]*run, len(s.runs))
		for prefix, r := range s.runs {
			c.runs[prefix] = &run{low: r.low, above: maps.Clone(r.above)}
		}
	}
	return c
}

func (s *payloads) appendKey(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s.other)))
	for _, m := range sortedKeys(s.other, compareMessages) {
		b = appendMessage(b, m)
	}
	b = binary.AppendUvarint(b, uint64(len(s.runs)))
	for _, prefix := range sortedKeys(s.runs, strings.Compare) {
		r := s.runs[prefix]
		b = appendMessage(b, Message(prefix))
		b = binary.AppendUvarint(b, r.low)
		b = binary.AppendUvarint(b, uint64(len(r.above)))
		for _, n := range sortedKeys(r.above, cmp.Compare[uint64]) {
			b = binary.AppendUvarint(b, n)
		}
	}
	return b
}

func appendMessage(b []byte, m Message) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	return append(b, m...)
}

func appendChannel(b []byte, c Channel) []byte {
	b = binary.AppendVarint(b, int64(c.From))
	return binary.AppendVarint(b, int64(c.To))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func compareMessages(a, b Message) int { return strings.Compare(string(a), string(b)) }

func sortedKeys[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(m), compare)
}
