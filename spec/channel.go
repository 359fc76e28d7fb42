package spec

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Channel is an ordered pair of processes: what From sends to To. The zero
// value is no channel, since no process sends to itself.
type Channel struct{ From, To Process }

// String returns the channel as ParseChannel reads it: "0>1".
func (c Channel) String() string { return fmt.Sprintf("%d>%d", c.From, c.To) }

// Reverse returns the channel that leads back.
func (c Channel) Reverse() Channel { return Channel{c.To, c.From} }

// Compare orders channels by sender, then by receiver.
func (c Channel) Compare(d Channel) int {
	return cmp.Or(cmp.Compare(c.From, d.From), cmp.Compare(c.To, d.To))
}

// ParseChannel is the inverse of Channel.String, for processes up to 255. The
// error says what was expected.
func ParseChannel(text string) (Channel, error) {
	from, to, _ := strings.Cut(text, ">")
	p, err1 := strconv.ParseUint(from, 10, 8)
	q, err2 := strconv.ParseUint(to, 10, 8)
	c := Channel{Process(p), Process(q)}
	switch {
	case err1 != nil || err2 != nil || c.String() != text:
		return Channel{}, errors.New("want two processes, as 0>1")
	case p == q:
		return Channel{}, errors.New("a process does not send to itself")
	}
	return c, nil
}

// Channels returns every channel among n processes, in the order of
// Channel.Compare.
func Channels(n int) []Channel {
	var list []Channel
	for p := range Process(n) {
		for q := range Process(n) {
			if p != q {
				list = append(list, Channel{p, q})
			}
		}
	}
	return list
}
