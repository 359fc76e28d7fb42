package timed

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"fairloss/spec"
)

// Everyone stands for every process where a process is named; in a Stream, for
// every process but the other one. It is spelled *.
const Everyone spec.Process = -1

// Conditions is what a run is made under. The zero value is calm: no delay,
// perfect clocks, nothing sent, ten seconds. Times are real ones, from the
// start of the run, except where a clock is spoken of.
type Conditions struct {
	Seed uint64        // of all that is drawn
	End  time.Duration // how long the run is; 0 means DefaultEnd

	Delay Range         // of a packet on its way
	Early Range         // its delay until Until; zero means Delay
	Until time.Duration // Loss, Duplicate and Early last so long; 0 means for the whole run
	Edges float64       // probability that a drawn time, of a delay or a timer, is one end of its range

	Loss      float64 // probability that a packet is lost
	Duplicate float64 // probability that a packet arrives twice

	Bandwidth int // bytes per second of each channel; 0 means no limit
	Queue     int // packets of a channel that wait for bandwidth, more are lost; 0 means no limit
	Inbox     int // packets that wait for a process, more are lost; 0 means no limit

	Sends  []Stream
	Drifts []Drift
	Jumps  []Jump
	Pauses []Interval // the process does nothing; what arrives waits
	Downs  []Interval // the process has crashed, between two events that it handles, and recovers at the end
	Works  []Work
}

// DefaultEnd is how long a run is whose End is 0.
const DefaultEnd = 10 * time.Second

// Range is a range of times, both ends included.
type Range struct{ Min, Max time.Duration }

// Stream is Count messages, one after Every of the other. The application
// holds them back while the link is not ready.
type Stream struct {
	From, To spec.Process
	Count    int
	Start    time.Duration
	Every    time.Duration
}

// Drift says how much faster than real time the clock of a process runs.
type Drift struct {
	Process spec.Process
	PPM     int // parts per million
}

// Jump puts the clock of a process forward, or back where By is negative. One
// at the start is an offset.
type Jump struct {
	Process spec.Process
	At      time.Duration
	By      time.Duration
}

// Interval is a time of a process, without its end. To is 0 where there is
// none.
type Interval struct {
	Process  spec.Process
	From, To time.Duration
}

func (i Interval) until() time.Duration {
	if i.To == 0 {
		return forever
	}
	return i.To
}

// Work is how long a process takes to handle one event.
type Work struct {
	Process spec.Process
	For     time.Duration
}

const (
	maxTime  = time.Hour
	maxPPM   = 500_000
	maxCount = 1 << 20
	forever  = time.Duration(1 << 62)
)

// end returns how long the run is.
func (c Conditions) end() time.Duration {
	if c.End == 0 {
		return DefaultEnd
	}
	return c.End
}

// Check returns what is wrong with conditions for so many processes, or nil.
func (c Conditions) Check(processes int) error {
	var errs []error
	for _, p := range []float64{c.Loss, c.Duplicate, c.Edges} {
		if !(p >= 0 && p <= 1) {
			errs = append(errs, fmt.Errorf("probability %v: want 0 to 1", p))
		}
	}
	for _, n := range []int{c.Bandwidth, c.Queue, c.Inbox} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("limit %d: want 0 or more", n))
		}
	}
	for _, t := range c.times() {
		if t < 0 || t > maxTime {
			errs = append(errs, fmt.Errorf("time %v: want 0 to %v", t, maxTime))
		}
	}
	for _, r := range []Range{c.Delay, c.Early} {
		if r.Max < r.Min {
			errs = append(errs, fmt.Errorf("delay %v..%v: want the shorter one first", r.Min, r.Max))
		}
	}
	for _, p := range c.processes() {
		if p < Everyone || int(p) >= processes {
			errs = append(errs, fmt.Errorf("process %d: there are %d", p, processes))
		}
	}
	return errors.Join(append(errs, c.checkLists())...)
}

// checkLists returns what is wrong with the entries of lists, apart from times
// and processes.
func (c Conditions) checkLists() error {
	for _, s := range c.Sends {
		if s.Count < 0 || s.Count > maxCount || s.From == s.To {
			return fmt.Errorf("send %v: want 0 to %d messages from one process to another", s, maxCount)
		}
	}
	for _, d := range c.Drifts {
		if d.PPM < -maxPPM || d.PPM > maxPPM {
			return fmt.Errorf("drift %v: want -%d to %[2]d ppm", d, maxPPM)
		}
	}
	for _, s := range c.Jumps {
		if s.By < -maxTime || s.By > maxTime {
			return fmt.Errorf("clock %v: want at most %v", s, maxTime)
		}
	}
	for _, i := range slices.Concat(c.Pauses, c.Downs) {
		if i.To != 0 && i.To <= i.From {
			return fmt.Errorf("interval %v: it ends before it begins", i)
		}
	}
	return nil
}

// times returns every time that must not be negative.
func (c Conditions) times() []time.Duration {
	times := []time.Duration{c.End, c.Until, c.Delay.Min, c.Delay.Max, c.Early.Min, c.Early.Max}
	for _, s := range c.Sends {
		times = append(times, s.Start, s.Every)
	}
	for _, s := range c.Jumps {
		times = append(times, s.At)
	}
	for _, i := range slices.Concat(c.Pauses, c.Downs) {
		times = append(times, i.From, i.To)
	}
	for _, w := range c.Works {
		times = append(times, w.For)
	}
	return times
}

// processes returns every process that is named.
func (c Conditions) processes() []spec.Process {
	var list []spec.Process
	for _, s := range c.Sends {
		list = append(list, s.From, s.To)
	}
	for _, d := range c.Drifts {
		list = append(list, d.Process)
	}
	for _, s := range c.Jumps {
		list = append(list, s.Process)
	}
	for _, i := range slices.Concat(c.Pauses, c.Downs) {
		list = append(list, i.Process)
	}
	for _, w := range c.Works {
		list = append(list, w.Process)
	}
	return list
}

// on reports whether an entry for process p is about process self.
func on(p, self spec.Process) bool { return p == self || p == Everyone }

// lastFault returns when the last fault begins or ends, of those that clocks
// and processes do not have all the time.
func (c Conditions) lastFault() time.Duration {
	last := c.Until
	if last == 0 && c.Loss+c.Duplicate > 0 {
		return forever
	}
	for _, j := range c.Jumps {
		last = max(last, j.At)
	}
	for _, i := range slices.Concat(c.Pauses, c.Downs) {
		last = max(last, i.From)
		if i.To < c.end() {
			last = max(last, i.To)
		}
	}
	return last
}
