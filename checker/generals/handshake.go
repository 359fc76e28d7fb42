package generals

import (
	"fmt"
	"strconv"

	"fairloss/spec"
)

// Handshake returns the handshake of so many messages: A sends message 1 if it
// has the order, and who receives message n answers with n+1, up to the last.
// A general attacks once it has sent or received message enough: with 1 it is
// bold, with the last it waits for the whole handshake. It panics unless
// 1 ≤ enough ≤ messages.
func Handshake(messages, enough int) Protocol {
	if enough < 1 || enough > messages {
		panic(fmt.Sprintf("generals: handshake of %d messages, of which %d are enough", messages, enough))
	}
	start := shaker{last: messages, enough: enough}
	return Protocol{
		Name: fmt.Sprintf("handshake of %d", messages), Rounds: messages,
		Doc: fmt.Sprintf("A general attacks once it has sent or received message %d.", enough),
		A: func(order bool) General {
			a := start
			a.due = order
			return &a
		},
		B: func() General { b := start; return &b },
	}
}

// shaker is a general that shakes hands.
type shaker struct {
	last, enough int
	met          int  // number of the last message that it has sent or received
	due          bool // the next one is to be sent
}

func (g *shaker) Send(int) []spec.Message {
	if !g.due || g.met == g.last {
		return nil
	}
	g.due = false
	g.met++
	return []spec.Message{spec.Message(strconv.Itoa(g.met))}
}

func (g *shaker) Receive(int, spec.Message) {
	g.met++
	g.due = true
}

func (g *shaker) Attack() bool { return g.met >= g.enough }
