package explore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// monitorWalks is how many walks give the histories that monitors are checked
// on. Each is read twice: as it was, and with events left out and repeated, as
// a link that is broken would leave it.
const monitorWalks = 60

// AuditMonitors checks the contract of the monitors of all properties that a
// link is judged by: a monitor is deterministic, a clone is independent of its
// original, Owed changes nothing, and a key omits nothing that the future depends
// on. An error is a *world.Failure that names the property.
func AuditMonitors(link impl.Link, seed uint64) error {
	sys, err := world.New(link, nil)
	if err != nil {
		return nil // the link's own audit says so
	}
	c := &Campaign{link: link, sys: sys}
	sys.Trace(func() world.Schedule { return c.schedule(nil) })
	src := Seeded(seed, 2)
	var histories [][]spec.Event
	for range monitorWalks {
		p := c.draw(src)
		p.length = auditLength
		if c.world, err = sys.Witness(p.workload); err == nil {
			c.trace = c.trace[:0]
			err = c.adversarial(src, p)
		}
		if err != nil {
			return nil // the link's own audit says so
		}
		history := c.world.History()
		histories = append(histories, history, disturbed(src, history))
	}
	for _, p := range Judged(link) {
		if f := checkMonitor(p, histories); f != nil {
			return f
		}
	}
	return nil
}

// disturbed leaves out or repeats some of what a link does.
func disturbed(src Source, history []spec.Event) []spec.Event {
	var list []spec.Event
	for _, e := range history {
		list = append(list, e)
		switch e.Kind {
		case spec.Deliver, spec.Confirm, spec.Transmit, spec.Receive:
			switch src.Intn(8) {
			case 0:
				list = list[:len(list)-1]
			case 1:
				list = append(list, e)
			}
		}
	}
	return list
}

// checkMonitor runs the monitors of a property over histories, and returns the
// first fault, with histories as short as can be.
func checkMonitor(p spec.Property, histories [][]spec.Event) *world.Failure {
	read := make([][]spec.Event, len(histories))
	for i, history := range histories {
		for _, e := range history {
			if e.At, e.Since = 0, 0; p.Reads.Has(e.Kind) { // as the judges of a world see it
				read[i] = append(read[i], e)
			}
		}
		if p.Reads.Has(spec.Forever) {
			read[i] = append(read[i], spec.Event{Kind: spec.Forever})
		}
	}
	fault := findFault(p, read)
	if fault == nil {
		return nil
	}
	needed := [][]spec.Event{read[fault.history][:fault.length]}
	if fault.earlier >= 0 {
		needed = [][]spec.Event{read[fault.earlier], needed[0]}
	}
	return reducedFault(p, needed, fault).failure(p)
}

// reducedFault takes events out of histories while the fault stays the same.
func reducedFault(p spec.Property, histories [][]spec.Event, fault *monitorFault) *monitorFault {
	fault.histories = histories
	for smaller := true; smaller; {
		smaller = false
		for i := range histories {
			for k := len(histories[i]) - 1; k >= 0; k-- {
				less := slices.Clone(histories)
				less[i] = slices.Delete(slices.Clone(histories[i]), k, k+1)
				if f := findFault(p, less); f != nil && f.text == fault.text {
					less[f.history] = less[f.history][:f.length]
					histories, fault, smaller = less[:f.history+1], f, true
					fault.histories = histories
					break
				}
			}
			if smaller {
				break
			}
		}
	}
	return fault
}

// monitorFault is what is wrong with a monitor.
type monitorFault struct {
	text      string
	details   string
	history   int // that shows it
	length    int // of that, in events
	earlier   int // the history that it contradicts, -1 for none
	histories [][]spec.Event
}

func (f *monitorFault) failure(p spec.Property) *world.Failure {
	var b strings.Builder
	b.WriteString(f.details)
	for i, history := range f.histories {
		word := "after"
		if i > 0 {
			word = "and after"
		}
		fmt.Fprintf(&b, "%s:\n", word)
		if len(history) == 0 {
			b.WriteString("    no event\n")
		}
		for _, e := range history {
			fmt.Fprintf(&b, "    %s\n", e)
		}
	}
	return &world.Failure{Property: p.ID, Text: f.text, Details: b.String()}
}

