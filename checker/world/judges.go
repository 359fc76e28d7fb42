package world

import (
	"encoding/binary"
	"slices"

	"fairloss/spec"
)

// judges memoises the monitors of all properties together. Judges 0 have seen
// nothing yet; monitors are automata, so equal keys are one state.
type judges struct {
	properties   []spec.Property
	reads        spec.Kinds
	states       []judgesState
	ids          map[string]uint32
	observations [][]spec.Event // 0 is the empty list
	observedIDs  map[string]uint32
	counts       [][]count // of each observation
}

// count is how many events of a kind an observation has.
type count struct {
	kind spec.Kind
	n    int
}

type judgesState struct {
	monitors []spec.Monitor // nil once broken
	broken   uint32         // a bit for each property
	owing    uint32         // a bit for each property
	row      []uint32       // observation -> state, plus one; 0 is unknown
}

func newJudges(properties []spec.Property) *judges {
	j := &judges{
		properties: properties, ids: map[string]uint32{},
		observations: make([][]spec.Event, 1), observedIDs: map[string]uint32{}, counts: make([][]count, 1),
	}
	start := judgesState{}
	for _, p := range properties {
		j.reads |= p.Reads
		start.monitors = append(start.monitors, p.New())
	}
	j.intern(start)
	return j
}

// observation interns the events that some monitor reads.
func (j *judges) observation(events []spec.Event) uint32 {
	var key []byte
	var list []spec.Event
	for _, e := range events {
		if !j.reads.Has(e.Kind) {
			continue
		}
		list = append(list, e)
		key = append(key, byte(e.Kind), byte(e.Process), byte(e.Peer))
		key = binary.AppendVarint(key, int64(e.Count))
		key = binary.AppendUvarint(key, uint64(len(e.Message)))
		key = append(key, e.Message...)
		key = binary.AppendUvarint(key, uint64(len(e.Packet)))
		key = append(key, e.Packet...)
	}
	if list == nil {
		return 0
	}
	id, ok := j.observedIDs[string(key)]
	if !ok {
		id = uint32(len(j.observations))
		j.observations = append(j.observations, list)
		j.counts = append(j.counts, countKinds(list))
		j.observedIDs[string(key)] = id
	}
	return id
}

func countKinds(events []spec.Event) []count {
	var counts []count
	for _, e := range events {
		i := slices.IndexFunc(counts, func(c count) bool { return c.kind == e.Kind })
		if i < 0 {
			i = len(counts)
			counts = append(counts, count{kind: e.Kind})
		}
		counts[i].n++
	}
	return counts
}

// observe returns the state of the judges after an observation.
func (j *judges) observe(state, observed uint32) uint32 {
	if row := j.states[state].row; int(observed) < len(row) && row[observed] != 0 {
		return row[observed] - 1
	}
	old := &j.states[state]
	next := judgesState{monitors: make([]spec.Monitor, len(old.monitors)), broken: old.broken}
	for i, m := range old.monitors {
		if m == nil {
			continue
		}
		next.monitors[i] = m.Clone()
		for _, e := range j.observations[observed] {
			if j.properties[i].Reads.Has(e.Kind) && next.monitors[i].Observe(e) != "" {
				next.monitors[i] = nil
				next.broken |= 1 << i
				break
			}
		}
	}
	id := j.intern(next)
	j.states[state].row = remember(j.states[state].row, observed, id)
	return id
}

func (j *judges) intern(s judgesState) uint32 {
	var key []byte
	for i, m := range s.monitors {
		if m == nil {
			key = append(key, 0)
			continue
		}
		start := len(key) + 1
		key = m.AppendKey(append(key, 1))
		key = binary.LittleEndian.AppendUint32(key, uint32(len(key)-start))
		if len(m.Owed()) > 0 {
			s.owing |= 1 << i
		}
	}
	id, ok := j.ids[string(key)]
	if !ok {
		id = uint32(len(j.states))
		j.states = append(j.states, s)
		j.ids[string(key)] = id
	}
	return id
}
