package filestore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is the directory that a store lies in. Tests put one in its place that
// fails, and forgets what was not synced.
type FS interface {
	// Open opens a file for reading and writing. Where there is none, it makes
	// an empty one if create says so, and else the error is fs.ErrNotExist.
	Open(name string, create bool) (File, error)
	// Rename gives a file another name, in place of the file that had it.
	Rename(from, to string) error
	// Sync makes durable which files there are, under which names. It says
	// nothing of what is in them.
	Sync() error
}

// File is an open file. Its writes are durable after a Sync of its own.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}

// directory is a directory of the operating system.
type directory string

func openDirectory(dir string) (directory, error) {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return directory(dir), syncDirectory(filepath.Dir(dir))
}

// Open opens a file of the directory.
func (d directory) Open(name string, create bool) (File, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(filepath.Join(string(d), name), flags, 0o644)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

// Rename renames a file within the directory.
func (d directory) Rename(from, to string) error {
	return os.Rename(filepath.Join(string(d), from), filepath.Join(string(d), to))
}

// Sync syncs the directory.
func (d directory) Sync() error { return syncDirectory(string(d)) }

func syncDirectory(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type file struct{ *os.File }

// Size returns the length of the file in bytes.
func (f file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
