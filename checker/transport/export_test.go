package transport

import "os/exec"

// Watch has every command handed to record with which a process is started.
func (w *Worker) Watch(record func(*exec.Cmd)) {
	command := w.command
	w.command = func() *exec.Cmd {
		cmd := command()
		record(cmd)
		return cmd
	}
}
