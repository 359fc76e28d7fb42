package impl

import (
	"strings"

	"fairloss/spec"
)

// Schema sends messages as records of a table whose schema changes while they
// travel: process 0 adds a column at some time, and tells the others, who learn
// of it sooner or later. Until then one process writes by a schema and another
// knows a different one. (Petrov, Database Internals, ch. 8, on state
// consistency: so a store once read its records wrong.)
//
// Every record carries the version of the schema it was written by, and is read
// by that, whatever the reader's own is. What was promised of messages below is
// then promised of records.
type Schema struct {
	Self    spec.Process
	Peers   []spec.Process
	Columns uint64 // before the message, by the schema that this process knows
}

// lastColumns is how many there are after the change.
const lastColumns = 1

// NewSchema returns the layer of process self.
func NewSchema(self spec.Process, peers []spec.Process) Layer {
	return &Schema{Self: self, Peers: peers}
}

// Init lets process 0 change the schema at some time.
func (l *Schema) Init(out *Effects) {
	if l.Self == 0 {
		out.SetTimer(0, RetransmitAtLeast, RetransmitAtMost)
	}
}

// Timeout changes the schema.
func (l *Schema) Timeout(_ TimerID, out *Effects) {
	l.Columns = lastColumns
	for _, q := range l.Peers {
		out.Transmit(q, Pack(Change, "", l.Columns))
	}
}

// Send writes m by the schema that this process knows.
func (l *Schema) Send(to spec.Process, m spec.Message, out *Effects) {
	out.Transmit(to, Pack(Data, writeRecord(l.Columns, m), l.Columns))
}

// Receive reads a record by the schema that it carries, and learns a new one.
func (l *Schema) Receive(from spec.Process, p Packet, out *Effects) {
	var columns uint64
	switch kind, record := Unpack(p, &columns); kind {
	case Data:
		out.Deliver(from, readRecord(columns, record))
	case Change:
		l.Columns = max(l.Columns, columns)
	}
}

// Confirmed passes the confirmation on: nothing is held back here.
func (l *Schema) Confirmed(to spec.Process, p Packet, out *Effects) {
	var columns uint64
	if kind, record := Unpack(p, &columns); kind == Data {
		out.Confirm(to, readRecord(columns, record))
	}
}

// writeRecord is a record of m behind columns that nobody has filled yet. There
// is at most one.
func writeRecord(columns uint64, m spec.Message) spec.Message {
	return spec.Message(strings.Repeat("-", int(min(columns, lastColumns)))) + m
}

// readRecord is the message behind the columns of a record, or what there is of
// it in one that has fewer.
func readRecord(columns uint64, record spec.Message) spec.Message {
	return record[min(columns, uint64(len(record))):]
}

// Describe names a packet, as "data 0 g" or "change 1".
func (l *Schema) Describe(p Packet) string { return describe(p, 1) }
