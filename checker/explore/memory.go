package explore

import (
	"os"
	"regexp"
	"strconv"

	"fairloss/checker/world"
)

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB$`)

// peakMemory returns the most memory that the process has had, in bytes; 0
// where the operating system does not say, as Linux does.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	m := highWater.FindSubmatch(status)
	if m == nil {
		return 0
	}
	kilobytes, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return 0
	}
	return kilobytes << 10
}

// learnt is the memory of a System, counted anew whenever that has grown by an
// eighth: so counting costs constant time for each thing learnt.
type learnt struct{ size, counted int }

func (l *learnt) bytes(sys *world.System) int {
	if size := sys.Size(); size > l.size+l.size/8 || l.size == 0 {
		l.size, l.counted = size, sys.Bytes()
	}
	return l.counted
}

// BytesPerState is memory divided by states: the most that the process has
// had, or what the search counts itself where the operating system does not
// say. It is 0 where there is no state.
func (c Coverage) BytesPerState() (bytes float64, ofProcess bool) {
	if ofProcess = c.Peak > 0; ofProcess {
		return float64(c.Peak) / float64(max(1, c.States)), true
	}
	return float64(c.Bytes) / float64(max(1, c.States)), false
}
