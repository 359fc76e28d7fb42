package spec

import (
	"encoding/binary"
	"slices"
)

// failures is what a history says so far of processes that crashed and of
// channels that are cut. All lists are ascending.
type failures struct {
	crashed []Process // once or more, recovered or not
	down    []Process // now
	cut     []Channel // now
}

// observe reads a fault; other events are none.
func (f *failures) observe(e Event) {
	switch e.Kind {
	case Crash:
		f.crashed = with(f.crashed, e.Process, compareProcesses)
		f.down = with(f.down, e.Process, compareProcesses)
	case Recover:
		f.down = without(f.down, e.Process, compareProcesses)
	case Cut:
		f.cut = with(f.cut, Channel{e.Process, e.Peer}, Channel.Compare)
	case Heal:
		f.cut = without(f.cut, Channel{e.Process, e.Peer}, Channel.Compare)
	}
}

func (f *failures) isDown(p Process) bool { return has(f.down, p, compareProcesses) }

func (f *failures) hasCrashed(p Process) bool { return has(f.crashed, p, compareProcesses) }

// severed reports whether one of the directions between the ends of c is cut.
func (f *failures) severed(c Channel) bool {
	return has(f.cut, c, Channel.Compare) || has(f.cut, Channel{c.To, c.From}, Channel.Compare)
}

func (f *failures) clone() failures {
	return failures{slices.Clone(f.crashed), slices.Clone(f.down), slices.Clone(f.cut)}
}

// appendKey appends nothing where there was no fault, and comes last in a key:
// what followed could pass for a fault.
func (f *failures) appendKey(b []byte) []byte {
	if len(f.crashed)+len(f.cut) == 0 {
		return b
	}
	for _, list := range [][]Process{f.crashed, f.down} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, p := range list {
			b = binary.AppendVarint(b, int64(p))
		}
	}
	for _, c := range f.cut {
		b = appendChannel(b, c)
	}
	return b
}

func compareProcesses(a, b Process) int { return int(a - b) }

func has[T any](list []T, v T, compare func(a, b T) int) bool {
	_, found := slices.BinarySearchFunc(list, v, compare)
	return found
}

func with[T any](list []T, v T, compare func(a, b T) int) []T {
	i, found := slices.BinarySearchFunc(list, v, compare)
	if found {
		return list
	}
	return slices.Insert(list, i, v)
}

func without[T any](list []T, v T, compare func(a, b T) int) []T {
	i, found := slices.BinarySearchFunc(list, v, compare)
	if !found {
		return list
	}
	return slices.Delete(list, i, i+1)
}
