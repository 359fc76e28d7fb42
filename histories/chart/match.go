package chart

import "fairloss/spec"

// instance is one transmission of a packet.
type instance struct {
	number   int // from 1, in order of transmission
	step     int
	event    int
	received int  // the event of its first receipt; never if there is none
	recurs   bool // it is sent for ever, and so is an equal one received
}

// never is the index of an event that does not happen.
const never = int(^uint(0) >> 1)

// receipt is what an arrival is an arrival of.
type receipt struct {
	of        *instance // nil where nothing equal was transmitted
	again     bool      // every equal transmission had arrived before
	late      bool      // a packet that was transmitted later had arrived before
	overtaken int       // number of an older packet of the channel that has not arrived; 0 where there is none
	intrusion spec.Kind // Corrupt or Forge: it is not as it was transmitted; else 0
}

// route is a directed pair of processes.
type route struct{ from, to spec.Process }

// content is all that tells packets apart on arrival.
type content struct {
	route
	packet string
}

// traffic knows for each event the packet that it transmits or receives.
type traffic struct {
	out, in  spec.Kind // Transmit and Receive, or Send and Deliver
	sent     map[int]*instance
	receipts map[int]receipt
}

// follow matches arrivals with transmissions: an arrival is the oldest equal
// transmission that has not arrived, or the last one again.
func follow(events []spec.Event, steps []int, live bool) traffic {
	t := traffic{spec.Send, spec.Deliver, map[int]*instance{}, map[int]receipt{}}
	for _, e := range events {
		if e.Kind == spec.Transmit || e.Kind == spec.Receive {
			t.out, t.in = spec.Transmit, spec.Receive
		}
	}
	equal := map[content][]*instance{} // those that have not arrived, or else the last
	last := map[content]*instance{}
	forever := len(events)
	cycle := map[content]bool{} // received for ever
	var intrusion spec.Event    // what happens to the packet that is received next
	for i, e := range events {
		switch e.Kind {
		case spec.Forever:
			forever = min(forever, i)
		case spec.Corrupt, spec.Forge:
			if t.in == spec.Receive {
				intrusion = e
			}
		case t.out:
			c := t.content(e)
			n := &instance{number: len(t.sent) + 1, step: steps[i], event: i, received: never}
			t.sent[i], last[c] = n, n
			equal[c] = append(equal[c], n)
		case t.in:
			c := t.content(e)
			if intrusion.Kind != 0 {
				t.receipts[i] = t.intruded(i, intrusion, equal, last)
				intrusion = spec.Event{}
				continue
			}
			cycle[c] = cycle[c] || i > forever
			if waiting := equal[c]; len(waiting) > 0 {
				waiting[0].received = i
				t.receipts[i] = receipt{of: waiting[0]}
				equal[c] = waiting[1:]
			} else {
				t.receipts[i] = receipt{of: last[c], again: last[c] != nil}
			}
		}
	}
	for i, n := range t.sent {
		n.recurs = i > forever && cycle[t.content(events[i])]
	}
	t.order(events, live)
	return t
}

// intruded is the arrival of what was forged, or of what was corrupted: the
// packet that it was may still arrive as it was.
func (t traffic) intruded(i int, e spec.Event, equal map[content][]*instance, last map[content]*instance) receipt {
	r := receipt{intrusion: e.Kind}
	if e.Kind == spec.Corrupt {
		c := content{route{e.Peer, e.Process}, e.Packet}
		r.of = last[c]
		if waiting := equal[c]; len(waiting) > 0 {
			r.of = waiting[0]
		}
		if r.of != nil {
			r.of.received = min(r.of.received, i)
		}
	}
	return r
}

// order notes which arrivals overtake others and which were overtaken.
func (t traffic) order(events []spec.Event, live bool) {
	pending := map[route][]*instance{} // in order of transmission
	newest := map[route]int{}
	for i, e := range events {
		c := t.content(e).route
		switch r := t.receipts[i]; {
		case e.Kind == t.out:
			pending[c] = append(pending[c], t.sent[i])
		case e.Kind == t.in && r.of != nil && !r.again && r.intrusion == 0:
			queue := pending[c]
			for len(queue) > 0 && (queue[0].received <= i || live && queue[0].received == never) {
				queue = queue[1:]
			}
			pending[c] = queue
			r.late = r.of.number < newest[c]
			if len(queue) > 0 && queue[0].number < r.of.number {
				r.overtaken = queue[0].number
			}
			newest[c] = max(newest[c], r.of.number)
			t.receipts[i] = r
		}
	}
}

func (t traffic) content(e spec.Event) content {
	r := route{e.Process, e.Peer}
	if e.Kind == t.in {
		r = route{e.Peer, e.Process}
	}
	if t.out == spec.Send {
		return content{r, string(e.Message)}
	}
	return content{r, e.Packet}
}
