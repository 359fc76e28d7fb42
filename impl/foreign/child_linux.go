package foreign

import (
	"os"
	"syscall"
)

// attributes puts a process into a group of its own, so that what it starts
// ends with it, and lets the kernel kill it when this program dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
