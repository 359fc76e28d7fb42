// Package filestore is a netlink.Store in two plain files of one directory.
//
// Use it where a process must survive kill -9 and power failures, and a few
// hundred saves a second are enough. It is no database: it keeps every delivery
// for ever, and a save waits for the disk three times. Its tests show that it
// keeps its promises on a disk that loses what was not synced and fails where
// it likes; that a real disk, and what lies between it and this program, do
// what a sync promises, they do not show.
//
// The file "log" holds the deliveries, one after another. The file "head"
// holds the stable value, and the length and the checksum of the log: it is
// replaced as a whole (written beside, synced, renamed, the directory synced),
// and that is the moment in which a save happens. What the log has beyond that
// length was never saved. So every file has one right content, and a file that
// is damaged, cut or missing is an error, never an older state. Only a
// directory from which both files are gone is a new one, and files that are
// replaced by older copies of both pass for the older state.
package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"fairloss/impl"
)

const (
	headName = "head"
	nextName = "head.next" // what is to replace the head
	logName  = "log"
)

// ErrDamaged is what errors wrap where a file is not what was written to it.
var ErrDamaged = errors.New("the store is damaged")

// Store is a netlink.Store. One process at a time may have it open. Its methods
// must not be called concurrently.
type Store struct {
	fs         FS
	head       head
	log        File // nil until there is a delivery
	unfinished bool
	failed     error // of a Save: nothing is known of the disk since
}

// Open opens the store in the directory dir, and makes both where they are not
// there yet. The directory above must be there.
func Open(dir string) (*Store, error) {
	d, err := openDirectory(dir)
	if err != nil {
		return nil, fmt.Errorf("filestore: %w", err)
	}
	return OpenFS(d)
}

// OpenFS opens the store on a file system of your own. It reads all that there
// is, and undoes a Save that a crash has cut.
func OpenFS(files FS) (*Store, error) {
	s := &Store{fs: files}
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("filestore: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) open() error {
	content, err := readAll(s.fs, headName)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return err
	}
	if !fresh {
		if s.head, err = decodeHead(content); err != nil {
			return fmt.Errorf("%s: %w", headName, err)
		}
	}
	if err := s.openLog(fresh); err != nil {
		return fmt.Errorf("%s: %w", logName, err)
	}
	_, err = readAll(s.fs, nextName)
	switch {
	case err == nil && !fresh:
		s.unfinished = true
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if fresh || s.unfinished {
		return s.replaceHead()
	}
	return nil
}

// openLog opens the log, where there must be one, and compares it with the
// head.
func (s *Store) openLog(fresh bool) error {
	var err error
	s.log, err = s.fs.Open(logName, false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.log = nil
		if s.head.length > 0 {
			return fmt.Errorf("%w: it is missing", ErrDamaged)
		}
		return nil
	case err != nil:
		return err
	case fresh:
		return fmt.Errorf("%w: there is one, and no %s", ErrDamaged, headName)
	}
	size, err := s.log.Size()
	if err != nil {
		return err
	}
	if size < s.head.length {
		return fmt.Errorf("%w: %d bytes, want %d", ErrDamaged, size, s.head.length)
	}
	sum, err := checksum(s.log, s.head.length)
	if err != nil {
		return err
	}
	if sum != s.head.sum {
		return fmt.Errorf("%w: its checksum is %08x, want %08x", ErrDamaged, sum, s.head.sum)
	}
	if size > s.head.length {
		s.unfinished = true
		return s.log.Truncate(s.head.length)
	}
	return nil
}

// Unfinished reports whether opening found, and undid, a Save that a crash had
// cut.
func (s *Store) Unfinished() bool { return s.unfinished }

// Load returns the stable value that was saved last.
func (s *Store) Load() ([]byte, error) { return s.head.stable, s.failed }

// Save replaces the stable value and appends to the log.
func (s *Store) Save(stable []byte, deliveries []impl.Delivery) error {
	if s.failed == nil {
		s.failed = s.save(stable, deliveries)
	}
	return s.failed
}

func (s *Store) save(stable []byte, deliveries []impl.Delivery) error {
	if len(deliveries) > 0 {
		if err := s.appendLog(deliveries); err != nil {
			return fmt.Errorf("filestore: %s: %w", logName, err)
		}
	}
	s.head.stable = clone(stable)
	if err := s.replaceHead(); err != nil {
		return fmt.Errorf("filestore: %s: %w", headName, err)
	}
	return nil
}

// appendLog makes the deliveries durable, but not yet part of the log.
func (s *Store) appendLog(deliveries []impl.Delivery) error {
	fresh := s.log == nil
	if fresh {
		var err error
		if s.log, err = s.fs.Open(logName, true); err != nil {
			return err
		}
	}
	b := appendRecords(nil, deliveries)
	if _, err := s.log.WriteAt(b, s.head.length); err != nil {
		return err
	}
	if err := s.log.Sync(); err != nil {
		return err
	}
	if fresh { // or the new head may be there after a crash, and the log not
		if err := s.fs.Sync(); err != nil {
			return err
		}
	}
	s.head.grow(b)
	return nil
}

// replaceHead writes the head beside the old one and puts it in its place.
func (s *Store) replaceHead() error {
	if err := s.writeNext(); err != nil {
		return err
	}
	if err := s.fs.Rename(nextName, headName); err != nil {
		return err
	}
	return s.fs.Sync()
}

func (s *Store) writeNext() (err error) {
	f, err := s.fs.Open(nextName, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Truncate(0); err != nil {
		return err
	}
	if _, err := f.WriteAt(s.head.encode(), 0); err != nil {
		return err
	}
	return f.Sync()
}

// Log yields every delivery that was saved, oldest first.
func (s *Store) Log() iter.Seq2[impl.Delivery, error] {
	return func(yield func(impl.Delivery, error) bool) {
		if s.log != nil {
			records(s.log, s.head.length, yield)
		}
	}
}

// Close closes the files. It saves nothing: all is saved.
func (s *Store) Close() error {
	if s.log == nil {
		return nil
	}
	return s.log.Close()
}
