package netlink

import (
	"fmt"
	"iter"

	"fairloss/impl"
)

// Store keeps on stable storage what survives a crash of a process: the stable
// value of its layer, and the log of what was delivered to its application. The
// log is what the application has processed: whatever else it keeps must follow
// from the log. fairloss/impl/netlink/filestore is one, and
// fairloss/impl/netlink/storetest tells whether another keeps its promises.
//
// A Link calls its Store from one goroutine. It does not close it.
type Store interface {
	// Load returns the stable value that was saved last, nil where none was.
	// An error says that it is lost or damaged.
	Load() (stable []byte, err error)

	// Save replaces the stable value (nil where there is none yet) and appends
	// deliveries to the log, in one atomic step, and keeps neither slice. When
	// it returns nil, a crash undoes neither. Where it fails, the step may or
	// may not be found after the next crash, and every later Save must fail.
	Save(stable []byte, deliveries []impl.Delivery) error

	// Log yields every delivery that was saved, oldest first. It ends after
	// the first error.
	Log() iter.Seq2[impl.Delivery, error]
}

// journal is what a handler has stored and what must wait until that is saved.
type journal struct {
	store     Store // nil where nothing outlives the process
	unsaved   bool
	log       []impl.Delivery // committed, not saved
	held      []impl.Effect   // to be carried out when all is saved
	returning []*request      // whose Send returns then
	broken    error           // why nothing can be saved any more
}

// put makes stable the stable value and appends to the log. Where there is a
// store, what comes later waits for save.
func (l *Link) put(stable []byte, deliveries ...impl.Delivery) {
	l.mu.Lock()
	l.stable = stable
	l.mu.Unlock()
	if l.store == nil {
		return
	}
	l.unsaved = true
	l.log = append(l.log, deliveries...)
}

// save saves what was put, and carries out what waits for that. Several
// handlers share one Save: whatever they transmit, deliver and confirm in
// between is late, and nothing of it is early. Where Save fails, all of it
// waits for ever.
func (l *Link) save() {
	if l.unsaved {
		if l.broken == nil {
			l.broken = l.store.Save(l.stable, l.log)
		}
		if l.broken != nil {
			return
		}
		l.unsaved, l.log = false, l.log[:0]
	}
	for i := range l.held {
		l.carryOut(&l.held[i])
	}
	clear(l.held)
	l.held = l.held[:0]
	for _, r := range l.returning {
		r.result <- nil
	}
	clear(l.returning)
	l.returning = l.returning[:0]
}

// storeFailed returns why the link must close, nil where its store works.
func (l *Link) storeFailed() error {
	if l.broken == nil {
		return nil
	}
	return fmt.Errorf("%w: process %d cannot store: %w", ErrClosed, l.self, l.broken)
}
