package world

// memo guards what a System has learnt. Nil guards nothing.
type memo struct{ frozen bool }

// unknown is what learning panics with while the memo is frozen.
type unknown struct{}

// learn is called before anything new is learnt.
func (m *memo) learn() {
	if m != nil && m.frozen {
		panic(unknown{})
	}
}

// Freeze says that the system must not learn, until it is thawed. Meanwhile
// its Worlds may be used from several goroutines, each World from one of them
// and within Known.
func (sys *System) Freeze() { sys.memo.frozen = true }

// Thaw ends what Freeze began.
func (sys *System) Thaw() { sys.memo.frozen = false }

// Known calls f, which uses the world, and reports whether the system knew all
// that f needed. If it did not, f was cut short while the system is frozen:
// the state of the world is undefined, and what Seen and Voided count is as
// before.
func (w *World) Known(f func()) (known bool) {
	steps, seen, voided := w.steps, w.seen, w.voided
	defer func() {
		r := recover()
		if _, cut := r.(unknown); cut {
			known, w.captured = false, nil
			w.steps, w.seen, w.voided = steps, seen, voided
		} else if r != nil {
			panic(r)
		}
	}()
	f()
	return true
}
