package trial

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// patienceAtEnd is how long a process may take to close its link; then it is
// killed.
const patienceAtEnd = 10 * time.Second

// actor is one process of the operating system, in one of its lives.
type actor struct {
	assignment
	open    bool // its link runs
	command *exec.Cmd
	orders  io.WriteCloser
	errors  *bytes.Buffer
	reports chan report   // shared with the other actors
	ended   chan struct{} // closed when its last report is taken and it is reaped
	result  error         // of the process; valid when ended is closed
	ending  chan struct{} // closed where its end is wanted: it reports no end
}

// report is a line that an actor wrote; word is "" where that is none, and at
// its end.
type report struct {
	actor   *actor
	word    string
	numbers []int
	err     error // without a word: what it did, as "ended: …"
}

// startActor starts this program as a child. It reports to the channel until
// it ends.
func startActor(a assignment, socket *os.File, reports chan report) (*actor, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(program)
	c.Env = append(os.Environ(), childVariable+"="+string(text))
	c.ExtraFiles = []*os.File{socket}
	p := &actor{
		assignment: a, command: c, errors: &bytes.Buffer{}, reports: reports,
		ended: make(chan struct{}), ending: make(chan struct{}),
	}
	c.Stderr = p.errors
	if p.orders, err = c.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	go p.read(output)
	return p, nil
}

// read reports what the process writes, to the last line, and reaps it. Of the
// lines that are no reports, one is enough.
func (p *actor) read(output io.Reader) {
	lines, nonsense := bufio.NewScanner(output), false
	for lines.Scan() {
		r := p.parse(lines.Text())
		if r.err == nil || !nonsense {
			p.reports <- r
		}
		nonsense = nonsense || r.err != nil
	}
	p.result = p.command.Wait()
	select {
	case <-p.ending:
	default:
		err := fmt.Errorf("ended: %w: %s", errEnded(p.result), strings.TrimSpace(p.errors.String()))
		select {
		case p.reports <- report{actor: p, err: err}:
		case <-p.ending:
		}
	}
	close(p.ended)
}

// parse reads a line. A link that prints before its process is a child, as it is
// initialised, or goes around os.Stdout, may have written it.
func (p *actor) parse(line string) report {
	word, rest, _ := strings.Cut(line, " ")
	r := report{actor: p, word: word}
	fields := strings.Fields(rest)
	for _, field := range fields {
		if n, err := strconv.Atoi(field); err == nil {
			r.numbers = append(r.numbers, n)
		}
	}
	if n, known := reportNumbers[word]; !known || len(fields) != n || len(r.numbers) != n {
		return report{actor: p, err: fmt.Errorf("wrote %q to its standard output, which is for the reports of the trial", line)}
	}
	return r
}

func errEnded(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// order writes a line to the process. One that has ended cannot be told.
func (p *actor) order(word string) { _, _ = io.WriteString(p.orders, word+"\n") }

// kill kills the process, and returns when everything that it has reported is
// recorded and it is reaped.
func (p *actor) kill(record func(report) error) error {
	close(p.ending)
	// It fails only where the process has ended by itself.
	_ = p.command.Process.Kill()
	return p.wait(record)
}

// end ends the process in good order, or kills it where it takes too long. One
// that was killed it waits for.
func (p *actor) end(record func(report) error) error {
	select {
	case <-p.ending:
		return p.wait(record)
	default:
	}
	close(p.ending)
	p.order(orderEnd)
	alarm := time.AfterFunc(patienceAtEnd, func() { _ = p.command.Process.Kill() })
	defer alarm.Stop()
	err := p.wait(record)
	if p.result != nil {
		err = errors.Join(err, fmt.Errorf("process %d: %w: %s", p.Self, p.result, strings.TrimSpace(p.errors.String())))
	}
	return err
}

// wait records reports, of all processes, until this one is reaped.
func (p *actor) wait(record func(report) error) (err error) {
	for {
		select {
		case r := <-p.reports:
			err = errors.Join(err, record(r))
		case <-p.ended:
			return err
		}
	}
}
