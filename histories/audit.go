package histories

import "fairloss/spec"

// audit checks what must hold between the events of one file. Reader and
// Writer share it, so that what is written can be read. Its memory grows with
// the calls that have not returned, the processes that are down and the
// directions that are cut.
type audit struct {
	processes int
	wall      bool
	last      int64
	op        int // number of the last call
	open      map[int]call
	faults    faults
}

// call is a Send that neither an Accept nor a Reject has answered yet.
type call struct {
	process, peer spec.Process
	message       spec.Message
}

func newAudit(h Header) audit {
	return audit{processes: h.Processes, wall: h.Clock == Wall, open: map[int]call{}, faults: newFaults()}
}

// check returns what is wrong with the next event, or nil.
func (a *audit) check(e spec.Event) *flaw {
	if f := a.process("process", e.Process); f != nil {
		return f
	}
	if f := a.process("peer", e.Peer); f != nil {
		return f
	}
	if e.Count < 0 {
		return flawf("count", "count %d is negative", e.Count)
	}
	if f := a.time(e); f != nil {
		return f
	}
	if f := a.faults.check(e); f != nil {
		return f
	}
	return a.call(e)
}

func (a *audit) process(key string, p spec.Process) *flaw {
	switch {
	case p < 0:
		return flawf(key, "process %d is negative", p)
	case a.processes > 0 && int(p) >= a.processes:
		return flawf(key, "process %d, want 0 to %d", p, a.processes-1)
	}
	return nil
}

func (a *audit) time(e spec.Event) *flaw {
	switch {
	case e.At < 0:
		return flawf("at", "at %d is negative", e.At)
	case e.At < a.last:
		return flawf("at", "at %d is before %d, the time of the event before", e.At, a.last)
	case e.Since < 0:
		return flawf("since", "since %d is negative", e.Since)
	case e.Since > e.At:
		return flawf("since", "since %d is after at, %d", e.Since, e.At)
	case e.Since != 0 && !a.wall:
		return flawf("since", "since in a history of points (want clock %s)", Wall)
	}
	a.last = e.At
	return nil
}

// call follows the numbered calls. They are numbered upwards, so that a number
// that is used twice is found without a memory of all of them.
func (a *audit) call(e spec.Event) *flaw {
	this := call{e.Process, e.Peer, e.Message}
	switch {
	case e.Op < 0:
		return flawf("op", "op %d is negative", e.Op)
	case e.Kind == spec.Accept && e.Op == 0:
		if a.wall {
			return flawf("kind", "accept without op")
		}
	case e.Kind == spec.Accept || e.Kind == spec.Reject:
		sent, open := a.open[e.Op]
		if !open {
			return flawf("op", "%s of op %d, which no open send has", e.Kind, e.Op)
		}
		if sent != this {
			return flawf("op", "%s of op %d as %d>%d %q, sent as %d>%d %q", e.Kind, e.Op,
				e.Process, e.Peer, e.Message, sent.process, sent.peer, sent.message)
		}
		delete(a.open, e.Op)
	case e.Op == 0:
	case !a.wall:
		return flawf("op", "op in a history of points (want clock %s)", Wall)
	case e.Op <= a.op:
		return flawf("op", "op %d after op %d: calls are numbered upwards", e.Op, a.op)
	default:
		a.op = e.Op
		a.open[e.Op] = this
	}
	return nil
}
