package transport

import (
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"fairloss/checker"
	"fairloss/checker/chaos"
	"fairloss/spec"
)

// How long a run lasts, in virtual time.
const (
	// Linger is how long a run goes on when everything has been delivered and
	// the network is calm: a duplicate may still come.
	Linger = 2 * time.Second
	// Patience is how long a run waits for what is owed, since anything was
	// sent or delivered and the network has been calm. It waits longer, by
	// twice the time that the network was not calm for. A message that is still
	// missing then is taken for lost: the history is closed.
	Patience = 2 * time.Minute
	// End is when a run ends, although the network is not calm, and MaxPackets
	// after how many packets. Then what is owed is inconclusive.
	End        = 10 * time.Minute
	MaxPackets = 100_000

	maxEvents = 4 * MaxPackets // of a history: at one instant there may be any number
)

// pace says how long the parts of a run last.
type pace struct {
	linger, patience, end time.Duration
	closing               time.Duration // that goroutines may take to end after Close
	look                  time.Duration // between looks at what has happened
}

var virtual = pace{Linger, Patience, End, 10 * time.Second, 20 * time.Millisecond}

// Result is what a run showed.
type Result struct {
	// Events has messages, cuts, and of packets what a property of the guarantee
	// reads; all where they were asked for. At is in nanoseconds of virtual time. Each Send has a number, Op, and is followed
	// by its Accept, by its Reject where Send returned an error, or by neither
	// where it has not returned.
	Events  []spec.Event
	Elapsed time.Duration // virtual
	Stats   chaos.Stats

	Unopened string // the error of Open, which leaves nothing to judge; "" where there is none
	Sent     int
	Refused  int  // of these, how often Send returned an error
	Settled  bool // the history is closed: liveness was judged
	Endless  bool // it is not: after MaxPackets, although the network was calm

	// Judgements has the properties of the guarantee, then those of Conduct.
	Judgements []checker.Judgement
}

// Of returns the judgement on the property with that ID; its verdict is
// Inconclusive where there is none.
func (r *Result) Of(id string) checker.Judgement {
	for _, j := range r.Judgements {
		if j.Property.ID == id {
			return j
		}
	}
	return checker.Judgement{Broken: -1}
}

// Clean reports whether the process is as good as before the run: no property
// of Conduct is violated.
func (r *Result) Clean() bool {
	for _, p := range Conduct {
		if r.Of(p.ID).Verdict == spec.Violated {
			return false
		}
	}
	return true
}

// Run runs a transport under a schedule, in a bubble of its own. The test must
// not be parallel, as it draws from one seed for the whole process, and must not
// be in a bubble. A transport that runs for ever at one instant never returns,
// and one that panics in a goroutine of its own ends the process; see Worker.
func Run(t *testing.T, tr Transport, s Schedule) Result { return run(t, tr, s, true) }

func run(t *testing.T, tr Transport, s Schedule, packets bool) Result {
	r := &runner{tr: tr, schedule: s, keeps: tr.kept(packets), pace: virtual, conduct: newVerdicts()}
	r.bubble(t)
	r.mu.Lock() // goroutines that are left may hold on to r
	defer r.mu.Unlock()
	r.conduct.unopened(r.opened)
	r.result.Judgements = append(r.result.Judgements, r.conduct...)
	return r.result
}

// bubble makes the run, and tells from how its bubble ends whether something
// of it is left.
func (r *runner) bubble(t *testing.T) {
	defer func() {
		failure := recover()
		if failure == nil {
			return
		}
		if !strings.Contains(fmt.Sprint(failure), "deadlock: ") {
			panic(failure)
		}
		if r.opened && r.conductClean() {
			r.violate(Leak, "%s", leftover())
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, r.schedule.Seed)
		r.run(chaos.New(r.schedule.Plan))
	})
}

// leftover describes the goroutines that are left in the latest bubble.
func leftover() string {
	stacks := bubble()
	return fmt.Sprintf("goroutines that are left %v after Close: %d\n%s", virtual.closing, len(stacks), excerpt(stacks))
}

// runner makes one run.
type runner struct {
	tr       Transport
	schedule Schedule
	keeps    spec.Kinds // the events that are kept
	pace     pace
	network  *chaos.Network
	channel  Channel
	opened   bool

	mu       sync.Mutex
	result   Result
	events   int // that happened, kept or not
	conduct  verdicts
	over     bool // nothing is recorded any more
	owed     map[spec.Message]int
	owing    int
	last     time.Duration // when something was sent or delivered last
	finished bool          // every Send has returned
}

func (r *runner) run(n *chaos.Network) {
	r.owed = map[spec.Message]int{}
	if r.tr.Reset != nil {
		r.tr.Reset()
	}
	r.network = n
	r.network.Record(r.record)
	if !r.open() {
		r.network.Close()
		r.judge()
		return
	}
	r.start("Send", r.send)
	r.start("Receive", r.receive)
	r.wait()
	r.judge()
	r.close()
}

// start calls f in a goroutine of its own, and closes the channel that it
// returns when f has returned or panicked.
func (r *runner) start(name string, f func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if failure := recover(); failure != nil || !returned {
				r.panicked(name, failure)
			}
		}()
		f()
		returned = true
	}()
	return done
}

func (r *runner) panicked(name string, failure any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if failure == nil {
		r.conduct.violate(Panic, "%s ended its goroutine, as runtime.Goexit and testing.T.FailNow do", name)
		return
	}
	_, stack, _ := strings.Cut(string(debug.Stack()), "panic(")
	r.conduct.violate(Panic, "%s panics: %v\npanic(%s", name, failure, shorten(stack))
}

// open opens the transport and reports whether there is something to run.
func (r *runner) open() bool {
	var err error
	done := r.start("Open", func() { r.channel, err = r.tr.Open(r.network) })
	if !r.await(done) {
		r.violate(Deadlock, "Open has not returned %v after the last fault", r.pace.patience)
		r.result.Unopened = "Open did not return"
		return false
	}
	switch {
	case !r.conductClean():
		r.result.Unopened = "Open did not return"
	case err != nil:
		r.result.Unopened = err.Error()
	case r.channel.Send == nil || r.channel.Receive == nil || r.channel.Close == nil:
		r.result.Unopened = "a Channel without Send, Receive or Close"
	default:
		r.opened = true
	}
	return r.opened
}

func (r *runner) violate(p spec.Property, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conduct.violate(p, format, args...)
}

func (r *runner) conductClean() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conduct.clean()
}

// await waits until a call is done, or for as long as patience lasts.
func (r *runner) await(done <-chan struct{}) bool {
	for begin := r.network.Now(); ; {
		select {
		case <-done:
			return true
		case <-time.After(r.patience() / 8):
			if now := r.network.Now(); now >= r.pace.end+begin || now-max(begin, r.network.Disturbed()) > r.patience() {
				return false
			}
		}
	}
}

// patience is how long a run waits on a network that is calm.
func (r *runner) patience() time.Duration { return r.pace.patience + 2*r.network.Disturbed() }
