package transport

// PID is the process of the worker, 0 where none runs.
func (w *Worker) PID() int {
	if w.process == nil {
		return 0
	}
	return w.process.cmd.Process.Pid
}
