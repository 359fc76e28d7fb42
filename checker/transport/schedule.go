package transport

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/items"
	"fairloss/spec"
)

// Schedule is what a run is made under: the messages, and the faults of the
// network. The zero value sends nothing.
type Schedule struct {
	Seed  uint64 // of crypto/rand and all that draws from it
	Sends []Send // in their order
	Plan  chaos.Plan
}

// Send is one message from process 0 to process 1.
type Send struct {
	Message spec.Message
	After   time.Duration // since the Send before has returned
}

// String returns the send as Parse reads it.
func (s Send) String() string {
	text := "send 0>1 " + quote(string(s.Message))
	if s.After != 0 {
		text += " " + s.After.String()
	}
	return text
}

// manyBytes is when a message that repeats itself is written shorter.
const manyBytes = 64

// quote quotes a message. A long one that is the same bytes again and again is
// quoted once, with their number.
func quote(m string) string {
	if len(m) < manyBytes {
		return strconv.Quote(m)
	}
	period := 1 + strings.Index((m + m)[1:], m)
	if period > len(m)/2 {
		return strconv.Quote(m)
	}
	return fmt.Sprintf("%q*%d", m[:period], len(m)/period)
}

// Len is the length of a schedule: its messages and faults.
func (s Schedule) Len() int { return len(s.Sends) + len(s.Plan) }

// String returns the schedule as text, an item a line. Parse reads it.
func (s Schedule) String() string {
	var b strings.Builder
	for _, line := range s.lines() {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// Inline returns the schedule in one line, separated by "; ". Parse reads it.
func (s Schedule) Inline() string { return strings.Join(s.lines(), "; ") }

func (s Schedule) lines() []string {
	var lines []string
	if s.Seed != 0 {
		lines = append(lines, fmt.Sprintf("seed %d", s.Seed))
	}
	for _, send := range s.Sends {
		lines = append(lines, send.String())
	}
	for _, f := range s.Plan {
		lines = append(lines, f.String())
	}
	return lines
}

const (
	maxAfter   = time.Hour
	maxMessage = 1 << 20
)

// Parse reads a schedule: what chaos.Parse reads, and
//
//	seed 7                  of all that is random
//	send 0>1 "m" 5ms        process 0 sends m, 5 ms after the message before; the time may be left out
//	send 0>1 "m"*1000       process 0 sends m a thousand times, as one message
//
// An error is an *items.SyntaxError.
func Parse(text string) (Schedule, error) {
	var s Schedule
	if err := items.Read(text, s.item); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

func (s *Schedule) item(i *items.Item) error {
	switch word := i.Word(); word {
	case "seed":
		text := i.Word()
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil || s.Seed != 0 {
			return fmt.Errorf("seed %q: want one number", text)
		}
		s.Seed = n
	case "send":
		return s.send(i)
	default:
		f, err := chaos.ParseFault(word, i)
		if err != nil {
			return err
		}
		s.Plan = append(s.Plan, f)
	}
	return nil
}

func (s *Schedule) send(i *items.Item) error {
	from, to, err := i.Channel(2)
	if err != nil {
		return err
	}
	if from != 0 || to != 1 {
		return fmt.Errorf("send %d>%d: messages go from 0 to 1", from, to)
	}
	m, err := i.Quoted()
	if err != nil {
		return err
	}
	send := Send{Message: spec.Message(m)}
	text := i.Word()
	if count, repeated := strings.CutPrefix(text, "*"); repeated {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > maxMessage/max(1, len(m)) {
			return fmt.Errorf("%q: want a number, and at most %d bytes", text, maxMessage)
		}
		send.Message = spec.Message(strings.Repeat(m, n))
		text = i.Word()
	}
	if text != "" {
		if send.After, err = time.ParseDuration(text); err != nil || send.After < 0 || send.After > maxAfter {
			return fmt.Errorf("%q: want a time from 0s to %v", text, maxAfter)
		}
	}
	s.Sends = append(s.Sends, send)
	return nil
}
