package transport

import "os/exec"

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
