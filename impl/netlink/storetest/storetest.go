// Package storetest tells whether a netlink.Store keeps its promises on a disk
// that loses what was not synced, loses power in the middle of an operation,
// tears writes, fails now and then, and rots.
//
// Import it from the tests of a store of your own, and give it a Disk: your
// store on a file system that a test controls. The checks cut a short script of
// saves at every single operation of that file system, so they are exhaustive
// for the script, and say nothing of longer ones, of concurrency, and of disks
// that lie in other ways than yours does.
package storetest

import (
	"io"
	"testing"

	"fairloss/impl/netlink"
)

// Store is a store that can be closed.
type Store interface {
	netlink.Store
	io.Closer
}

// Disk is a disk with one store on it. A fresh one is empty.
type Disk interface {
	// Open opens the store, as the first or the next process that does. Stores
	// that it returned before are not used any more.
	Open() (Store, error)
	// Operations returns how many operations of the file system there were:
	// reads, writes, syncs, opens, renames and whatever else can fail.
	Operations() int
	// Inject plans a fault, in place of the one planned before.
	Inject(Fault)
	// Crash is the loss of power, and ends all faults. What was synced stays.
	// Of what was not, each sector and each name stays with that probability;
	// the seed says which.
	Crash(survive float64, seed uint64)
}

// Fault says which operation fails. The zero value is no fault.
type Fault struct {
	At    int  // the operation, counted from 1 as Disk.Operations counts; 0 is none
	After bool // all later operations fail too: the power is gone
	Torn  bool // a write that fails is done in part
}

// Damager is a Disk whose files can rot. A store on any other one is not
// asked whether it would notice.
type Damager interface {
	// Damage flips a bit, cuts or removes a file, each number in another way.
	// It reports whether there are that many ways.
	Damage(way int) bool
}

// Check is one promise of a store, and how to put it to the test.
type Check struct {
	Name string
	Doc  string // the promise, in a sentence
	Run  func(newDisk func() Disk) error
}

// Checks returns all checks. The slice is fresh at each call.
func Checks() []Check {
	return []Check{
		{"RoundTrip", "What was saved is there, and there again when the store is opened anew.", roundTrip},
		{"Crash", "Wherever a crash cuts a save, all of it is there afterwards or nothing, and all that was saved before.", crash},
		{"CrashAgain", "A crash that cuts the recovery from a crash loses nothing either.", crashAgain},
		{"Failure", "Where an operation fails, so does the save, unless it is saved all the same; and then no save succeeds any more.", failure},
		{"Reading", "Where reading fails, the store says so and does not pass for an older or an empty one.", reading},
		{"Damage", "A file that is damaged, cut or missing is an error, never something else than was saved.", damage},
	}
}

// Test runs all checks, each as a subtest. A check that the disk does not allow
// is no subtest.
func Test(t *testing.T, newDisk func() Disk) {
	t.Helper()
	_, rots := newDisk().(Damager)
	for _, c := range Checks() {
		if c.Name == "Damage" && !rots {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(newDisk); err != nil {
				t.Errorf("%s\n%v", c.Doc, err)
			}
		})
	}
}
