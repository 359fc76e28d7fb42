//go:build unix

package trial

import (
	"syscall"
	"time"
)

// cpuTime returns the user and system time of this program so far, 0 where it
// is not known.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
