package filestore

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

const (
	magic    = "fairlos1" // begins a head
	overhead = len(magic) + 8 + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// head is what the store says of itself. As a file it is the magic word, the
// length of the rest without the checksum, the length of the log, its
// checksum, a 1 and the stable value or a 0 where there is none, and the
// checksum of all that. Numbers are little-endian, checksums CRC-32C.
type head struct {
	length int64  // bytes of the log
	sum    uint32 // of the log
	stable []byte // nil where there is none
}

// grow says that b was appended to the log.
func (h *head) grow(b []byte) {
	h.length += int64(len(b))
	h.sum = crc32.Update(h.sum, castagnoli, b)
}

func (h *head) encode() []byte {
	body := binary.LittleEndian.AppendUint64(nil, uint64(h.length))
	body = binary.LittleEndian.AppendUint32(body, h.sum)
	if h.stable == nil {
		body = append(body, 0)
	} else {
		body = append(append(body, 1), h.stable...)
	}
	b := binary.LittleEndian.AppendUint64([]byte(magic), uint64(len(body)))
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeHead(b []byte) (head, error) {
	if len(b) < overhead || string(b[:len(magic)]) != magic {
		return head{}, fmt.Errorf("%w: it does not begin as one", ErrDamaged)
	}
	if n := binary.LittleEndian.Uint64(b[len(magic):]); n != uint64(len(b)-overhead) {
		return head{}, fmt.Errorf("%w: %d bytes, want %d", ErrDamaged, len(b)-overhead, n)
	}
	rest, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if got := crc32.Checksum(rest, castagnoli); got != sum {
		return head{}, fmt.Errorf("%w: its checksum is %08x, want %08x", ErrDamaged, got, sum)
	}
	body := rest[len(magic)+8:]
	if len(body) < 8+4+1 || body[12] > 1 || body[12] == 0 && len(body) > 13 {
		return head{}, fmt.Errorf("%w: it says nothing that makes sense", ErrDamaged)
	}
	h := head{length: int64(binary.LittleEndian.Uint64(body)), sum: binary.LittleEndian.Uint32(body[8:])}
	if h.length < 0 {
		return head{}, fmt.Errorf("%w: the log has %d bytes", ErrDamaged, h.length)
	}
	if body[12] == 1 {
		h.stable = clone(body[13:])
	}
	return h, nil
}

// clone is slices.Clone that keeps apart nil and empty.
func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte{}, b...)
}

// appendRecords appends the deliveries as they stand in the log: the sender
// and the length of the message as uvarints, and the message.
func appendRecords(b []byte, deliveries []impl.Delivery) []byte {
	for _, d := range deliveries {
		b = binary.AppendUvarint(b, uint64(d.From))
		b = binary.AppendUvarint(b, uint64(len(d.Message)))
		b = append(b, d.Message...)
	}
	return b
}

// records yields the records in the first size bytes of r.
func records(r io.ReaderAt, size int64, yield func(impl.Delivery, error) bool) {
	rest := bufio.NewReader(io.NewSectionReader(r, 0, size))
	for {
		if _, err := rest.Peek(1); err == io.EOF {
			return
		}
		d, err := readRecord(rest, size)
		if err != nil {
			yield(impl.Delivery{}, fmt.Errorf("filestore: %s: %w", logName, err))
			return
		}
		if !yield(d, nil) {
			return
		}
	}
}

func readRecord(r *bufio.Reader, size int64) (impl.Delivery, error) {
	from, err := binary.ReadUvarint(r)
	if err != nil {
		return impl.Delivery{}, err
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return impl.Delivery{}, err
	}
	if n > uint64(size) {
		return impl.Delivery{}, fmt.Errorf("%w: a message of %d bytes", ErrDamaged, n)
	}
	m := make([]byte, n)
	if _, err := io.ReadFull(r, m); err != nil {
		return impl.Delivery{}, err
	}
	return impl.Delivery{From: spec.Process(from), Message: spec.Message(m)}, nil
}

// checksum returns that of the first size bytes of r.
func checksum(r io.ReaderAt, size int64) (uint32, error) {
	sum := crc32.New(castagnoli)
	_, err := io.Copy(sum, io.NewSectionReader(r, 0, size))
	return sum.Sum32(), err
}

// readAll returns the content of a file.
func readAll(files FS, name string) ([]byte, error) {
	f, err := files.Open(name, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	return slices.Clip(b), err
}
