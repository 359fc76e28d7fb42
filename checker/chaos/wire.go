package chaos

import "time"

// BaseDelay is how long a packet is on its way where nothing delays it, but for
// as many nanoseconds as there were packets of its direction: what it causes
// when it arrives does not fall together with a timer that was set when it
// left, nor, where both ends have timers of one length, with that of the other.
const BaseDelay = time.Millisecond

// direction is one way between two hosts.
type direction struct{ from, to int }

// wire is what happens to the packets of one direction. It knows no clock:
// times are those since the network began.
type wire struct {
	faults    map[int][]Fault // by the number of the packet
	cuts      []Fault
	bandwidth int             // bytes a second; 0 is no limit
	queue     int             // packets, where limited
	limited   bool            // queue counts
	sent      int             // packets so far
	free      time.Duration   // when the last packet that was taken has been transmitted
	departing []time.Duration // when each packet that may still wait will have been transmitted
}

// transit is one packet that arrives.
type transit struct {
	after  time.Duration // since it was transmitted
	packet string
	was    string // as it was transmitted
	forged bool   // it was not transmitted
}

// fate is what becomes of one transmitted packet.
type fate struct {
	arrive []transit // none: it is lost
	forged []string  // other packets that arrive after it
	reset  bool      // of a write: its stream is reset
	waits  bool      // for bandwidth
	stats  Stats     // what happened
}

// wires returns the wires that a plan is about.
func (p Plan) wires() map[direction]*wire {
	wires := map[direction]*wire{}
	for _, f := range p {
		d := direction{f.From, f.To}
		w := wires[d]
		if w == nil {
			w = &wire{faults: map[int][]Fault{}}
			wires[d] = w
		}
		switch f.Kind {
		case Cut:
			w.cuts = append(w.cuts, f)
		case Bandwidth:
			w.bandwidth = f.Value
		case Queue:
			w.queue, w.limited = f.Value, true
		default:
			w.faults[f.Number] = append(w.faults[f.Number], f)
		}
	}
	return wires
}

// transmit takes the next packet, at the time now, and says what becomes of it.
func (w *wire) transmit(now time.Duration, packet string) fate {
	w.sent++
	t := fate{stats: Stats{Packets: 1}}
	if w.severed(now) {
		t.stats.Severed++
		return t
	}
	wait, full := w.wait(now, len(packet))
	if full {
		t.stats.Overflowed++
		return t
	}
	latest := wait + BaseDelay + time.Duration(w.sent)
	t.arrive, t.waits = []transit{{after: latest, packet: packet, was: packet}}, wait > 0
	for _, f := range w.faults[w.sent] {
		t.befall(f)
	}
	for _, a := range t.arrive {
		latest = max(latest, a.after)
	}
	for _, packet := range t.forged {
		t.arrive = append(t.arrive, transit{after: latest, packet: packet, forged: true})
	}
	return t
}

func (w *wire) severed(now time.Duration) bool {
	for _, c := range w.cuts {
		if now >= c.Time && (now < c.Until || c.Until == 0) {
			return true
		}
	}
	return false
}

// wait returns how long a packet of so many bytes takes to be transmitted, and
// the packets before it, or that it finds the queue full.
func (w *wire) wait(now time.Duration, size int) (wait time.Duration, full bool) {
	if w.bandwidth == 0 {
		return 0, false
	}
	for len(w.departing) > 0 && w.departing[0] <= now {
		w.departing = w.departing[1:]
	}
	if w.limited && len(w.departing) > w.queue {
		return 0, true // one is being transmitted, the others wait
	}
	w.free = max(w.free, now) + time.Duration(float64(size)/float64(w.bandwidth)*float64(time.Second))
	w.departing = append(w.departing, w.free)
	return w.free - now, false
}

// befall lets one fault happen to the packet. What is lost already is left alone.
func (t *fate) befall(f Fault) {
	switch {
	case f.Kind == Reset:
		t.reset = true
	case f.Kind == Inject:
		t.forged = append(t.forged, f.Bytes)
		t.stats.Injected++
	case len(t.arrive) == 0:
	case f.Kind == Drop:
		t.arrive = nil
		t.stats.Lost++
	case f.Kind == Delay:
		for i := range t.arrive {
			t.arrive[i].after += f.Time
		}
		t.stats.Delayed++
	case f.Kind == Duplicate:
		again := t.arrive[0]
		again.after += f.Time
		t.arrive = append(t.arrive, again)
		t.stats.Duplicated++
	default:
		for i, a := range t.arrive {
			t.arrive[i].packet = f.corrupt(a.packet)
		}
		t.stats.Corrupted++
	}
}

// corrupt returns the packet changed as the fault has it.
func (f Fault) corrupt(packet string) string {
	b := []byte(packet)
	switch words := len(b) / 2; {
	case f.Kind == Truncate:
		b = b[:min(len(b), f.Value)]
	case f.Kind == Flip && len(b) > 0:
		bit := f.Value % (8 * len(b))
		b[bit/8] ^= 1 << (bit % 8)
	case f.Kind == Swap && words > 0:
		i, j := 2*(f.Value%words), 2*(f.Other%words)
		b[i], b[i+1], b[j], b[j+1] = b[j], b[j+1], b[i], b[i+1]
	}
	return string(b)
}
