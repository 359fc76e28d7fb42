package replicated

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"fairloss/spec"
)

// Judge asks Porcupine whether a history is one that the object allows:
// whether each operation that returned can have taken effect at one moment
// between its call and its return, and each other one then or never. It takes
// time exponential in the operations that overlap.
func Judge(o Object, history []spec.Event) spec.Verdict {
	var operations []porcupine.Operation
	open := map[spec.Process]int{} // the operation under way, by process
	for at, e := range history {
		switch e.Kind {
		case spec.Send:
			open[e.Process] = len(operations)
			operations = append(operations, porcupine.Operation{
				ClientId: int(e.Process), Input: e.Message, Output: spec.Message(""), Call: int64(at), Return: math.MaxInt64,
			})
		case spec.Deliver:
			i, called := open[e.Process]
			if !called {
				return spec.Violated
			}
			delete(open, e.Process)
			operations[i].Output, operations[i].Return = e.Message, int64(at)
		}
	}
	if !porcupine.CheckOperations(o.model(), operations) {
		return spec.Violated
	}
	return spec.Holds
}

// model is the object for Porcupine. No output is that of an operation which
// has not returned.
func (o Object) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return o.Start },
		Step: func(state, input, output any) (bool, any) {
			operation := input.(spec.Message)
			next, result := o.Step(state.(string), operation)
			return output == spec.Message("") || output == answer(operation, result), next
		},
	}
}

// Linearizable is the property that every history is one that the object
// allows. Its monitor keeps all states that the object may be in, and grows
// with the operations that overlap.
func Linearizable(o Object) spec.Property {
	return spec.Property{
		ID: "LIN", Name: "linearizability", Class: spec.Safety, Source: "Herlihy, Wing 1990",
		Sentence: "Each operation takes effect at one moment between its call and its return.",
		Reads:    spec.KindsOf(spec.Send, spec.Deliver), Tested: spec.Deliver,
		New: func() spec.Monitor { return &linearizable{object: o, possible: []possibility{{state: o.Start}}} },
	}
}

// linearizable is the monitor of LIN: what the object may be like now.
// Operations take effect as late as possible, when one of them returns (Lowe,
// "Testing for Linearizability", 2017).
type linearizable struct {
	object   Object
	called   [16]spec.Message // the operation under way, by process; "" where there is none
	possible []possibility
}

// possibility is one state of the object, and what the operations under way
// that have taken effect in it will return.
type possibility struct {
	state   string
	answers [16]spec.Message // by process; "" where the operation has not taken effect
}

func (p possibility) compare(q possibility) int {
	if c := strings.Compare(p.state, q.state); c != 0 {
		return c
	}
	return slices.Compare(p.answers[:], q.answers[:])
}

func (l *linearizable) Observe(e spec.Event) string {
	p := e.Process
	if e.Kind == spec.Send {
		l.called[p] = e.Message
		return ""
	}
	operation := l.called[p]
	if operation == "" {
		return fmt.Sprintf("process %d gets the answer %q and has asked nothing", p, e.Message)
	}
	var after []possibility
	for _, q := range l.until(p) {
		if q.answers[p] == e.Message {
			q.answers[p] = ""
			after = append(after, q)
		}
	}
	if len(after) == 0 {
		return fmt.Sprintf("process %d gets the answer %q, which no order of the operations explains", p, e.Message)
	}
	l.called[p] = ""
	slices.SortFunc(after, possibility.compare)
	l.possible = slices.Compact(after)
	return ""
}

// until returns all that is possible once the operation of process p has taken
// effect, after any of the others under way.
func (l *linearizable) until(p spec.Process) []possibility {
	var done []possibility
	queue := slices.Clone(l.possible)
	for len(queue) > 0 {
		q := queue[0]
		queue = queue[1:]
		if q.answers[p] != "" {
			done = append(done, q)
			continue
		}
		for other, operation := range l.called {
			if operation != "" && q.answers[other] == "" {
				next, result := l.object.Step(q.state, operation)
				taken := q
				taken.state, taken.answers[other] = next, answer(operation, result)
				queue = append(queue, taken)
			}
		}
	}
	return done
}

func (l *linearizable) Owed() []spec.Obligation { return nil }

func (l *linearizable) AppendKey(b []byte) []byte {
	return fmt.Appendf(b, "%q %q", l.called, l.possible)
}

func (l *linearizable) Clone() spec.Monitor {
	c := *l
	return &c
}
