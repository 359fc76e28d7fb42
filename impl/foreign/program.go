package foreign

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

const (
	helloLimit  = 30 * time.Second // for a program to start
	answerLimit = 4 * time.Second  // for an answer: less than linktest gives a handler in Go
	exitLimit   = 10 * time.Second // for a program to exit, at the end of its input
)

// Program is a program that runs. It handles one event at a time, whoever
// asks; it is safe for concurrent use.
type Program struct {
	child  *child
	link   impl.Link
	offers offers
	limit  time.Duration // for an answer
	grace  time.Duration // for the exit

	mu       sync.Mutex
	written  int // lines
	answered int // lines that it wrote
	lines    []byte
	failure  error // why it is asked no more
	born     uint64

	gone sync.Mutex
	drop []uint64 // instances that it may forget, and does not know yet
}

// Start starts a program, which is a command and its arguments, and reads its
// first line, the hello. Close it in the end. An error says what is wrong with
// the command or quotes the line.
func Start(command ...string) (*Program, error) {
	if len(command) == 0 {
		return nil, errors.New("foreign: no command")
	}
	c, err := startChild(command)
	if err != nil {
		return nil, fmt.Errorf("foreign: %w", err)
	}
	p := &Program{child: c, limit: answerLimit, grace: exitLimit}
	line, err := c.read(time.Now().Add(helloLimit))
	p.answered++
	if err == nil {
		if p.link, p.offers, err = parseHello(line); err == nil {
			p.link.New = p.instance
			return p, nil
		}
	}
	return nil, fmt.Errorf("foreign: %w", p.fail(err, line, "wrote a hello", helloLimit))
}

// Link returns the link that the program is: name, claim and assumptions are
// those of its hello. Its instances last as long as the program.
func (p *Program) Link() impl.Link {
	link := p.link
	link.Messages = slices.Clone(link.Messages)
	return link
}

// Close ends the program: by the end of its input and, where it does not exit
// within ten seconds, by force, which is an error. The instances of its link fail
// from then on.
func (p *Program) Close() error {
	if !p.child.stop(p.grace) {
		return fmt.Errorf("foreign: %s did not exit within %v after the end of its input, and was killed", p.child.command, p.grace)
	}
	return nil
}

// TB is what Link needs of a *testing.T.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(f func())
}

// Link starts a program and returns its link, for a test at whose end it is
// closed. The test fails where that does not work.
func Link(t TB, command ...string) impl.Link {
	t.Helper()
	p, err := Start(command...)
	if err != nil {
		t.Fatal(err)
		return impl.Link{}
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return p.Link()
}

// instance makes an end of the link. The program learns of it by its first
// event.
func (p *Program) instance(self spec.Process, peers []spec.Process) impl.Layer {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.born++
	l := &layer{program: p, instance: p.born, self: self, peers: slices.Clone(peers)}
	if p.offers.confirmed {
		return confirmer{l}
	}
	return l
}

// forget says that nobody has the instance any more. It does not block.
func (p *Program) forget(instance uint64) {
	p.gone.Lock()
	defer p.gone.Unlock()
	p.drop = append(p.drop, instance)
}

// ask tells the program of an event and returns its answer. After the first
// error it always returns that.
func (p *Program) ask(e *event) (answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failure != nil {
		return answer{}, p.failure
	}
	p.lines = p.lines[:0]
	p.dropGone()
	begin := len(p.lines)
	p.append(e)
	deadline := time.Now().Add(p.limit)
	err := p.child.write(p.lines, deadline)
	var line []byte
	if err == nil {
		line, err = p.child.read(deadline)
		p.answered++
	}
	var a answer
	if err == nil {
		a, err = parseAnswer(line, p.written, p.offers, e)
	}
	if err != nil {
		asked := p.lines[begin : len(p.lines)-1]
		p.failure = p.fail(err, line, fmt.Sprintf("answered line %d of its input, %s", p.written, brief(string(asked))), p.limit)
	}
	return a, p.failure
}

func (p *Program) append(e *event) {
	p.written++
	p.lines = e.appendLine(p.lines, p.written)
}

func (p *Program) dropGone() {
	p.gone.Lock()
	defer p.gone.Unlock()
	for _, instance := range p.drop {
		p.append(&event{kind: drop, instance: instance})
	}
	p.drop = p.drop[:0]
}

// fail ends the program and returns the error that says why: because of the
// line that it wrote last, or because it wrote none and should have done what.
func (p *Program) fail(err error, line []byte, what string, limit time.Duration) error {
	grace := time.Duration(0)
	if err == errEnded {
		grace = p.grace // it has closed its output, and has perhaps not exited yet
	}
	p.child.stop(grace)
	var text string
	switch {
	case err == errSilent:
		text = fmt.Sprintf("%v passed before it %s", limit, what)
	case err == errEnded && len(line) > 0:
		text = fmt.Sprintf("its output ends in the middle of line %d, %s, before it %s", p.answered, brief(string(line)), what)
	case err == errEnded:
		text = fmt.Sprintf("it %s before it %s", p.child.manner(), what)
	case p.written == 0:
		text = fmt.Sprintf("line 1 of its output, the hello, %v: %s", err, brief(string(line)))
	default:
		text = fmt.Sprintf("line %d of its output %v: %s (it %s)", p.answered, err, brief(string(line)), what)
	}
	return fmt.Errorf("%s: %s%s", p.child.command, text, p.child.complaint())
}
