package foreign

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// node is a program that speaks the message format of Maelstrom: it may write
// at any time.
type node struct {
	child *child
	name  string

	mu      sync.Mutex
	heard   []message // written and not taken
	failure error     // why there will be no more
	arrived chan struct{}
}

// message is a line in that format.
type message struct {
	Src  string          `json:"src"`
	Dest string          `json:"dest"`
	Body json.RawMessage `json:"body"`
}

// body is what is read of the body of a message to a client.
type body struct {
	Type     string            `json:"type"`
	Messages []json.RawMessage `json:"messages"`
	Text     string            `json:"text"`
}

func startNode(name string, command []string) (*node, error) {
	c, err := startChild(command)
	if err != nil {
		return nil, err
	}
	n := &node{child: c, name: name, arrived: make(chan struct{}, 1)}
	go n.listen()
	return n, nil
}

// listen takes what the program writes, until it ends or writes nonsense.
func (n *node) listen() {
	for number := 1; ; number++ {
		line, err := n.child.read(time.Time{})
		var m message
		if err == nil {
			m, err = parseMessage(line, n.name)
		}
		if err != nil {
			n.hear(message{}, n.broken(number, line, err))
			return
		}
		n.hear(m, nil)
	}
}

// hear keeps a message, or the reason why there will be no more.
func (n *node) hear(m message, failure error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if failure != nil {
		n.failure = failure
	} else {
		n.heard = append(n.heard, m)
	}
	select {
	case n.arrived <- struct{}{}:
	default:
	}
}

// broken says why there is no message in a line.
func (n *node) broken(number int, line []byte, err error) error {
	var text string
	switch {
	case err != errEnded:
		text = fmt.Sprintf("line %d of its output %v: %s", number, err, brief(string(line)))
	case len(line) > 0:
		text = fmt.Sprintf("its output ends in the middle of line %d, %s", number, brief(string(line)))
	default:
		n.child.stop(exitLimit)
		text = "it " + n.child.manner()
	}
	return fmt.Errorf("%s: %s%s", n.child.command, text, n.child.complaint())
}

// parseMessage reads a line that the program of that name wrote. The error says
// what it is instead.
func parseMessage(line []byte, name string) (m message, err error) {
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("is no message: %w", err)
	}
	switch {
	case m.Src != name:
		return m, fmt.Errorf(`has "src" %q, want %q`, m.Src, name)
	case m.Dest == "":
		return m, errors.New(`has no "dest"`)
	case len(m.Body) == 0 || m.Body[0] != '{':
		return m, errors.New(`has no "body" that is an object`)
	}
	return m, nil
}

// tell hands a message to the program. What is wrong with it shows when it is
// listened to.
func (n *node) tell(src string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic("foreign: " + err.Error())
	}
	line, err := json.Marshal(message{src, n.name, raw})
	if err != nil {
		panic("foreign: " + err.Error())
	}
	if n.child.write(append(line, '\n'), time.Now().Add(answerLimit)) == errSilent {
		n.hear(message{}, fmt.Errorf("%s: it has not read for %v", n.child.command, answerLimit))
	}
}

// take returns what the program has written since it was asked last.
func (n *node) take() ([]message, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	heard := n.heard
	n.heard = nil
	if len(heard) > 0 {
		return heard, nil
	}
	return nil, n.failure
}

// wait waits until the program has written something, or will not.
func (n *node) wait(end <-chan time.Time) bool {
	select {
	case <-n.arrived:
		return true
	case <-end:
		return false
	}
}
