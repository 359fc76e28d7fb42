package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// StreamPrefix is the property PREFIX, of byte streams: where messages end does
// not count. That all of a stream arrives is for another property to say.
var StreamPrefix = Property{
	ID: "PREFIX", Name: "stream prefix", Class: Safety, Source: "RFC 9293 (TCP), section 3.4: one ordered sequence of bytes",
	Sentence: "What was delivered on a channel, joined, is a prefix of what was sent on it, joined.",
	Reads:    KindsOf(Send, Deliver), Tested: Deliver,
	New: func() Monitor { return &streamPrefix{} },
}

// streamPrefix is the monitor of PREFIX: of each channel what is sent and not
// delivered.
type streamPrefix struct{ ahead map[Channel]stream }

// stream is the pieces of a stream, without so many bytes of the first one. Its
// clones share the pieces.
type stream struct {
	pieces []Message
	gone   int
}

func (s *streamPrefix) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Deliver:
		return s.deliver(e, i)
	case e.Kind == Send && i.message != "":
		if s.ahead == nil {
			s.ahead = map[Channel]stream{}
		}
		ahead := s.ahead[i.Channel]
		s.ahead[i.Channel] = stream{append(ahead.pieces, i.message), ahead.gone}
	}
	return ""
}

func (s *streamPrefix) deliver(e Event, i instance) string {
	ahead := s.ahead[i.Channel]
	for got := string(i.message); got != ""; {
		if len(ahead.pieces) == 0 {
			return fmt.Sprintf("process %d delivers %q from process %d, %d bytes more than it sent", e.Process, e.Message, e.Peer, len(got))
		}
		next := string(ahead.pieces[0])[ahead.gone:]
		n := min(len(got), len(next))
		if got[:n] != next[:n] {
			return fmt.Sprintf("process %d delivers %q from process %d, whose stream goes on with other bytes", e.Process, e.Message, e.Peer)
		}
		got, ahead.gone = got[n:], ahead.gone+n
		if n == len(next) {
			ahead = stream{pieces: ahead.pieces[1:]}
		}
	}
	if len(ahead.pieces) > 0 {
		s.ahead[i.Channel] = ahead
	} else {
		delete(s.ahead, i.Channel)
	}
	return ""
}

func (s *streamPrefix) Owed() []Obligation { return nil }

// AppendKey appends the bytes that are ahead: how they are cut into pieces has
// no future.
func (s *streamPrefix) AppendKey(b []byte) []byte {
	for _, c := range sortedKeys(s.ahead, Channel.Compare) {
		rest := slices.Clone(s.ahead[c].pieces)
		rest[0] = rest[0][s.ahead[c].gone:]
		n := 0
		for _, m := range rest {
			n += len(m)
		}
		b = binary.AppendUvarint(appendChannel(b, c), uint64(n))
		for _, m := range rest {
			b = append(b, m...)
		}
	}
	return b
}

func (s *streamPrefix) Clone() Monitor {
	c := &streamPrefix{maps.Clone(s.ahead)}
	for ch, ahead := range c.ahead {
		c.ahead[ch] = stream{slices.Clip(ahead.pieces), ahead.gone}
	}
	return c
}
