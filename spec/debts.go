package spec

import "maps"

// debt is what a history owes. What happens after Forever happens again and
// again, so that what is met there stays met, and is owed no more.
type debt struct {
	open    tally
	met     tally // at most 1 each; none of them is open
	forever bool
	faults  failures
	voided  int // obligations that crashes voided: no part of the key
}

// raise adds an obligation, unless those of i are met for ever.
func (d *debt) raise(i instance) {
	if d.met[i] == 0 {
		d.open.add(i, 1)
	}
}

// meet settles all obligations of i for ever.
func (d *debt) meet(i instance) {
	if d.met[i] == 0 {
		d.met.add(i, 1)
		delete(d.open, i)
	}
}

// raiseBetween raises an obligation that counts only while both processes stay
// up.
func (d *debt) raiseBetween(i instance) {
	if d.faults.isDown(i.From) || d.faults.isDown(i.To) {
		d.voided++
		return
	}
	d.raise(i)
}

// crash voids what is owed between p and others at that moment. What is asked
// for after p has recovered is owed again.
func (d *debt) crash(p Process) {
	for i, n := range d.open {
		if i.From == p || i.To == p {
			d.voided += n
			delete(d.open, i)
		}
	}
}

// fail reads a fault, for obligations that a crash voids.
func (d *debt) fail(e Event) {
	if e.Kind == Crash {
		d.crash(e.Process)
	}
	d.faults.observe(e)
}

func (d *debt) severed(i instance) bool { return d.faults.severed(i.Channel) }

// owed returns the open obligations that are not void as things stand.
func (d *debt) owed(void func(instance) bool, what string) []Obligation {
	open := maps.Clone(d.open)
	maps.DeleteFunc(open, func(i instance, _ int) bool { return void(i) })
	return open.owed(what)
}

// void counts the obligations that faults have voided, some of them only as
// things stand.
func (d *debt) void(void func(instance) bool) int {
	n := d.voided
	for i, open := range d.open {
		if void(i) {
			n += open
		}
	}
	return n
}

func (d *debt) appendKey(b []byte) []byte {
	b = d.met.appendKey(d.open.appendKey(appendBool(b, d.forever)))
	return d.faults.appendKey(b)
}

func (d *debt) clone() debt {
	return debt{maps.Clone(d.open), maps.Clone(d.met), d.forever, d.faults.clone(), d.voided}
}

// fairLossDelivery is the monitor of FLL1: what is sent after Forever must be
// delivered after it too.
type fairLossDelivery struct{ debt debt }

func (f *fairLossDelivery) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Forever:
		f.debt.forever = true
	case e.Kind == Send && f.debt.forever && f.debt.open[i] == 0:
		f.debt.raiseBetween(i)
	case e.Kind == Deliver && f.debt.forever:
		f.debt.meet(i)
	}
	f.debt.fail(e)
	return ""
}

func (f *fairLossDelivery) Owed() []Obligation {
	return f.debt.owed(f.debt.severed, "is sent for ever and never delivered again")
}

// Voided returns how many obligations faults have voided.
func (f *fairLossDelivery) Voided() int { return f.debt.void(f.debt.severed) }

func (f *fairLossDelivery) AppendKey(b []byte) []byte { return f.debt.appendKey(b) }
func (f *fairLossDelivery) Clone() Monitor            { return &fairLossDelivery{f.debt.clone()} }

// finiteDuplication is the monitor of FLL2: what is delivered after Forever
// must be sent after it too. What was never sent is for FLL3 to judge.
type finiteDuplication struct {
	sent sent
	debt debt
}

func (f *finiteDuplication) Observe(e Event) string {
	i := subject(e)
	switch {
	case e.Kind == Forever:
		f.debt.forever = true
	case e.Kind == Send && f.debt.forever:
		f.debt.meet(i)
	case e.Kind == Send:
		f.sent.add(i)
	case e.Kind == Deliver && f.debt.forever && f.sent.has(i) && f.debt.open[i] == 0:
		f.debt.raise(i)
	}
	return ""
}

func (f *finiteDuplication) Owed() []Obligation {
	return f.debt.open.owed("is delivered for ever and never sent again")
}

func (f *finiteDuplication) AppendKey(b []byte) []byte { return f.debt.appendKey(f.sent.appendKey(b)) }

func (f *finiteDuplication) Clone() Monitor {
	return &finiteDuplication{f.sent.clone(), f.debt.clone()}
}

// stubbornDelivery is the monitor of SL1. Before Forever every message sent is
// owed; after it, those that have not been delivered again.
type stubbornDelivery struct{ debt debt }

func (s *stubbornDelivery) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Forever:
		s.debt.forever = true
	case Send:
		s.debt.raiseBetween(i)
	case Reject:
		s.debt.open.take(i)
	case Deliver:
		if s.debt.forever {
			s.debt.meet(i)
		}
	}
	s.debt.fail(e)
	return ""
}

func (s *stubbornDelivery) Owed() []Obligation {
	return s.debt.owed(s.debt.severed, "is not delivered infinitely often")
}

// Voided returns how many obligations faults have voided.
func (s *stubbornDelivery) Voided() int { return s.debt.void(s.debt.severed) }

func (s *stubbornDelivery) AppendKey(b []byte) []byte { return s.debt.appendKey(b) }
func (s *stubbornDelivery) Clone() Monitor            { return &stubbornDelivery{s.debt.clone()} }

// reliableDelivery is the monitor of PL1. A payload that is delivered after
// Forever is delivered so often that every instance of it has its turn.
type reliableDelivery struct{ debt debt }

func (r *reliableDelivery) Observe(e Event) string {
	i := subject(e)
	switch e.Kind {
	case Forever:
		r.debt.forever = true
	case Send:
		r.debt.raiseBetween(i)
	case Reject:
		r.debt.open.take(i)
	case Deliver:
		r.debt.open.take(i)
		if r.debt.forever {
			r.debt.meet(i)
		}
	}
	r.debt.fail(e)
	return ""
}

func (r *reliableDelivery) Owed() []Obligation {
	return r.debt.owed(r.debt.severed, "was never delivered")
}

// Voided returns how many obligations faults have voided.
func (r *reliableDelivery) Voided() int { return r.debt.void(r.debt.severed) }

func (r *reliableDelivery) AppendKey(b []byte) []byte { return r.debt.appendKey(b) }
func (r *reliableDelivery) Clone() Monitor            { return &reliableDelivery{r.debt.clone()} }
