package filestore

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"testing"

	"fairloss/impl"
	"fairloss/impl/netlink/storetest"
)

// planted are stores that are wrong on purpose, and the check that must tell.
var planted = []struct {
	name, caughtBy string
	open           func(FS) (storetest.Store, error)
}{
	{"syncs no file", "Crash", on(func(f FS) FS { return syncsNoFile{f} })},
	{"syncs no directory", "Crash", on(func(f FS) FS { return syncsNoDirectory{f} })},
	{"syncs no directory for a new log", "Crash", on(func(f FS) FS { return &syncsOnlyRenames{FS: f} })},
	{"writes in place", "Crash", on(func(f FS) FS { return inPlace{f} })},
	{"looks at no checksum", "Damage", on(func(f FS) FS { return trusting{f} })},
	{"saves in two steps", "Crash", with(func(s *Store) storetest.Store { return twoSteps{s} })},
	{"saves later", "Crash", with(func(s *Store) storetest.Store { return &later{Store: s} })},
	{"saves again after a failure", "Failure", with(func(s *Store) storetest.Store { return risen{s} })},
	{"cannot be read, hence is new", "Reading", func(f FS) (storetest.Store, error) {
		if s, err := OpenFS(f); err == nil {
			return s, nil
		}
		return OpenFS(memory{newDisk(openStore)})
	}},
}

func on(change func(FS) FS) func(FS) (storetest.Store, error) {
	return func(f FS) (storetest.Store, error) { return openStore(change(f)) }
}

func with(change func(*Store) storetest.Store) func(FS) (storetest.Store, error) {
	return func(f FS) (storetest.Store, error) {
		s, err := OpenFS(f)
		if err != nil {
			return nil, err
		}
		return change(s), nil
	}
}

func TestPlantedStoresAreCaught(t *testing.T) {
	for _, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			checks := storetest.Checks()
			i := slices.IndexFunc(checks, func(c storetest.Check) bool { return c.Name == p.caughtBy })
			err := checks[i].Run(func() storetest.Disk { return newDisk(p.open) })
			if err == nil {
				t.Fatalf("%s finds nothing", p.caughtBy)
			}
			t.Log(err)
		})
	}
}

// syncsNoFile forgets fsync.
type syncsNoFile struct{ FS }

func (f syncsNoFile) Open(name string, create bool) (File, error) {
	file, err := f.FS.Open(name, create)
	if err != nil {
		return nil, err
	}
	return unsynced{file}, nil
}

type unsynced struct{ File }

func (unsynced) Sync() error { return nil }

// syncsNoDirectory forgets to sync what is named how.
type syncsNoDirectory struct{ FS }

func (syncsNoDirectory) Sync() error { return nil }

// syncsOnlyRenames syncs the directory only after a rename, where it leaves it
// to chance whether an older new name is there too.
type syncsOnlyRenames struct {
	FS
	renamed bool
}

func (f *syncsOnlyRenames) Rename(from, to string) error {
	f.renamed = true
	return f.FS.Rename(from, to)
}

func (f *syncsOnlyRenames) Sync() error {
	if !f.renamed {
		return nil
	}
	f.renamed = false
	return f.FS.Sync()
}

// inPlace writes over the head.
type inPlace struct{ FS }

func (f inPlace) Open(name string, create bool) (File, error) {
	if name == nextName && create {
		name = headName
	}
	return f.FS.Open(name, create)
}

func (inPlace) Rename(string, string) error { return nil }

// trusting reads a head with the checksums that it should have.
type trusting struct{ FS }

func (f trusting) Open(name string, create bool) (File, error) {
	file, err := f.FS.Open(name, create)
	if err != nil || name != headName {
		return file, err
	}
	b := make([]byte, 1<<10)
	n, err := file.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return corrected{file, f.correct(b[:n])}, nil
}

func (f trusting) correct(b []byte) []byte {
	if len(b) < overhead+13 {
		return b
	}
	if log, err := f.FS.Open(logName, false); err == nil {
		at := len(magic) + 8
		sum, err := checksum(log, int64(binary.LittleEndian.Uint64(b[at:])))
		if err == nil {
			binary.LittleEndian.PutUint32(b[at+8:], sum)
		}
	}
	end := len(b) - 4
	binary.LittleEndian.PutUint32(b[end:], crc32.Checksum(b[:end], castagnoli))
	return b
}

type corrected struct {
	File
	content []byte
}

func (f corrected) ReadAt(b []byte, at int64) (int, error) {
	n := copy(b, f.content[min(int(at), len(f.content)):])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// twoSteps saves the stable value, then the log.
type twoSteps struct{ *Store }

func (s twoSteps) Save(stable []byte, deliveries []impl.Delivery) error {
	if err := s.Store.Save(stable, nil); err != nil {
		return err
	}
	return s.Store.Save(stable, deliveries)
}

// later saves when it is asked for the next save, or closed.
type later struct {
	*Store
	due func() error
}

func (s *later) Save(stable []byte, deliveries []impl.Delivery) error {
	err := s.pay()
	s.due = func() error { return s.Store.Save(stable, deliveries) }
	return err
}

func (s *later) pay() error {
	if s.due == nil {
		return nil
	}
	due := s.due
	s.due = nil
	return due()
}

func (s *later) Close() error {
	if err := s.pay(); err != nil {
		return err
	}
	return s.Store.Close()
}

// risen forgets that a save has failed.
type risen struct{ *Store }

func (s risen) Save(stable []byte, deliveries []impl.Delivery) error {
	s.failed = nil
	return s.Store.Save(stable, deliveries)
}
