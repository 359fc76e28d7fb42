package impl

import (
	"bytes"
	"encoding/binary"
)

// joinStable encodes the stable values of all layers: for each a 0, or a 1,
// its length and its bytes. It is nil where no layer has any.
func joinStable(parts [][]byte) []byte {
	size, some := 0, false
	for _, p := range parts {
		size += 1 + binary.MaxVarintLen64 + len(p)
		some = some || p != nil
	}
	if !some {
		return nil
	}
	b := make([]byte, 0, size)
	for _, p := range parts {
		if p == nil {
			b = append(b, 0)
			continue
		}
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}

// splitStable is the inverse of joinStable for n layers. Bytes that joinStable
// cannot have made count as none.
func splitStable(b []byte, n int) [][]byte {
	parts, rest := make([][]byte, n), b
	for i := range parts {
		if len(rest) == 0 || rest[0] > 1 {
			break
		}
		present := rest[0] == 1
		rest = rest[1:]
		if !present {
			continue
		}
		size, w := binary.Uvarint(rest)
		if w <= 0 || size > uint64(len(rest)-w) {
			break
		}
		rest = rest[w:]
		parts[i] = append([]byte{}, rest[:size]...)
		rest = rest[size:]
	}
	if !bytes.Equal(joinStable(parts), b) {
		clear(parts)
	}
	return parts
}
