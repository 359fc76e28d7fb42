package transport

import (
	"os/exec"
	"testing"
)

// WorkerVariable is set in the environment of a worker.
const WorkerVariable = workerVariable

// Watch has every command handed to record with which a process is started.
func (w *Worker) Watch(record func(*exec.Cmd)) {
	command := w.command
	w.command = func() *exec.Cmd {
		cmd := command()
		record(cmd)
		return cmd
	}
}

// RunBriefly is Run as a campaign makes it: with no packets in the history but
// those that a property reads.
func RunBriefly(t *testing.T, tr Transport, s Schedule) Result { return run(t, tr, s, false) }
