package transport

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/cryptotest"
	"time"

	"fairloss/checker"
)

// workerVariable is the environment variable that makes a test binary a worker:
// it holds the name of the test, a line break and that of the transport.
const workerVariable = "FAIRLOSS_TRANSPORT_WORKER"

// request asks a worker for a run.
type request struct {
	Schedule string
	Packets  bool
}

// reply is what a worker answers. The functions of properties stay behind.
type reply struct{ Result Result }

// Serve makes this process a worker, where NewWorker has started it as one, and
// then returns true when there is nothing left to do: the caller returns too.
// Every test that makes a Worker calls Serve before, with the same transport.
func Serve(t *testing.T, tr Transport) bool {
	job, isWorker := os.LookupEnv(workerVariable)
	if !isWorker {
		return false
	}
	if job != jobOf(t, tr) {
		return true // it is for another transport of this test
	}
	cryptotest.SetGlobalRandom(t, 0) // it panics where the test is parallel: better here than in a run
	syscall.CloseOnExec(3)           // a process that the transport starts must not keep
	syscall.CloseOnExec(4)           // the pipes open when this one has ended
	s := server{tr: tr, answers: gob.NewEncoder(os.NewFile(4, "answers"))}
	if err := s.serve(t, gob.NewDecoder(os.NewFile(3, "requests"))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func jobOf(t *testing.T, tr Transport) string { return t.Name() + "\n" + tr.Name }

// server answers the requests of one worker.
type server struct {
	tr Transport

	mu       sync.Mutex // what answers first ends the request
	answered bool
	answers  *gob.Encoder
}

// serve answers requests until there are no more. It says first that it is there.
func (s *server) serve(t *testing.T, requests *gob.Decoder) error {
	if err := s.answers.Encode(reply{}); err != nil {
		return err
	}
	for {
		var q request
		if err := requests.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		schedule, err := Parse(q.Schedule)
		if err != nil {
			return err
		}
		stop := s.watch()
		result := run(t, s.tr, schedule, q.Packets)
		stop()
		if t.Failed() && result.Clean() { // nobody reads what the test of a worker says
			verdicts(result.Judgements).violate(Panic, "the transport fails its test, as testing.T.Error does")
		}
		if err := s.answer(result); err != nil {
			return err
		}
		if !result.Clean() {
			os.Exit(0) // what is left of the run must not disturb the next
		}
	}
}

func (s *server) answer(r Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered = true
	return s.answers.Encode(reply{r})
}

// watch ends the process, with an answer, if it is not stopped in time.
func (s *server) watch() (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered = false
	timer := time.AfterFunc(s.tr.limit(), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.answered {
			return
		}
		v := newVerdicts()
		v.violate(Livelock, "%s", restless(s.tr.limit()))
		_ = s.answers.Encode(reply{Result{Judgements: append(s.tr.unjudged(), v...)}})
		os.Exit(0)
	})
	return func() { timer.Stop() }
}

// unjudged returns judgements that leave the guarantee open.
func (tr Transport) unjudged() []checker.Judgement {
	var list []checker.Judgement
	for _, p := range tr.Guarantee.Properties {
		list = append(list, checker.Judgement{Property: p, Broken: -1, Reason: "the run did not come to its end"})
	}
	return list
}

// restless describes what keeps the latest bubble from its end.
func restless(limit time.Duration) string {
	busy := slices.DeleteFunc(bubble(), func(stack string) bool {
		head, _, _ := strings.Cut(stack, "\n")
		return strings.Contains(head, "durable")
	})
	return fmt.Sprintf("the run has not come to its end within %v on the clock of this machine: a goroutine runs in circles while virtual time stands still, or waits for something outside of the bubble\n%s",
		limit, excerpt(busy))
}

// restore gives the properties of a result that came from a worker their
// functions back.
func (tr Transport) restore(r *Result) {
	for i, j := range r.Judgements {
		if p, claimed := tr.claims(j.Property.ID); claimed {
			r.Judgements[i].Property = p
		}
	}
}
