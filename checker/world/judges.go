package world

import (
	"encoding/binary"
	"slices"

	"fairloss/spec"
)

// judges memoises the monitors of all properties: each property's as an
// automaton of its own, and the vector of their states once more, so that an
// observation is one look-up. State 0 is the start.
type judges struct {
	memo         *memo
	properties   []spec.Property
	reads        spec.Kinds
	recurrent    bool // some property speaks of what is sent for ever
	automata     []*automaton
	states       []judgesState
	ids          map[string]uint32
	observations [][]spec.Event // 0 is the empty list
	observedIDs  map[string]uint32
	counts       [][]count // of each observation
	voided       map[judgement][]int
}

// judgement is an observation in a state of the judges.
type judgement struct{ state, observed uint32 }

// count is how many events of a kind an observation has.
type count struct {
	kind spec.Kind
	n    int
}

type judgesState struct {
	parts  []uint32 // the state of each automaton
	broken uint32   // a bit for each property
	owing  uint32   // a bit for each property
	row    []uint32 // observation -> state, plus one; 0 is unknown
}

// automaton memoises the monitor of one property.
type automaton struct {
	property spec.Property
	states   []automatonState
	ids      map[string]uint32
}

type automatonState struct {
	monitor spec.Monitor // nil once broken
	owing   bool
	row     []uint32 // observation -> state, plus one; 0 is unknown
}

func newJudges(properties []spec.Property) *judges {
	j := &judges{
		properties: properties, ids: map[string]uint32{},
		observations: make([][]spec.Event, 1), observedIDs: map[string]uint32{}, counts: make([][]count, 1),
		voided: map[judgement][]int{},
	}
	for _, p := range properties {
		j.reads |= p.Reads
		j.recurrent = j.recurrent || p.Recurs == spec.Repeated || p.Recurs == spec.Ceases
		a := &automaton{property: p, ids: map[string]uint32{}}
		a.intern(p.New())
		j.automata = append(j.automata, a)
	}
	j.intern(make([]uint32, len(properties)))
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
	j.memo.learn()
	parts := slices.Clone(j.states[state].parts)
	for i, a := range j.automata {
		parts[i] = a.observe(parts[i], observed, j.observations[observed])
	}
	next := j.intern(parts)
	j.states[state].row = remember(j.states[state].row, observed, next)
	return next
}

// voids returns how many obligations of each property an observation makes
// void, less those that it makes valid again.
func (j *judges) voids(state, observed uint32) []int {
	key := judgement{state, observed}
	if list, known := j.voided[key]; known {
		return list
	}
	j.memo.learn()
	list := make([]int, len(j.automata))
	for i, a := range j.automata {
		if before, ok := a.states[j.states[state].parts[i]].monitor.(spec.Voider); ok {
			if after, ok := a.run(before.(spec.Monitor).Clone(), j.observations[observed]).(spec.Voider); ok {
				list[i] = after.Voided() - before.Voided()
			}
		}
	}
	j.voided[key] = list
	return list
}

func (j *judges) intern(parts []uint32) uint32 {
	key := make([]byte, 0, 64)
	for _, p := range parts {
		key = binary.LittleEndian.AppendUint32(key, p)
	}
	id, ok := j.ids[string(key)]
	if !ok {
		id = uint32(len(j.states))
		s := judgesState{parts: parts}
		for i, a := range j.automata {
			if a.states[parts[i]].monitor == nil {
				s.broken |= 1 << i
			}
			if a.states[parts[i]].owing {
				s.owing |= 1 << i
			}
		}
		j.states = append(j.states, s)
		j.ids[string(key)] = id
	}
	return id
}

func (a *automaton) observe(state, observed uint32, events []spec.Event) uint32 {
	s := &a.states[state]
	if int(observed) < len(s.row) && s.row[observed] != 0 {
		return s.row[observed] - 1
	}
	next := state
	if s.monitor != nil && slices.ContainsFunc(events, func(e spec.Event) bool { return a.property.Reads.Has(e.Kind) }) {
		next = a.intern(a.run(s.monitor.Clone(), events))
	}
	a.states[state].row = remember(a.states[state].row, observed, next)
	return next
}

// run lets a monitor read the events; it returns nil once one breaks it.
func (a *automaton) run(m spec.Monitor, events []spec.Event) spec.Monitor {
	for _, e := range events {
		if a.property.Reads.Has(e.Kind) && m.Observe(e) != "" {
			return nil
		}
	}
	return m
}

func (a *automaton) intern(m spec.Monitor) uint32 {
	key := []byte{0}
	if m != nil {
		key = m.AppendKey([]byte{1})
	}
	id, ok := a.ids[string(key)]
	if !ok {
		id = uint32(len(a.states))
		a.states = append(a.states, automatonState{monitor: m, owing: m != nil && len(m.Owed()) > 0})
		a.ids[string(key)] = id
	}
	return id
}
