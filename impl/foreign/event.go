package foreign

import (
	"strconv"

	"fairloss/impl"
	"fairloss/spec"
)

// eventKind is the word for what happens to an instance.
type eventKind string

// The events.
const (
	initialise eventKind = "init"
	request    eventKind = "send"
	receipt    eventKind = "receive"
	expiry     eventKind = "timeout"
	confirmed  eventKind = "confirmed"
	recovery   eventKind = "recover"
	restore    eventKind = "restore"
	drop       eventKind = "drop" // the only one without an answer
)

// event is what the program is told. Fields that its kind does not name are
// zero.
type event struct {
	kind     eventKind
	instance uint64
	self     spec.Process   // told by init, recover and restore
	peers    []spec.Process // the same
	peer     spec.Process   // send, confirmed: the receiver; receive: the sender
	data     string         // the message, packet or key; of recover, the stable value
	nothing  bool           // recover: there is no stable value
	timer    impl.TimerID
}

// begins reports whether the event makes a new instance.
func (e *event) begins() bool {
	return e.kind == initialise || e.kind == recovery || e.kind == restore
}

// appendLine appends the event as line n of the program's input.
func (e *event) appendLine(b []byte, n int) []byte {
	b = append(b, `{"n":`...)
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, `,"instance":`...)
	b = strconv.AppendUint(b, e.instance, 10)
	return append(e.appendBody(b), "}\n"...)
}

// appendBody appends all of the event but whom it happens to.
func (e *event) appendBody(b []byte) []byte {
	b = append(b, `,"event":"`...)
	b = append(b, e.kind...)
	b = append(b, '"')
	if e.begins() {
		b = appendNumber(b, "self", uint64(e.self))
		b = append(b, `,"peers":[`...)
		for i, p := range e.peers {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendUint(b, uint64(p), 10)
		}
		b = append(b, ']')
	}
	switch e.kind {
	case request:
		b = appendNumber(b, "to", uint64(e.peer))
		b = appendData(b, "message", e.data)
	case receipt:
		b = appendNumber(b, "from", uint64(e.peer))
		b = appendData(b, "packet", e.data)
	case confirmed:
		b = appendNumber(b, "to", uint64(e.peer))
		b = appendData(b, "packet", e.data)
	case expiry:
		b = appendNumber(b, "timer", uint64(e.timer))
	case restore:
		b = appendData(b, "key", e.data)
	case recovery:
		if e.nothing {
			return append(b, `,"stable":null`...)
		}
		b = appendData(b, "stable", e.data)
	}
	return b
}

func appendNumber(b []byte, name string, n uint64) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return strconv.AppendUint(b, n, 10)
}

func appendData(b []byte, name, data string) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return appendText(b, data)
}
