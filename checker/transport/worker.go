package transport

import (
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"fairloss/spec"
)

// Worker makes runs in processes of their own: the test binary, started again
// for the same test, with GOMAXPROCS=1, which makes runs repeatable. One process
// makes many runs, until one of them leaves it broken or ends it; the next run
// gets a new one. It needs pipes that a process inherits, which Windows has not.
type Worker struct {
	tr      Transport
	command func() *exec.Cmd
	process *process // nil where none runs
	started int
}

// NewWorker returns a worker for a test that has called Serve, and panics in a
// process that is a worker itself, where that was left out. No process runs yet.
// Close it.
func NewWorker(t *testing.T, tr Transport) *Worker {
	if _, isWorker := os.LookupEnv(workerVariable); isWorker {
		panic("transport: NewWorker in a test that did not call Serve, or did not return when it said so")
	}
	return &Worker{tr: tr, command: func() *exec.Cmd {
		var pattern []string
		for part := range strings.SplitSeq(t.Name(), "/") {
			pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
		}
		args := []string{"-test.run=" + strings.Join(pattern, "/"), "-test.timeout=0", "-test.count=1"}
		cmd := exec.Command(os.Args[0], append(args, ownFlags(os.Args[1:])...)...)
		cmd.Env = append(os.Environ(), workerVariable+"="+jobOf(t, tr), "GOMAXPROCS=1")
		return cmd
	}}
}

// ownFlags leaves out the flags of the testing package.
func ownFlags(args []string) []string {
	var own []string
	for _, a := range args {
		if !strings.HasPrefix(strings.TrimLeft(a, "-"), "test.") {
			own = append(own, a)
		}
	}
	return own
}

// Started is how many processes were started.
func (w *Worker) Started() int { return w.started }

// Close ends the process, if one runs.
func (w *Worker) Close() {
	if w.process != nil {
		w.process.end()
		w.process = nil
	}
}

// Run makes one run. Packets are recorded where they are asked for. An error
// says that no worker could be started. If a process that has made other runs
// ends in this one, the run is made again in a new process: where that holds,
// what ended the first is something that outlives a run, and the reason says so.
func (w *Worker) Run(s Schedule, packets bool) (Result, error) {
	fresh := w.process == nil
	r, err := w.attempt(s, packets)
	if err != nil || r.Clean() || fresh {
		return r, err
	}
	again, err := w.attempt(s, packets)
	if err != nil || !again.Clean() {
		return again, err
	}
	for i, j := range r.Judgements {
		if j.Verdict == spec.Violated && IsConduct(j.Property) {
			r.Judgements[i].Reason = "only after other runs in the same process: something at package level outlives a run, which Transport.Reset must make new\n" + j.Reason
		}
	}
	return r, nil
}

func (w *Worker) attempt(s Schedule, packets bool) (Result, error) {
	if w.process == nil {
		p, err := start(w.command())
		if err != nil {
			return Result{}, err
		}
		w.process = p
		w.started++
	}
	r, err := w.process.run(request{s.String(), packets}, 3*w.tr.limit())
	if err != nil {
		r = Result{Judgements: w.tr.unjudged()}
		v := newVerdicts()
		p, reason := w.process.obituary(err)
		v.violate(p, "%s", reason)
		r.Judgements = append(r.Judgements, v...)
	}
	w.tr.restore(&r)
	if !r.Clean() {
		w.Close()
	}
	return r, nil
}

// process is a running worker process.
type process struct {
	cmd      *exec.Cmd
	requests *os.File
	asks     *gob.Encoder
	answers  chan Result // closed when there are no more
	said     output
	stuck    bool
	ended    bool
	err      error // how it ended
}

// start starts a process and waits until it is there.
func start(cmd *exec.Cmd) (*process, error) {
	theirRequests, requests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	answers, theirAnswers, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirRequests.Close(), requests.Close())
	}
	p := &process{cmd: cmd, requests: requests, asks: gob.NewEncoder(requests), answers: make(chan Result, 1)}
	cmd.ExtraFiles = []*os.File{theirRequests, theirAnswers}
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	cmd.WaitDelay = time.Second
	err = errors.Join(cmd.Start(), theirRequests.Close(), theirAnswers.Close())
	if err != nil {
		return nil, errors.Join(err, requests.Close(), answers.Close())
	}
	go p.read(answers)
	if _, ok := <-p.answers; !ok {
		p.end()
		return nil, fmt.Errorf("transport: the test binary, run again as a worker, did not come to its transport: %s", p.said.String())
	}
	return p, nil
}

// read reads answers until there are no more.
func (p *process) read(from *os.File) {
	defer from.Close()
	defer close(p.answers)
	decoder := gob.NewDecoder(from)
	for {
		var r reply
		if err := decoder.Decode(&r); err != nil {
			return
		}
		p.answers <- r.Result
	}
}

// errStuck says that a process had to be killed.
var errStuck = errors.New("it does not answer")

func (p *process) run(q request, limit time.Duration) (Result, error) {
	p.said.reset()
	if err := p.asks.Encode(q); err != nil {
		return Result{}, err
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r, ok := <-p.answers:
		if !ok {
			return Result{}, errors.New("it has ended")
		}
		return r, nil
	case <-timer.C:
		p.stuck = true
		return Result{}, errStuck
	}
}

// end ends the process and waits until it is gone.
func (p *process) end() error {
	if p.ended {
		return p.err
	}
	p.ended = true
	p.requests.Close()
	if p.stuck {
		_ = p.cmd.Process.Kill() // it may have ended by itself
	}
	timer := time.AfterFunc(endLimit, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	p.err = p.cmd.Wait()
	for range p.answers { // let read come to its end
	}
	return p.err
}

// endLimit is how long a process may take to end when it is asked to.
const endLimit = 10 * time.Second

// obituary waits for the end of a process that gave no answer and says what
// property that violates, and how.
func (p *process) obituary(cause error) (spec.Property, string) {
	stuck := errors.Is(cause, errStuck)
	ended := p.end()
	text := p.said.String()
	switch at := lineWith(text, "panic: ", "fatal error: "); {
	case stuck:
		return Livelock, "the process did not answer in time, and could not even say so: it was killed"
	case at >= 0 && strings.HasPrefix(text[at:], "panic: "):
		return Panic, shorten(text[at:])
	case at >= 0:
		return Fatal, shorten(text[at:])
	default:
		return Fatal, strings.TrimSpace(fmt.Sprintf("the process ended: %v\n%s", ended, shorten(text)))
	}
}

// lineWith returns where the first line begins that begins with one of these, or -1.
func lineWith(text string, beginnings ...string) int {
	at := 0
	for line := range strings.Lines(text) {
		for _, b := range beginnings {
			if strings.HasPrefix(line, b) {
				return at
			}
		}
		at += len(line)
	}
	return -1
}

const maxOutput = 1 << 18

// output keeps the first part of what a process says in one run.
type output struct {
	mu   sync.Mutex
	text []byte
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, b[:min(len(b), maxOutput-len(o.text))]...)
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

func (o *output) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = o.text[:0]
}
