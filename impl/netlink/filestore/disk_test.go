package filestore

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"

	"fairloss/impl/netlink/storetest"
)

var (
	errFault = errors.New("input/output error")
	errPower = errors.New("the power is gone")
)

// sector is how much of a write reaches the disk at once.
const sector = 16

// disk is a file system in memory that loses what was not synced. A sync that
// fails loses it too, in the end: what was to be written counts as written
// from then on, as on Linux.
type disk struct {
	open func(FS) (storetest.Store, error)

	names   map[string]*inode // as a process sees them
	durable map[string]*inode // as they are after a crash
	renames []rename          // not synced

	operations int
	fault      storetest.Fault
}

// rename puts a file under a name; from is "" for a new file.
type rename struct {
	from, to string
	file     *inode
}

// inode is a file.
type inode struct {
	data    []byte
	durable []byte
	writes  []write // not synced, in order
}

// write is a write of at most a sector, or a truncation.
type write struct {
	at   int64
	data []byte // nil: the file ends at at
}

func newDisk(open func(FS) (storetest.Store, error)) *disk {
	return &disk{open: open, names: map[string]*inode{}, durable: map[string]*inode{}}
}

func openStore(files FS) (storetest.Store, error) {
	s, err := OpenFS(files)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (d *disk) Open() (storetest.Store, error) { return d.open(memory{d}) }
func (d *disk) Operations() int                { return d.operations }
func (d *disk) Inject(f storetest.Fault)       { d.fault = f }

// operation counts an operation and returns how it fails.
func (d *disk) operation() error {
	d.operations++
	switch {
	case d.fault.At == 0 || d.operations < d.fault.At:
		return nil
	case d.operations == d.fault.At:
		return errFault
	case d.fault.After:
		return errPower
	}
	return nil
}

func (d *disk) Crash(survive float64, seed uint64) {
	random := rand.New(rand.NewPCG(seed, seed))
	stays := func() bool { return random.Float64() < survive }
	for _, r := range d.renames {
		if stays() {
			delete(d.durable, r.from)
			d.durable[r.to] = r.file
		}
	}
	d.renames = nil
	after := map[string]*inode{}
	for _, name := range slices.Sorted(maps.Keys(d.durable)) {
		f := d.durable[name]
		data := slices.Clone(f.durable)
		for _, w := range f.writes {
			if stays() {
				data = w.apply(data)
			}
		}
		after[name] = &inode{data: data, durable: slices.Clone(data)}
	}
	d.names, d.durable, d.fault = after, maps.Clone(after), storetest.Fault{}
}

func (w write) apply(data []byte) []byte {
	if w.data == nil {
		return append(data, make([]byte, max(0, int(w.at)-len(data)))...)[:w.at]
	}
	if end := int(w.at) + len(w.data); end > len(data) {
		data = append(data, make([]byte, end-len(data))...)
	}
	copy(data[w.at:], w.data)
	return data
}

// memory is the FS of a disk.
type memory struct{ *disk }

func (d memory) Open(name string, create bool) (File, error) {
	if err := d.operation(); err != nil {
		return nil, err
	}
	f := d.names[name]
	if f == nil {
		if !create {
			return nil, fs.ErrNotExist
		}
		f = &inode{}
		d.names[name] = f
		d.renames = append(d.renames, rename{"", name, f})
	}
	return memoryFile{d.disk, f}, nil
}

func (d memory) Rename(from, to string) error {
	if err := d.operation(); err != nil {
		return err
	}
	f := d.names[from]
	if f == nil {
		return fs.ErrNotExist
	}
	delete(d.names, from)
	d.names[to] = f
	d.renames = append(d.renames, rename{from, to, f})
	return nil
}

func (d memory) Sync() error {
	if err := d.operation(); err != nil {
		return err
	}
	for _, r := range d.renames {
		delete(d.durable, r.from)
		d.durable[r.to] = r.file
	}
	d.renames = nil
	return nil
}

// memoryFile is an open file.
type memoryFile struct {
	disk *disk
	file *inode
}

func (f memoryFile) ReadAt(b []byte, at int64) (int, error) {
	if err := f.disk.operation(); err != nil {
		return 0, err
	}
	if at >= int64(len(f.file.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.file.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f memoryFile) WriteAt(b []byte, at int64) (int, error) {
	err := f.disk.operation()
	if err != nil && (!f.disk.fault.Torn || err == errPower) {
		return 0, err
	}
	n := len(b)
	if err != nil {
		n /= 2
	}
	for part := range slices.Chunk(slices.Clone(b[:n]), sector) {
		f.write(write{at, part})
		at += int64(len(part))
	}
	return n, err
}

func (f memoryFile) write(w write) {
	f.file.data = w.apply(f.file.data)
	f.file.writes = append(f.file.writes, w)
}

func (f memoryFile) Size() (int64, error) {
	return int64(len(f.file.data)), f.disk.operation()
}

func (f memoryFile) Truncate(size int64) error {
	if err := f.disk.operation(); err != nil {
		return err
	}
	f.write(write{size, nil})
	return nil
}

func (f memoryFile) Sync() error {
	err := f.disk.operation()
	if err == nil {
		f.file.durable = slices.Clone(f.file.data)
	}
	f.file.writes = nil
	return err
}

func (f memoryFile) Close() error { return f.disk.operation() }

// Damage flips each bit of each file, cuts each file by each number of bytes,
// and removes each file.
func (d *disk) Damage(way int) bool {
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		f := d.names[name]
		size := len(f.data)
		switch {
		case way < 8*size:
			f.data[way/8] ^= 1 << (way % 8)
			return true
		case way < 9*size:
			f.data = f.data[:way-8*size]
			return true
		case way == 9*size:
			delete(d.names, name)
			return true
		}
		way -= 9*size + 1
	}
	return false
}
