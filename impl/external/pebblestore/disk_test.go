package pebblestore

import (
	"errors"
	"iter"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"fairloss/impl"
	"fairloss/impl/netlink/storetest"
)

var (
	errFault = errors.New("input/output error")
	errPower = errors.New("the power is gone")
)

// disk is Pebble's own file system in memory, which loses what was not synced
// at a crash, under its injector of faults.
type disk struct {
	memory *vfs.MemFS
	life   *life
	counts func(errorfs.Op) bool // the operations that are counted, and fail
	open   func(vfs.FS) (*Store, error)
}

// life is what a disk goes through from one crash to the next. When the power
// is gone, no operation returns any more: nothing that runs in the process
// learns of it, as in a real one.
type life struct {
	counts func(errorfs.Op) bool
	gone   chan struct{} // closed when the power is gone

	mu         sync.Mutex
	operations int
	fault      storetest.Fault
	over       bool
}

// everything counts all operations, of Pebble's own goroutines too.
func everything(errorfs.Op) bool { return true }

// ofTheLog counts what is written to the write-ahead log. Where anything else
// fails, Pebble panics in goroutines of its own, and the process ends.
func ofTheLog(op errorfs.Op) bool {
	writes := op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo
	return writes && strings.HasSuffix(op.Path, ".log")
}

// openOrdered opens the store of this package.
func openOrdered(files vfs.FS) (*Store, error) { return OpenFS("db", files) }

// openPlain opens it on a file system that Pebble uses as it likes.
func openPlain(files vfs.FS) (*Store, error) {
	return open("db", files, &end{reached: make(chan struct{})})
}

func newDisk(counts func(errorfs.Op) bool, open func(vfs.FS) (*Store, error)) func() storetest.Disk {
	return func() storetest.Disk {
		d := &disk{memory: vfs.NewCrashableMem(), counts: counts, open: open}
		d.begin(0)
		return d
	}
}

func (d *disk) begin(operations int) {
	d.life = &life{counts: d.counts, gone: make(chan struct{}), operations: operations}
}

// MaybeError counts an operation and returns how it fails.
func (l *life) MaybeError(op errorfs.Op) error {
	l.mu.Lock()
	if l.counts(op) && !l.over {
		l.operations++
	}
	at := l.fault.At
	hit := at > 0 && l.operations == at && l.counts(op)
	if at > 0 && l.fault.After && l.operations >= at && !l.over {
		l.over = true
		close(l.gone)
	}
	over := l.over
	l.mu.Unlock()
	switch {
	case over:
		select {}
	case hit:
		return errFault
	}
	return nil
}

// String names the injector.
func (l *life) String() string { return "faults" }

// run runs a call that may not return before the power is gone, and none after
// that: the one during which it went may still be under way.
func (l *life) run(call func() error) error {
	select {
	case <-l.gone:
		return errPower
	default:
	}
	result := make(chan error, 1)
	go func() { result <- call() }()
	select {
	case err := <-result:
		return err
	case <-l.gone:
		return errPower
	}
}

func (d *disk) Open() (storetest.Store, error) {
	files := errorfs.Wrap(d.memory, d.life)
	var opened *Store
	if err := d.life.run(func() (err error) {
		opened, err = d.open(files)
		return err
	}); err != nil {
		return nil, err
	}
	return &powered{d.life, opened}, nil
}

func (d *disk) Operations() int {
	d.life.mu.Lock()
	defer d.life.mu.Unlock()
	return d.life.operations
}

func (d *disk) Inject(f storetest.Fault) {
	d.life.mu.Lock()
	defer d.life.mu.Unlock()
	d.life.fault = f
}

func (d *disk) Crash(survive float64, seed uint64) {
	d.life.mu.Lock()
	d.life.over = true
	operations := d.life.operations
	d.life.mu.Unlock()
	d.memory = d.memory.CrashClone(vfs.CrashCloneCfg{
		UnsyncedDataPercent: int(100 * survive), RNG: rand.New(rand.NewPCG(seed, seed)),
	})
	d.begin(operations)
}

// powered is a store that depends on the power.
type powered struct {
	life  *life
	store *Store
}

func (p *powered) Load() ([]byte, error) {
	var stable []byte
	if err := p.life.run(func() (err error) {
		stable, err = p.store.Load()
		return err
	}); err != nil {
		return nil, err
	}
	return stable, nil
}

func (p *powered) Save(stable []byte, deliveries []impl.Delivery) error {
	return p.life.run(func() error { return p.store.Save(stable, deliveries) })
}

func (p *powered) Log() iter.Seq2[impl.Delivery, error] {
	return func(yield func(impl.Delivery, error) bool) {
		var log []impl.Delivery
		err := p.life.run(func() error {
			for d, err := range p.store.Log() {
				if err != nil {
					return err
				}
				log = append(log, d)
			}
			return nil
		})
		if err != nil {
			yield(impl.Delivery{}, err)
			return
		}
		for _, d := range log {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (p *powered) Close() error { return p.life.run(p.store.Close) }
