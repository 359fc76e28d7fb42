package foreign

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	maxLine   = 1 << 20     // bytes of a line of output
	drainTime = time.Second // after the end of a program, for what holds its standard error open
	maxStderr = 1 << 11     // bytes that are kept
)

// The ways in which a line is not read.
var (
	errSilent = errors.New("nothing was written in time")
	errEnded  = errors.New("the output has ended")
	errLong   = fmt.Errorf("is longer than %d bytes", maxLine)
)

// child is a process of the operating system that reads and writes lines.
type child struct {
	command string
	cmd     *exec.Cmd
	in, out *os.File // its input and output, our ends
	lines   *bufio.Reader
	line    []byte // read last
	stderr  tail
	ended   chan struct{} // closed when it is reaped
	exit    error         // valid when ended is closed
}

// startChild starts a program with its arguments, of which there is at least
// one. The operating system kills it when this program dies, where it can.
func startChild(command []string) (*child, error) {
	c := &child{command: strings.Join(command, " "), cmd: exec.Command(command[0], command[1:]...), ended: make(chan struct{})}
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), in.Close())
	}
	c.in, c.out, c.lines = in, out, bufio.NewReader(out)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr, c.cmd.WaitDelay = stdin, stdout, &c.stderr, drainTime
	c.cmd.SysProcAttr = attributes()
	started := make(chan error)
	go c.run(started)
	err = <-started
	err = errors.Join(err, stdin.Close(), stdout.Close())
	if err != nil {
		return nil, errors.Join(err, in.Close(), out.Close())
	}
	return c, nil
}

// run starts the process and waits for its end on one thread, whose death would
// be that of the process.
func (c *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	c.exit = c.cmd.Wait()
	killGroup(c.cmd.Process)
	close(c.ended)
}

// write hands lines to the process.
func (c *child) write(lines []byte, deadline time.Time) error {
	if err := c.in.SetWriteDeadline(deadline); err != nil {
		return errEnded
	}
	_, err := c.in.Write(lines)
	return ending(err)
}

// read returns the next line, without its end, valid until the next call. With
// an error it is what there is of the line.
func (c *child) read(deadline time.Time) (line []byte, err error) {
	c.line = c.line[:0]
	if err := c.out.SetReadDeadline(deadline); err != nil {
		return nil, errEnded
	}
	for {
		part, err := c.lines.ReadSlice('\n')
		c.line = append(c.line, part...)
		switch {
		case len(c.line) > maxLine:
			return c.line, errLong
		case err == bufio.ErrBufferFull:
		case err != nil:
			return c.line, ending(err)
		default:
			return c.line[:len(c.line)-1], nil
		}
	}
}

// ending returns errSilent or errEnded for an error of a pipe, nil for nil.
func ending(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSilent
	}
	return errEnded
}

// stop ends the process, by the end of its input or, where that is in vain, by
// force. It reports whether it ended by itself.
func (c *child) stop(grace time.Duration) (byItself bool) {
	c.in.Close()
	byItself = true
	select {
	case <-c.ended:
	case <-time.After(grace):
		byItself = false
		killGroup(c.cmd.Process)
		<-c.ended
	}
	c.out.Close()
	return byItself
}

// manner says how the process ended, once it has.
func (c *child) manner() string {
	var exit *exec.ExitError
	switch {
	case c.exit == nil:
		return "exited"
	case errors.As(c.exit, &exit) && exit.Exited():
		return fmt.Sprintf("exited with status %d", exit.ExitCode())
	}
	return "ended: " + c.exit.Error()
}

// complaint is the end of what the process wrote to its standard error, ready
// to be appended to an error, "" where that is nothing.
func (c *child) complaint() string {
	text := c.stderr.String()
	if text == "" {
		return ""
	}
	return "\nits standard error ends:\n    " + strings.ReplaceAll(text, "\n", "\n    ")
}

// tail is a writer that keeps the end of what is written.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

var _ io.Writer = (*tail)(nil)

// Write keeps the last bytes.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - maxStderr; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}

// String returns what is kept, without white space around it.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.kept))
}
