// Package frame carries messages over a stream of bytes: each after its
// length, in two bytes, big-endian.
//
// Streams promise an order of bytes and no boundaries; the adapters of
// transports that are streams use it to keep messages apart. It has no
// checksum: what a stream damages arrives damaged.
package frame

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"fairloss/spec"
)

// Write writes the message, in one call of w.Write. A message of more than
// 65,535 bytes is an error.
func Write(w io.Writer, m spec.Message) error {
	if len(m) > math.MaxUint16 {
		return fmt.Errorf("a message of %d bytes (at most %d)", len(m), math.MaxUint16)
	}
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...))
	return err
}

// Read reads the next message. The error is io.EOF where the stream ends
// before it, and io.ErrUnexpectedEOF within it.
func Read(r io.Reader) (spec.Message, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return "", err
	}
	m := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(r, m); err == io.EOF {
		return "", io.ErrUnexpectedEOF
	} else if err != nil {
		return "", err
	}
	return spec.Message(m), nil
}
