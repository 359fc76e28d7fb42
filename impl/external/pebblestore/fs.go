package pebblestore

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// ordered is a file system that syncs a directory before a marker in it comes
// or goes. Pebble makes a manifest, then a marker that names it, removes the
// old marker, and syncs the directory once, after all that (v2.1.7,
// atomicfs.Marker.Move). Where a disk does not keep the order of names that are
// not synced, and nothing says that it must, a crash in between leaves a marker
// without its manifest, and the database cannot be opened any more.
type ordered struct {
	vfs.FS
	end *end
}

func (o ordered) syncBefore(name string) error {
	if !strings.HasPrefix(o.PathBase(name), "marker.") {
		return nil
	}
	d, err := o.FS.OpenDir(o.PathDir(name))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Create creates a file.
func (o ordered) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := o.syncBefore(name); err != nil {
		return nil, err
	}
	return o.FS.Create(name, category)
}

// Remove removes a file.
func (o ordered) Remove(name string) error {
	if err := o.syncBefore(name); err != nil {
		return err
	}
	return o.FS.Remove(name)
}

// OpenDir opens a directory. Pebble panics where it cannot be synced.
func (o ordered) OpenDir(name string) (vfs.File, error) {
	f, err := o.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return directory{f, o.end}, nil
}

// Unwrap returns the file system below.
func (o ordered) Unwrap() vfs.FS { return o.FS }

type directory struct {
	vfs.File
	end *end
}

// Sync syncs the directory.
func (d directory) Sync() error {
	if err := d.File.Sync(); err != nil {
		d.end.Fatalf("directory: %w", err)
	}
	return nil
}

// end is the end of a database that cannot go on, which for Pebble is the end
// of the process. As a pebble.Logger it says nothing else.
type end struct {
	once    sync.Once
	reached chan struct{}
	err     error // valid when reached is closed
}

// Infof does nothing.
func (*end) Infof(string, ...any) {}

// Errorf does nothing.
func (*end) Errorf(string, ...any) {}

// Fatalf never returns: whoever calls it would go on otherwise.
func (e *end) Fatalf(format string, args ...any) {
	e.once.Do(func() {
		e.err = fmt.Errorf(format, args...)
		close(e.reached)
	})
	select {}
}

// try calls a function of the database, and returns its error, or why the
// database came to its end. Pebble panics too where it cannot go on.
func (e *end) try(call func() error) error {
	result := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				result <- fmt.Errorf("panic: %v", v)
			}
		}()
		result <- call()
	}()
	var err error
	select {
	case err = <-result:
	case <-e.reached:
		err = e.err
	}
	if err != nil {
		return fmt.Errorf("pebblestore: %w", err)
	}
	return nil
}
