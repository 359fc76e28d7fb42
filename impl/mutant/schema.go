package mutant

import (
	"fairloss/impl"
	"fairloss/spec"
)

// readsByOwnSchema takes each record for one that was written by its own
// schema.
type readsByOwnSchema struct{ impl.Schema }

func newReadsByOwnSchema(self spec.Process, peers []spec.Process) impl.Layer {
	return &readsByOwnSchema{impl.Schema{Self: self, Peers: peers}}
}

func (l *readsByOwnSchema) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var columns uint64
	if kind, record := impl.Unpack(p, &columns); kind == impl.Data {
		p = impl.Pack(impl.Data, record, l.Columns)
	}
	l.Schema.Receive(from, p, out)
}
