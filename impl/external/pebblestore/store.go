// Package pebblestore is a netlink.Store in Pebble, an embedded key-value
// store.
//
// Use it where fairloss/impl/netlink/filestore is too slow, or a link shares
// its storage with an application that has a Pebble anyway. A save is one batch
// and one sync. It lives in a module of its own, so that nobody else pays for
// its dependencies.
//
// Pebble cannot tell a write-ahead log that was damaged at its end, or cut,
// from one that a crash has cut: it then opens with what came before, and says
// nothing. filestore would. Damage elsewhere Pebble finds when it reads there.
// Where Pebble cannot go on it wants the process to end; here the store fails
// instead, and leaves behind the goroutines that cannot go on.
package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"fairloss/impl"
	"fairloss/spec"
)

// The keys: one for the stable value, and one for each delivery, this and its
// number, big-endian.
var (
	stableKey = []byte("stable")
	logKey    = []byte("log/")
	logEnd    = []byte("log0") // after all of these
)

// Store is a netlink.Store. One process at a time may have it open. Its methods
// must not be called concurrently.
type Store struct {
	end    *end
	db     *pebble.DB
	next   uint64 // number of the next delivery
	failed error  // of a Save: nothing is known of the disk since
}

// Open opens the store in the directory dir, and makes it where it is not there
// yet.
func Open(dir string) (*Store, error) { return OpenFS(dir, vfs.Default) }

// OpenFS opens the store in a directory of a file system of your own.
func OpenFS(dir string, files vfs.FS) (*Store, error) {
	e := &end{reached: make(chan struct{})}
	return open(dir, ordered{files, e}, e)
}

func open(dir string, files vfs.FS, e *end) (*Store, error) {
	s := &Store{end: e}
	err := e.try(func() (err error) {
		s.db, err = pebble.Open(dir, &pebble.Options{FS: files, Logger: e})
		if err != nil {
			return err
		}
		if s.next, err = s.count(); err != nil {
			return errors.Join(err, s.db.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// count returns how many deliveries there are.
func (s *Store) count() (n uint64, err error) {
	it, err := s.entries()
	if err != nil {
		return 0, err
	}
	if it.Last() {
		n = binary.BigEndian.Uint64(it.Key()[len(logKey):]) + 1
	}
	return n, errors.Join(it.Error(), it.Close())
}

func (s *Store) entries() (*pebble.Iterator, error) {
	return s.db.NewIter(&pebble.IterOptions{LowerBound: logKey, UpperBound: logEnd})
}

// Load returns the stable value that was saved last.
func (s *Store) Load() (stable []byte, err error) {
	if s.failed != nil {
		return nil, s.failed
	}
	v, closer, err := s.db.Get(stableKey)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("pebblestore: %w", err)
	}
	return append([]byte{}, v...), closer.Close()
}

// Save replaces the stable value and appends to the log.
func (s *Store) Save(stable []byte, deliveries []impl.Delivery) error {
	if s.failed == nil {
		s.failed = s.end.try(func() error { return s.save(stable, deliveries) })
	}
	return s.failed
}

func (s *Store) save(stable []byte, deliveries []impl.Delivery) (err error) {
	b := s.db.NewBatch()
	if stable == nil {
		err = b.Delete(stableKey, nil)
	} else {
		err = b.Set(stableKey, stable, nil)
	}
	for i, d := range deliveries {
		key := binary.BigEndian.AppendUint64(logKey[:len(logKey):len(logKey)], s.next+uint64(i))
		value := append(binary.AppendUvarint(nil, uint64(d.From)), d.Message...)
		err = errors.Join(err, b.Set(key, value, nil))
	}
	if err != nil {
		return errors.Join(err, b.Close())
	}
	if err := b.Commit(pebble.Sync); err != nil {
		return err
	}
	s.next += uint64(len(deliveries))
	return nil
}

// Log yields every delivery that was saved, oldest first.
func (s *Store) Log() iter.Seq2[impl.Delivery, error] {
	return func(yield func(impl.Delivery, error) bool) {
		it, err := s.entries()
		if err != nil {
			yield(impl.Delivery{}, fmt.Errorf("pebblestore: %w", err))
			return
		}
		more := true
		for ok := it.First(); ok && more; ok = it.Next() {
			d, err := decode(it.Value())
			more = yield(d, err) && err == nil
		}
		if err := errors.Join(it.Error(), it.Close()); err != nil && more {
			yield(impl.Delivery{}, fmt.Errorf("pebblestore: %w", err))
		}
	}
}

func decode(value []byte) (impl.Delivery, error) {
	from, n := binary.Uvarint(value)
	if n <= 0 {
		return impl.Delivery{}, fmt.Errorf("pebblestore: a delivery %q from nobody", value)
	}
	return impl.Delivery{From: spec.Process(from), Message: spec.Message(value[n:])}, nil
}

// Close closes the database. Where a save has failed it is left as it is: it
// may hold locks for ever, and only another process can open it again.
func (s *Store) Close() error {
	if s.failed != nil {
		return nil
	}
	return s.end.try(s.db.Close)
}
