package timed

import (
	"fmt"
	"math"
	"slices"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// process is one process of a world, up or down.
type process struct {
	self   spec.Process
	clock  clock
	work   time.Duration
	layer  impl.Layer // nil while it is down
	out    *impl.Effects
	ready  impl.Readier // nil where the layer always is
	holder impl.Holder  // nil where it is none
	held   int

	life     int
	timers   map[impl.TimerID]uint64 // which arming is in force
	stable   []byte
	inbox    []input
	packets  int                              // how many of them are packets
	requests [][]spec.Message                 // by peer: what the application holds back
	backlog  int                              // how many these are
	turn     spec.Process                     // the peer that is asked first
	asleep   bool                             // a wake is set
	worked   bool                             // the work for the next input is done
	channels map[spec.Process][]time.Duration // by receiver: when each packet that waits for bandwidth leaves
}

// start makes the process's layer and handles its first event, for the first
// time or after a crash.
func (w *world) start(p *process) {
	p.layer = w.link.New(p.self, impl.Peers(p.self, len(w.processes)))
	p.ready, _ = impl.As[impl.Readier](p.layer)
	p.holder, _ = impl.As[impl.Holder](p.layer)
	p.timers = map[impl.TimerID]uint64{}
	p.held = 0
	w.during = call{process: p.self, start: true}
	if r, ok := impl.As[impl.Recoverer](p.layer); ok && p.stable != nil {
		r.Recover(slices.Clone(p.stable), p.out)
	} else {
		p.layer.Init(p.out)
	}
	w.apply(p)
	w.run(p)
}

// stop lets the process crash: all but its stable value is lost.
func (w *world) stop(p *process) {
	p.life++
	w.stats.Lost += p.packets
	p.layer, p.inbox, p.packets, p.asleep, p.worked = nil, nil, 0, false, false
	clear(p.channels)
}

// resumes returns when the process is not paused any more, or now.
func (w *world) resumes(p *process) time.Duration {
	at := w.now
	for again := true; again; {
		again = false
		for _, i := range w.conditions.Pauses {
			if on(i.Process, p.self) && i.From <= at && at < i.until() {
				at, again = i.until(), true
			}
		}
	}
	return at
}

// run lets the process handle what waits for it, unless it is down, paused or
// at work.
func (w *world) run(p *process) {
	for p.layer != nil && !p.asleep && w.failure == nil {
		next, ok := w.choose(p)
		if !ok {
			return
		}
		resumes := w.resumes(p)
		switch {
		case resumes == forever:
			return
		case resumes > w.now:
			w.sleep(p, resumes)
		case p.work > 0 && !p.worked:
			p.worked = true
			w.sleep(p, w.now+p.work)
		default:
			p.worked = false
			w.handle(p, w.take(p, next))
		}
	}
}

func (w *world) sleep(p *process, until time.Duration) {
	p.asleep = true
	w.agenda.set(due{at: until, process: p.self, what: wake, life: p.life})
}

// choose says what the process handles next: the request of the application for
// a peer, or the first of its inbox, which is spelled as Everyone. Where there
// are both it is drawn. Expiries that were cancelled while they waited are
// dropped.
func (w *world) choose(p *process) (next spec.Process, ok bool) {
	for len(p.inbox) > 0 && p.inbox[0].kind == expiry && p.timers[p.inbox[0].timer] != p.inbox[0].armed {
		p.inbox = p.inbox[1:]
	}
	inbox := len(p.inbox) > 0
	if p.backlog == 0 || inbox && w.chance(0.5) {
		return Everyone, inbox
	}
	for range p.requests {
		to := p.turn
		p.turn = (p.turn + 1) % spec.Process(len(p.requests))
		if len(p.requests[to]) > 0 && (p.ready == nil || p.ready.Ready(to)) {
			return to, true
		}
	}
	return Everyone, inbox
}

// take removes what choose has chosen from where it waits.
func (w *world) take(p *process, next spec.Process) input {
	if next == Everyone {
		in := p.inbox[0]
		p.inbox = p.inbox[1:]
		w.longest = max(w.longest, w.now-in.since)
		if in.kind == receipt {
			p.packets--
		}
		return in
	}
	m := p.requests[next][0]
	p.requests[next] = p.requests[next][1:]
	p.backlog--
	return input{kind: request, peer: next, data: string(m)}
}

// handle runs one handler of the link.
func (w *world) handle(p *process, in input) {
	if w.stats.Steps++; w.stats.Steps > maxSteps {
		w.failure = fmt.Errorf("%w: more than %d events, the last at %v", ErrLink, maxSteps, w.now)
		return
	}
	w.during = call{process: p.self, input: in}
	switch in.kind {
	case request:
		w.sent++
		w.record(spec.Event{Kind: spec.Send, Process: p.self, Peer: in.peer, Message: spec.Message(in.data)})
		p.layer.Send(in.peer, spec.Message(in.data), p.out)
	case receipt:
		w.record(spec.Event{Kind: spec.Receive, Process: p.self, Peer: in.peer, Packet: in.data})
		p.layer.Receive(in.peer, impl.Packet(in.data), p.out)
	case expiry:
		delete(p.timers, in.timer)
		p.layer.Timeout(in.timer, p.out)
	}
	w.apply(p)
	if in.kind == request && len(w.conditions.Downs) > 0 { // where processes crash, a link answers for what it has accepted
		w.record(spec.Event{Kind: spec.Accept, Process: p.self, Peer: in.peer, Message: spec.Message(in.data)})
	}
}

// apply carries out what the layer wants done.
func (w *world) apply(p *process) {
	for _, e := range p.out.List() {
		if w.failure = w.stray(p, e); w.failure != nil {
			break
		}
		switch e.Kind {
		case impl.Transmit:
			w.transmit(p, e.Peer, string(e.Packet))
		case impl.Deliver:
			w.deliver(p, impl.Delivery{From: e.Peer, Message: e.Message})
		case impl.Confirm:
			w.record(spec.Event{Kind: spec.Confirm, Process: p.self, Peer: e.Peer, Message: e.Message})
		case impl.SetTimer:
			w.arm(p, e)
		case impl.CancelTimer:
			delete(p.timers, e.Timer)
		case impl.Store, impl.Commit:
			p.stable = e.Stable
			for _, d := range e.Deliveries {
				w.record(spec.Event{Kind: spec.Store, Process: p.self, Peer: d.From, Message: d.Message})
				w.deliver(p, d)
			}
		}
	}
	p.out = p.out.Next()
	if p.holder != nil && p.holder.Held() != p.held {
		p.held = p.holder.Held()
		w.record(spec.Event{Kind: spec.Held, Process: p.self, Count: p.held})
	}
}

// stray is an error where an effect names a process that does not exist.
func (w *world) stray(p *process, e impl.Effect) error {
	if q, stray := e.Stray(p.self, len(w.processes)); stray {
		return fmt.Errorf("%w: it names process %d, which is no peer, in %v", ErrLink, q, w.during)
	}
	return nil
}

func (w *world) deliver(p *process, d impl.Delivery) {
	w.record(spec.Event{Kind: spec.Deliver, Process: p.self, Peer: d.From, Message: d.Message})
}

// arm sets a timer by the local clock.
func (w *world) arm(p *process, e impl.Effect) {
	w.armings++
	p.timers[e.Timer] = w.armings
	local := p.clock.read(w.now)
	wait := min(w.draw(Range{e.AtLeast, e.AtMost}), math.MaxInt64-max(local, 0))
	at := p.clock.when(local+wait, w.now)
	w.longest = max(w.longest, e.AtMost, at-w.now)
	w.agenda.set(due{at: max(at, w.now), process: p.self, life: p.life, input: input{kind: expiry, timer: e.Timer, armed: w.armings}})
}
