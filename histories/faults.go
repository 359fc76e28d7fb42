package histories

import "fairloss/spec"

// faults follows which processes are down and which directions are cut, and
// refuses what cannot happen then.
type faults struct {
	down    map[spec.Process]bool
	cut     map[[2]spec.Process]bool
	forever bool
}

func newFaults() faults {
	return faults{down: map[spec.Process]bool{}, cut: map[[2]spec.Process]bool{}}
}

// check returns what is wrong with the next event, or nil. A fault that recurs
// for ever leaves nobody correct, and no property says anything of that.
func (f *faults) check(e spec.Event) *flaw {
	switch e.Kind {
	case spec.Crash, spec.Recover, spec.Cut, spec.Heal:
		if f.forever {
			return flawf("kind", "%s after forever: a fault that recurs for ever", e.Kind)
		}
	case spec.Forever:
		if f.forever {
			return flawf("kind", "forever after forever")
		}
		f.forever = true
		return nil
	}
	switch e.Kind {
	case spec.Cut, spec.Heal:
		return f.partition(e)
	case spec.Recover:
		if !f.down[e.Process] {
			return flawf("process", "recover of process %d, which is up", e.Process)
		}
		delete(f.down, e.Process)
		return nil
	}
	if f.down[e.Process] {
		return flawf("process", "%s at process %d, which is down", e.Kind, e.Process)
	}
	if e.Kind == spec.Crash {
		f.down[e.Process] = true
	}
	return nil
}

// partition follows the directions. One stays as it is whoever crashes.
func (f *faults) partition(e spec.Event) *flaw {
	direction := [2]spec.Process{e.Process, e.Peer}
	switch cut := f.cut[direction]; {
	case e.Process == e.Peer:
		return flawf("peer", "%s, from a process to itself", e)
	case e.Kind == spec.Cut && cut:
		return flawf("kind", "%s, which is cut already", e)
	case e.Kind == spec.Heal && !cut:
		return flawf("kind", "%s, which is not cut", e)
	case cut:
		delete(f.cut, direction)
	default:
		f.cut[direction] = true
	}
	return nil
}
