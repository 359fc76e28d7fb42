package filestore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"fairloss/impl"
	"fairloss/impl/netlink/storetest"
)

func TestStore(t *testing.T) {
	storetest.Test(t, func() storetest.Disk { return newDisk(openStore) })
}

func TestOnTheRealDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	for n := range 3 {
		s, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		stable, err := s.Load()
		if err != nil || len(stable) != n {
			t.Errorf("opened for the time %d: stable value %q, %v", n, stable, err)
		}
		logged := 0
		for d, err := range s.Log() {
			if err != nil || d != (impl.Delivery{From: 1, Message: "g"}) {
				t.Errorf("delivery %d is %v, %v", logged, d, err)
			}
			logged++
		}
		if logged != n || s.Unfinished() {
			t.Errorf("opened for the time %d: %d deliveries, unfinished: %v", n, logged, s.Unfinished())
		}
		if err := errors.Join(s.Save(make([]byte, n+1), []impl.Delivery{{From: 1, Message: "g"}}), s.Close()); err != nil {
			t.Error(err)
		}
	}
}

// A process that is killed within a save leaves traces, which are found once.
func TestUnfinished(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Save([]byte("a"), []impl.Delivery{{From: 1, Message: "g"}}), s.Close()); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(dir, logName))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{nextName: []byte("half a head"), logName: append(log, 'x')} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, want := range []bool{true, false} {
			s, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if s.Unfinished() != want {
				t.Errorf("after a rest of %s: unfinished is %v, want %v", name, s.Unfinished(), want)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "no", "such", "directory")); err == nil {
		t.Error("a directory in none: no error")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, headName), []byte("garbage"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("garbage: %v", err)
	}
}

func FuzzDecodeHead(f *testing.F) {
	for _, h := range []head{{}, {length: 7, sum: 9, stable: []byte("a")}, {stable: []byte{}}} {
		f.Add(h.encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHead(b)
		if err == nil && string(h.encode()) != string(b) {
			t.Fatalf("%q is read as %+v, which is %q", b, h, h.encode())
		}
	})
}
