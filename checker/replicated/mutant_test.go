package replicated

import (
	"math/bits"

	"fairloss/impl"
	"fairloss/spec"
)

// broken is an object that is not linearizable over any link.
type broken struct {
	Object
	parent Object
	doc    string
	calls  []call // a workload that shows it
}

type call struct {
	process   spec.Process
	operation spec.Message
}

// mutants returns the objects that are broken on purpose.
func mutants() []broken {
	return []broken{
		{
			mutant(RegisterObject(), "reads-own-replica", func(l *Register) impl.Layer { return &readsOwnReplica{*l} }),
			RegisterObject(),
			"A read returns what is stored at its own process.",
			[]call{{0, "wa"}, {1, "r"}},
		},
		{
			mutant(RegisterObject(), "returns-before-imposing", func(l *Register) impl.Layer { return &returnsBeforeImposing{*l} }),
			RegisterObject(),
			"A read returns what it found before that is stored anywhere else.",
			[]call{{0, "wa"}, {1, "r"}, {2, "r"}},
		},
		{
			mutant(CounterObject(), "counts-at-a-majority", func(l *Counter) impl.Layer { return &countsAtMajority{*l} }),
			CounterObject(),
			"An operation is over once a majority has answered.",
			[]call{{0, "inc"}, {1, "inc"}, {2, "get"}},
		},
		{
			mutant(RingObject(), "serves-any-view", func(l *Ring) impl.Layer { return &servesAnyView{*l} }),
			RingObject(),
			"A process serves a request that an older view addressed.",
			[]call{{2, "wa"}, {0, "r"}},
		},
		{
			mutant(RingObject(), "serves-before-the-record", func(l *Ring) impl.Layer { return &servesBeforeRecord{*l} }),
			RingObject(),
			"The new owner serves before the record has come.",
			[]call{{0, "wa"}, {0, "r"}},
		},
	}
}

// mutant is the object with replicas that are changed.
func mutant[L any](o Object, name string, change func(l *L) impl.Layer) Object {
	parent := o.New
	o.Name = name
	o.New = func(self spec.Process, peers []spec.Process) impl.Layer {
		return change(any(parent(self, peers)).(*L))
	}
	return o
}

type readsOwnReplica struct{ Register }

func (l *readsOwnReplica) Send(to spec.Process, operation spec.Message, out *impl.Effects) {
	if operation == "r" {
		l.Operation, l.Newest = operation, l.Stored
		l.finish(out)
		return
	}
	l.Register.Send(to, operation, out)
}

type returnsBeforeImposing struct{ Register }

func (l *returnsBeforeImposing) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	stored := l.Stored
	l.Register.Receive(from, p, out)
	if l.Imposing && l.Operation == "r" {
		l.Stored = stored
		l.finish(out)
	}
}

type countsAtMajority struct{ Counter }

func (l *countsAtMajority) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.Counter.Receive(from, p, out)
	if l.Operation != "" && 2*bits.OnesCount64(l.Round.Heard) > Processes {
		l.finish(out)
		l.Round.Heard = 1<<Processes - 1
	}
}

type servesAnyView struct{ Ring }

func (l *servesAnyView) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n, epoch uint64
	if kind, operation := impl.Unpack(p, &n, &epoch); kind == impl.Request && epoch < l.Epoch {
		l.execute(ask{from, n, operation}, out)
		return
	}
	l.Ring.Receive(from, p, out)
}

type servesBeforeRecord struct{ Ring }

func (l *servesBeforeRecord) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.Ring.Receive(from, p, out)
	if len(l.Waiting) > 0 {
		l.take("", out)
	}
}
