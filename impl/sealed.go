package impl

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"fairloss/spec"
)

// Seal computes what a sender puts before a packet so that the receiver can
// tell whether it arrived as it was sent. Equal arguments give equal seals of
// one length.
type Seal struct {
	Of     func(from, to spec.Process, p Packet) string
	Secret bool // it cannot be computed without a key
}

// The polynomial of CRC-32C.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// CRC32C is a seal against accidents: it tells every change of a few bits, and
// of any other all but about one in 2³². It is no seal against an attacker, who
// can compute it too.
func CRC32C() Seal {
	return Seal{Of: func(_, _ spec.Process, p Packet) string {
		return string(binary.BigEndian.AppendUint32(nil, crc32.Checksum([]byte(p), castagnoli)))
	}}
}

// InternetChecksum is the sum of RFC 1071, as in IP, UDP and TCP: blind to words
// that have changed places.
func InternetChecksum() Seal {
	return Seal{Of: func(_, _ spec.Process, p Packet) string {
		var sum uint32
		for i := 0; i < len(p); i += 2 {
			word := uint32(p[i]) << 8
			if i+1 < len(p) {
				word |= uint32(p[i+1])
			}
			sum += word
			sum = sum&0xffff + sum>>16
		}
		return string(binary.BigEndian.AppendUint16(nil, ^uint16(sum)))
	}}
}

// macSize is the length of a truncated HMAC: a forger's guess is right with a
// probability of 2⁻¹²⁸.
const macSize = 16

// HMAC is a seal under a key that both ends know and nobody else: HMAC-SHA-256
// of the direction and the packet, truncated (RFC 2104, section 5). It does not
// tell a packet from one that was sent before on the same direction: that is
// for the layer above.
func HMAC(key []byte) Seal {
	return Seal{Secret: true, Of: func(from, to spec.Process, p Packet) string {
		b := binary.AppendUvarint(nil, uint64(from))
		b = binary.AppendUvarint(b, uint64(to))
		mac := hmac.New(sha256.New, key)
		mac.Write(append(b, p...))
		return string(mac.Sum(nil)[:macSize])
	}}
}

// Sealed is a bottom layer that puts a seal before each packet, and drops what
// arrives under a seal that does not fit: what was corrupted is lost, which
// layers above can bear.
func Sealed(seal Seal) Factory {
	return func(self spec.Process, _ []spec.Process) Layer { return &sealed{self: self, seal: seal} }
}

// sealed has no state.
type sealed struct {
	self spec.Process
	seal Seal
}

// Init does nothing.
func (l *sealed) Init(*Effects) {}

// Send transmits m under its seal.
func (l *sealed) Send(to spec.Process, m spec.Message, out *Effects) {
	out.Transmit(to, Packet(l.seal.Of(l.self, to, Packet(m)))+Packet(m))
}

// Receive delivers what is under its seal.
func (l *sealed) Receive(from spec.Process, p Packet, out *Effects) {
	seal, content := l.open(p)
	if hmac.Equal([]byte(seal), []byte(l.seal.Of(from, l.self, content))) {
		out.Deliver(from, spec.Message(content))
	}
}

// open takes a packet apart.
func (l *sealed) open(p Packet) (seal string, content Packet) {
	size := min(len(p), len(l.seal.Of(l.self, l.self, "")))
	return string(p[:size]), p[size:]
}

// Timeout does nothing: there is no timer.
func (l *sealed) Timeout(TimerID, *Effects) {}

// AppendKey appends nothing.
func (l *sealed) AppendKey(b []byte) []byte { return b }

// Forge returns the packet with another last byte, under a seal that fits
// unless it is secret.
func (l *sealed) Forge(p Packet) []Packet {
	_, content := l.open(p)
	if l.seal.Secret || content == "" {
		return nil
	}
	last := len(content) - 1
	forged := content[:last] + Packet([]byte{content[last] ^ 1})
	return []Packet{Packet(l.seal.Of(l.self, l.self, forged)) + forged}
}

// Describe names what is under the seal.
func (l *sealed) Describe(p Packet) string {
	_, content := l.open(p)
	return fmt.Sprintf("sealed %q", string(content))
}