// reading is a state of a monitor and the event that it reads next.
type reading struct {
	key   string
	event spec.Event
}

// reacted is what a monitor made of it.
type reacted struct {
	broken, owing bool
	next          string
	history       int // that first asked
}

// monitors runs the monitors of a property and remembers what they did.
type monitors struct {
	property spec.Property
	replies  map[reading]reacted
}

func findFault(p spec.Property, histories [][]spec.Event) *monitorFault {
	m := monitors{p, map[reading]reacted{}}
	for i, history := range histories {
		length, earlier, err := m.read(i, history)
		if err != nil {
			f := &monitorFault{text: err.Error(), history: i, length: length, earlier: earlier}
			var panicked *monitorPanic
			if errors.As(err, &panicked) {
				f.details = panicked.stack
			}
			return f
		}
	}
	return nil
}

// monitorPanic is a panic of a monitor's code.
type monitorPanic struct{ text, stack string }

func (p *monitorPanic) Error() string { return p.text }

// read lets a monitor and its clones read a history side by side, up to a breach
// or a fault. It returns how many events that took, and which earlier history the
// fault contradicts, if it does.
func (m *monitors) read(number int, history []spec.Event) (length, earlier int, err error) {
	earlier = -1
	defer func() {
		if r := recover(); r != nil {
			err = &monitorPanic{impl.Blame(r), world.Panicked()}
		}
	}()
	monitor := m.property.New()
	key, _ := m.look(monitor)
	if again, _ := m.look(monitor); again != key {
		return 0, earlier, errUnsettled
	}
	for _, e := range history {
		length++
		var done reacted
		if done, err = m.observe(monitor, key, e); err != nil {
			return length, earlier, err
		}
		done.history = number
		q := reading{key, e}
		known, asked := m.replies[q]
		switch {
		case !asked:
			m.replies[q] = done
		case known.broken != done.broken || known.owing != done.owing || known.next != done.next:
			if known.history != number {
				earlier = known.history
			}
			return length, earlier, errors.New("does not do what it did before from a state with the same key: AppendKey omits state")
		}
		if done.broken {
			break
		}
		key = done.next
	}
	return length, earlier, nil
}

// observe lets the monitor read an event, and clones of it before and after
// that.
func (m *monitors) observe(original spec.Monitor, key string, e spec.Event) (reacted, error) {
	clone, kept := original.Clone(), original.Clone()
	if again, _ := m.look(clone); again != key {
		return reacted{}, errors.New("is not the same as its Clone: their keys differ")
	}
	breach := clone.Observe(e)
	if again, _ := m.look(original); again != key {
		return reacted{}, errors.New("shares memory with its Clone: what the clone observes changes it")
	}
	if own := original.Observe(e); (own != "") != (breach != "") {
		return reacted{}, errors.New("is not deterministic, or Clone leaves something out: of it and its clone one calls an event a breach and the other does not")
	}
	if again, _ := m.look(kept); again != key {
		return reacted{}, errors.New("shares memory with its Clone: what it observes changes the clone")
	}
	if breach != "" {
		return reacted{broken: true}, nil
	}
	next, owing := m.look(original)
	second, alsoOwing := m.look(clone)
	switch third, _ := m.look(original); {
	case third != next:
		return reacted{}, errUnsettled
	case next != second || owing != alsoOwing:
		return reacted{}, errors.New("is not deterministic, or Clone leaves something out: it and its clone differ after the same event")
	}
	return reacted{owing: owing, next: next}, nil
}

var errUnsettled = errors.New("changes when it is asked what it owes, or has a key that is not always the same")

// look returns the key of a monitor, then whether it owes something.
func (*monitors) look(monitor spec.Monitor) (key string, owing bool) {
	key = string(monitor.AppendKey(nil))
	return key, len(monitor.Owed()) > 0
}
