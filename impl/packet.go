package impl

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"fairloss/spec"
)

// PacketKind is the first byte of a packet.
type PacketKind byte

// The kinds of packets. Data and Request carry a message, the others do not.
const (
	Malformed PacketKind = 0 // what Pack did not make
	Data      PacketKind = 'D'
	Ack       PacketKind = 'A'
	Request   PacketKind = 'Q'
	Reply     PacketKind = 'R'
	Change    PacketKind = 'C' // of what all processes go by: a schema, or a view of who is where
)

// String returns "data", "ack", "request", "reply", "change" or "malformed".
func (k PacketKind) String() string {
	switch k {
	case Data:
		return "data"
	case Ack:
		return "ack"
	case Request:
		return "request"
	case Reply:
		return "reply"
	case Change:
		return "change"
	}
	return "malformed"
}

func (k PacketKind) carriesMessage() bool { return k == Data || k == Request }

// Pack encodes a packet: its kind, its numbers as uvarints, its message. The
// receiver must know how many numbers there are. Equal arguments give equal
// packets, so that a retransmission is the packet it repeats.
func Pack(kind PacketKind, m spec.Message, numbers ...uint64) Packet {
	b := make([]byte, 0, 1+2*len(numbers)+len(m))
	b = append(b, byte(kind))
	for _, n := range numbers {
		b = binary.AppendUvarint(b, n)
	}
	return Packet(append(b, m...))
}

// Unpack is the inverse of Pack for as many numbers as it is given places for.
// What Pack would not have made is Malformed, and then the numbers mean
// nothing.
func Unpack(p Packet, numbers ...*uint64) (PacketKind, spec.Message) {
	if p == "" {
		return Malformed, ""
	}
	kind, rest := PacketKind(p[0]), p[1:]
	switch kind {
	case Data, Ack, Request, Reply, Change:
	default:
		return Malformed, ""
	}
	for _, n := range numbers {
		var size int
		if *n, size = uvarint(rest); size == 0 {
			return Malformed, ""
		}
		rest = rest[size:]
	}
	if rest != "" && !kind.carriesMessage() {
		return Malformed, ""
	}
	return kind, spec.Message(rest)
}

// uvarint reads a number and returns the bytes that it takes: 0 where there is
// none, or one that is longer than it need be.
func uvarint(p Packet) (n uint64, size int) {
	n, size = binary.Uvarint([]byte(p[:min(len(p), binary.MaxVarintLen64)]))
	if size <= 0 || size > 1 && p[size-1] == 0 {
		return 0, 0
	}
	return n, size
}

// describe names a packet that has so many numbers, as "data 1 g".
func describe(p Packet, numbers int) string {
	places := make([]*uint64, numbers)
	for i := range places {
		places[i] = new(uint64)
	}
	kind, m := Unpack(p, places...)
	if kind == Malformed {
		return fmt.Sprintf("malformed %q", string(p))
	}
	words := []string{kind.String()}
	for _, n := range places {
		words = append(words, strconv.FormatUint(*n, 10))
	}
	if kind.carriesMessage() {
		words = append(words, readable(m))
	}
	return strings.Join(words, " ")
}

// readable returns m as it is where that can be read, else quoted.
func readable(m spec.Message) string {
	if quoted := strconv.Quote(string(m)); m == "" || quoted != `"`+string(m)+`"` {
		return quoted
	}
	return string(m)
}
