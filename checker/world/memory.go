package world

import "unsafe"

// perEntry is about what an entry of a map costs beside its key and value.
const perEntry = 32

// Bytes is about how much memory the system takes for what it has learnt, but
// for what the link and the monitors themselves keep in each of their states:
// that is taken to be as long as their keys. It takes time linear in Size.
func (sys *System) Bytes() int {
	bytes := sys.net.bytes() + sys.judges.bytes()
	for _, pr := range sys.procs {
		bytes += pr.bytes()
	}
	for c := range sys.receipts {
		bytes += 4 * (cap(sys.receipts[c]) + cap(sys.confirmations[c]))
	}
	return bytes
}

func (pr *process) bytes() int {
	bytes := keys(pr.ids) + len(pr.inputs)*(2*int(unsafe.Sizeof(input{}))+perEntry)
	for i := range pr.inputs {
		bytes += len(pr.inputs[i].data)
	}
	for i := range pr.locals {
		l := &pr.locals[i]
		bytes += int(unsafe.Sizeof(*l)) + int(unsafe.Sizeof(alarm{}))*cap(l.timers) + cap(l.stable) + 4*cap(l.row)
	}
	for i := range pr.transitions {
		bytes += int(unsafe.Sizeof(transition{})) + int(unsafe.Sizeof(push{}))*cap(pr.transitions[i].sends)
	}
	return bytes
}

func (n *network) bytes() int {
	bytes := keys(n.known) + keys(n.ids)
	for i := range n.contents {
		c := &n.contents[i]
		bytes += int(unsafe.Sizeof(*c)) + 4*(cap(c.packets)+cap(c.owed)+cap(c.unconfirmed))
		for _, row := range c.next {
			bytes += 4 * cap(row)
		}
	}
	return bytes
}

func (j *judges) bytes() int {
	bytes := keys(j.ids) + 2*keys(j.observedIDs)
	for i := range j.states {
		bytes += int(unsafe.Sizeof(judgesState{})) + 4*(cap(j.states[i].parts)+cap(j.states[i].row))
	}
	for _, a := range j.automata {
		bytes += 2*keys(a.ids) + len(a.states)*int(unsafe.Sizeof(automatonState{}))
		for i := range a.states {
			bytes += 4 * cap(a.states[i].row)
		}
	}
	return bytes
}

// keys is what the keys of a map of numbers take, and their entries.
func keys(ids map[string]uint32) int {
	bytes := len(ids) * (perEntry + int(unsafe.Sizeof("")))
	for key := range ids {
		bytes += len(key)
	}
	return bytes
}
