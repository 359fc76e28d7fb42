package pebblestore

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/impl/netlink/storetest"
)

// disks are what the checks run on. Those about crashes get a disk that loses
// its power at any operation, Failure one that fails to write the write-ahead
// log. Reading is not among them: where Pebble cannot read while it opens, it
// panics in goroutines of its own.
var disks = map[string]func() storetest.Disk{
	"RoundTrip":  newDisk(everything, openOrdered),
	"Crash":      newDisk(everything, openOrdered),
	"CrashAgain": newDisk(everything, openOrdered), // in long_test.go
	"Failure":    newDisk(ofTheLog, openOrdered),
}

// check runs a check on a disk.
func check(t *testing.T, name string, newDisk func() storetest.Disk) error {
	t.Helper()
	checks := storetest.Checks()
	i := slices.IndexFunc(checks, func(c storetest.Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %s", name)
	}
	return checks[i].Run(newDisk)
}

func TestStore(t *testing.T) {
	for _, name := range []string{"RoundTrip", "Crash", "Failure"} {
		t.Run(name, func(t *testing.T) {
			if err := check(t, name, disks[name]); err != nil {
				t.Error(err)
			}
		})
	}
}

// On a disk that does not keep the order of names, Pebble alone cannot be
// opened any more where a crash comes between a marker and its manifest.
func TestOrderIsNeeded(t *testing.T) {
	err := check(t, "Crash", newDisk(everything, openPlain))
	if err == nil || !strings.Contains(err.Error(), "manifest") {
		t.Errorf("got %v, want a manifest that is missing", err)
	}
	t.Log(err)
}

func TestOnTheRealDisk(t *testing.T) {
	dir := t.TempDir()
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
		if logged != n {
			t.Errorf("opened for the time %d: %d deliveries", n, logged)
		}
		if err := errors.Join(s.Save(make([]byte, n+1), []impl.Delivery{{From: 1, Message: "g"}}), s.Close()); err != nil {
			t.Error(err)
		}
	}
}
