package transport

import (
	"time"

	"fairloss/checker/chaos"
)

// realTime is the pace of a run on the clock of this machine.
var realTime = pace{300 * time.Millisecond, 10 * time.Second, 2 * time.Minute, 0, 5 * time.Millisecond}

// RunReal runs a transport in real time over a network of real sockets, which
// chaos.Loopback or chaos.Real have made, and closes that. The plan of the
// schedule is not looked at: the network has one, or the kernel has faults of
// its own. It waits 10 seconds for what is owed. A run cannot be repeated, and
// does not judge Leak: what else runs in this process is not known.
func RunReal(n *chaos.Network, tr Transport, s Schedule) Result {
	r := &runner{tr: tr, schedule: s, keeps: tr.kept(true), pace: realTime, conduct: newVerdicts()}
	r.run(n)
	err := n.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.result.Unopened == "" {
		r.result.Unopened = err.Error()
	}
	r.conduct.unopened(r.opened)
	r.conduct.unclear(Leak, "not judged in real time")
	r.result.Judgements = append(r.result.Judgements, r.conduct...)
	return r.result
}
