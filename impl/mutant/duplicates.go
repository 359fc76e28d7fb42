package mutant

import (
	"hash/fnv"
	"io"

	"fairloss/impl"
	"fairloss/spec"
)

// deliversHeader delivers the packet with its header.
type deliversHeader struct{ impl.EliminateDuplicates }

func (l *deliversHeader) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	out.Deliver(from, spec.Message(p))
}

// dropsOvertaken delivers any number above the last one, and nothing below it.
type dropsOvertaken struct{ impl.EliminateDuplicates }

func (l *dropsOvertaken) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	kind, m := impl.Unpack(p, &n)
	if seen := l.Seen.Of(from); kind == impl.Data && n > seen.Low {
		seen.Low = n
		out.Deliver(from, m)
	}
}

// shortMemory remembers only the last number that it saw.
type shortMemory struct{ impl.EliminateDuplicates }

func (l *shortMemory) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.EliminateDuplicates.Receive(from, p, out)
	var n uint64
	if kind, _ := impl.Unpack(p, &n); kind == impl.Data {
		seen := l.Seen.Of(from)
		*seen = impl.IDSet{}
		seen.Add(n)
	}
}

// payloadIsID tells messages apart by their payloads.
type payloadIsID struct{ impl.EliminateDuplicates }

func (l *payloadIsID) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, m := impl.Unpack(p, &n); kind == impl.Data {
		id := fnv.New64a()
		io.WriteString(id, string(m))
		l.EliminateDuplicates.Receive(from, impl.Pack(kind, m, id.Sum64()), out)
	}
}

// shortHash tells messages apart by a hash of two bits of their numbers.
type shortHash struct{ impl.EliminateDuplicates }

func (l *shortHash) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, m := impl.Unpack(p, &n); kind == impl.Data {
		const golden = 0x9E3779B9 // 2³² divided by the golden ratio
		hash := uint64(uint32(n) * golden >> 30)
		l.EliminateDuplicates.Receive(from, impl.Pack(kind, m, 1+hash), out)
	}
}

// deliversFirst delivers before it looks whether it has delivered already.
type deliversFirst struct{ impl.EliminateDuplicates }

func (l *deliversFirst) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, m := impl.Unpack(p, &n); kind == impl.Data {
		out.Deliver(from, m)
		l.Seen.Of(from).Add(n)
	}
}
