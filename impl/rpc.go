package impl

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"fairloss/spec"
)

// RPC is a client and a server of requests to a counter. To send m is to ask
// the server at the other process to execute m; the server delivers m, which is
// its execution, adds one to its counter and replies with the new value. The
// client then confirms m and delivers the reply "m=value".
//
// To add one is not idempotent, so the server keeps its replies and answers a
// request that it has executed from there. It keeps them for ever, as nothing
// tells it that a reply arrived.
//
// A counter with Room does not count further than that: it executes the request
// and replies with an error. An error is an answer, no loss: it is kept and
// repeated like any other, and the client confirms m, delivers "m=full", and
// does not retry.
type RPC struct {
	Room    uint64               // as server: the largest value of the counter; 0: there is none
	Sent    PerPeer[Outstanding] // as client: requests without a reply
	Counter uint64               // as server: requests executed
	Replies PerPeer[[]Answer]    // as server: by number, ascending
}

// Answer is the reply to a request.
type Answer struct {
	N     uint64 // the number of the request
	Value uint64 // of the counter after it was executed; 0: an error, the counter was full
}

func compareAnswer(a Answer, n uint64) int { return cmp.Compare(a.N, n) }

// Init does nothing.
func (l *RPC) Init(*Effects) {}

// Send transmits the request m under a new number.
func (l *RPC) Send(to spec.Process, m spec.Message, out *Effects) {
	sent := l.Sent.Of(to)
	n := sent.Add(m)
	out.Transmit(to, Pack(Request, m, n))
	if len(sent.Pending) == 1 {
		armRetransmission(to, out)
	}
}

// Receive handles requests, as server, and replies, as client.
func (l *RPC) Receive(from spec.Process, p Packet, out *Effects) {
	var n, value uint64
	if kind, m := Unpack(p, &n); kind == Request {
		l.request(from, n, m, out)
	} else if kind, _ := Unpack(p, &n, &value); kind == Reply {
		l.reply(from, n, value, out)
	}
}

// request executes a request that is new, and answers any.
func (l *RPC) request(client spec.Process, n uint64, m spec.Message, out *Effects) {
	replies := l.Replies.Of(client)
	i, executed := slices.BinarySearchFunc(*replies, n, compareAnswer)
	if !executed {
		*replies = slices.Insert(*replies, i, Answer{n, l.increment()})
		out.Deliver(client, m)
	}
	out.Transmit(client, Pack(Reply, "", n, (*replies)[i].Value))
}

// increment executes a request, and returns 0 where the counter is full.
func (l *RPC) increment() uint64 {
	if l.Room > 0 && l.Counter == l.Room {
		return 0
	}
	l.Counter++
	return l.Counter
}

// reply completes the request n, unless it is complete.
func (l *RPC) reply(server spec.Process, n, value uint64, out *Effects) {
	sent := l.Sent.Of(server)
	m, ok := sent.Take(n)
	if !ok {
		return
	}
	if len(sent.Pending) == 0 {
		cancelRetransmission(server, out)
	}
	out.Confirm(server, m)
	if value == 0 {
		out.Deliver(server, m+"=full")
		return
	}
	out.Deliver(server, spec.Message(fmt.Sprintf("%s=%d", m, value)))
}

// Timeout transmits again the requests without a reply.
func (l *RPC) Timeout(t TimerID, out *Effects) {
	to := spec.Process(t)
	for _, d := range l.Sent.Of(to).Pending {
		out.Transmit(to, Pack(Request, d.Message, d.N))
	}
	armRetransmission(to, out)
}

// AppendKey appends the canonical encoding of the state.
func (l *RPC) AppendKey(b []byte) []byte {
	b = l.Sent.AppendKey(b, func(b []byte, sent *Outstanding) []byte { return sent.AppendKey(b) })
	b = binary.AppendUvarint(b, l.Counter)
	return l.Replies.AppendKey(b, func(b []byte, replies *[]Answer) []byte {
		b = binary.AppendUvarint(b, uint64(len(*replies)))
		for _, a := range *replies {
			b = binary.AppendUvarint(b, a.N)
			b = binary.AppendUvarint(b, a.Value)
		}
		return b
	})
}

// Describe names a packet, as "request 1 g" or "reply 1 3".
func (l *RPC) Describe(p Packet) string {
	var n uint64
	if kind, _ := Unpack(p, &n); kind == Request {
		return describe(p, 1)
	}
	return describe(p, 2)
}
