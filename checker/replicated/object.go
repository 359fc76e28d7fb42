package replicated

import (
	"fairloss/impl"
	"fairloss/spec"
)

// Object is a replicated object: its replicas, and what it does where it is
// used by one client at a time.
type Object struct {
	Name  string         // a word
	New   impl.Factory   // the replica at a process
	Calls []spec.Message // operations that clients draw from
	Start string         // the state at the beginning
	Step  func(state string, operation spec.Message) (next, result string)
}

// Processes is the number of replicas; every one of them is a client too.
const Processes = 3

// Over returns the object on top of a link, as a link whose only promise is
// that it is linearizable.
func (o Object) Over(link impl.Link) impl.Link {
	return impl.Link{
		Name: o.Name + "/" + link.Name, Doc: "A replicated " + o.Name + " over the link " + link.Name + ".",
		New:       impl.Stack(link.New, o.New),
		Guarantee: spec.Guarantee{Name: "linearizable", Properties: []spec.Property{Linearizable(o)}},
		Assumes:   link.Assumes, Processes: Processes,
	}
}

// answer is what is delivered when an operation returns.
func answer(operation spec.Message, result string) spec.Message {
	return operation + "=" + spec.Message(result)
}

// Objects returns the objects that are meant to be right over a perfect link.
func Objects() []Object { return []Object{RegisterObject(), CounterObject(), RingObject()} }

// round is one question to the other processes, and who has answered it. The
// number of a question keeps answers to earlier ones apart, and an answer that
// comes twice counts once: a link may duplicate.
type round struct {
	N     uint64
	Heard uint64 // a bit for each process
}

// ask begins a round that the process itself has answered.
func (r *round) ask(self spec.Process) (n uint64) {
	r.N++
	r.Heard = 1 << self
	return r.N
}

// hear reports whether this is a first answer to the question of this round.
func (r *round) hear(n uint64, from spec.Process) bool {
	first := n == r.N && r.Heard>>from&1 == 0
	if first {
		r.Heard |= 1 << from
	}
	return first
}
