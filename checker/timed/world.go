package timed

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"fairloss/checker"
	"fairloss/impl"
	"fairloss/spec"
)

// maxSteps bounds the events that the processes of one run handle.
const maxSteps = 10_000_000

// ErrLink is wrapped by the errors of Run that are the link's.
var ErrLink = errors.New("timed: the link breaks the contract of a layer")

// world is a run under way.
type world struct {
	link       impl.Link
	conditions Conditions
	random     *rand.Rand
	now        time.Duration
	agenda     agenda
	processes  []*process
	events     []spec.Event
	stats      Stats
	armings    uint64        // of timers, so far
	longest    time.Duration // that anything has waited: a timer, a packet on its way, an event in an inbox
	during     call          // the handler that runs, for the report of a panic
	sent       int           // messages that the link took
	read       bool          // the link has read its clock
	failure    error
}

// left returns how many messages the applications still hold back where nothing
// excuses it, and a channel that the link is not ready for.
func (w *world) left() (messages int, stuck spec.Channel) {
	for _, p := range w.processes {
		if p.layer == nil || w.resumes(p) == forever {
			continue
		}
		messages += p.backlog
		for to, held := range p.requests {
			if c := (spec.Channel{From: p.self, To: spec.Process(to)}); len(held) > 0 && p.ready != nil && !p.ready.Ready(c.To) {
				stuck = c
			}
		}
	}
	return messages, stuck
}

// Run runs a link under conditions and judges the history by what the link
// claims, and by ACK where it confirms. The same link, conditions and seed give
// the same history.
//
// An error says what is wrong with the conditions, or wraps ErrLink where the
// link panicked or the run took too many events; then the result holds what
// there is.
func Run(link impl.Link, c Conditions) (Result, error) {
	w := &world{link: link, conditions: c, random: rand.New(rand.NewPCG(c.Seed, 0))}
	if err := c.Check(link.Size()); err != nil {
		return Result{}, fmt.Errorf("timed: %w", err)
	}
	w.begin()
	w.proceed()
	return w.result(), w.failure
}

// begin makes the processes and puts on the agenda what the conditions say.
func (w *world) begin() {
	n := w.link.Size()
	for self := range spec.Process(n) {
		p := &process{
			self: self, clock: w.conditions.clock(self),
			requests: make([][]spec.Message, n), channels: map[spec.Process][]time.Duration{},
		}
		p.out = impl.NewEffects(func() time.Duration {
			w.read = true
			return p.clock.read(w.now)
		})
		for _, work := range w.conditions.Works {
			if on(work.Process, self) {
				p.work += work.For
			}
		}
		w.processes = append(w.processes, p)
		w.agenda.set(due{process: self, what: revive})
		for _, d := range w.conditions.Downs {
			if on(d.Process, self) {
				w.agenda.set(due{at: d.From, process: self, what: crash})
				if d.To != 0 {
					w.agenda.set(due{at: d.To, process: self, what: revive})
				}
			}
		}
	}
	w.request()
}

// request puts what the application sends on the agenda. Messages of a channel
// differ: they are numbered.
func (w *world) request() {
	n := spec.Process(len(w.processes))
	sent := map[[2]spec.Process]int{}
	for _, s := range w.conditions.Sends {
		for from := range n {
			for to := range n {
				if from == to || !on(s.From, from) || !on(s.To, to) {
					continue
				}
				for i := range s.Count {
					sent[[2]spec.Process{from, to}]++
					m := fmt.Sprintf("m%d", sent[[2]spec.Process{from, to}])
					w.agenda.set(due{at: s.Start + time.Duration(i)*s.Every, process: from, input: input{kind: request, peer: to, data: m}})
				}
			}
		}
	}
}

// proceed lets happen what is on the agenda, up to the end of the run.
func (w *world) proceed() {
	defer func() {
		if v := recover(); v != nil {
			w.failure = fmt.Errorf("%w: in %v it %s", ErrLink, w.during, impl.Blame(v))
		}
	}()
	for len(w.agenda.heap) > 0 && w.agenda.heap[0].at <= w.conditions.end() && w.failure == nil {
		d := w.agenda.next()
		w.now = d.at
		w.happen(w.processes[d.process], d)
	}
}

func (w *world) happen(p *process, d due) {
	switch d.what {
	case arrive:
		w.arrive(p, d)
	case wake:
		if d.life == p.life {
			p.asleep = false
			w.run(p)
		}
	case crash:
		if p.layer != nil {
			w.record(spec.Event{Kind: spec.Crash, Process: p.self})
			w.stop(p)
		}
	case revive:
		if p.layer != nil {
			return
		}
		if p.life > 0 {
			w.record(spec.Event{Kind: spec.Recover, Process: p.self})
		}
		w.start(p)
	}
}

// arrive puts an input where the process finds it.
func (w *world) arrive(p *process, d due) {
	in := d.input
	switch in.kind {
	case request:
		p.requests[in.peer] = append(p.requests[in.peer], spec.Message(in.data))
		p.backlog++
		w.run(p)
		return
	case expiry:
		if d.life != p.life || p.timers[in.timer] != in.armed {
			return
		}
	case receipt:
		if p.layer == nil {
			w.stats.Lost++
			return
		}
		if w.conditions.Inbox > 0 && p.packets >= w.conditions.Inbox {
			w.stats.Refused++
			return
		}
		p.packets++
		w.stats.Inbox = max(w.stats.Inbox, p.packets)
	}
	in.since = w.now
	p.inbox = append(p.inbox, in)
	w.run(p)
}

// transmit hands a packet to the network.
func (w *world) transmit(p *process, to spec.Process, packet string) {
	w.record(spec.Event{Kind: spec.Transmit, Process: p.self, Peer: to, Packet: packet})
	w.stats.Packets++
	leaves, ok := w.leave(p, to, len(packet))
	if !ok {
		w.stats.Overflowed++
		return
	}
	faulty := w.conditions.Until == 0 || w.now < w.conditions.Until
	copies := 1
	switch {
	case faulty && w.chance(w.conditions.Loss):
		w.stats.Lost++
		return
	case faulty && w.chance(w.conditions.Duplicate):
		w.stats.Duplicated++
		copies = 2
	}
	delay := w.conditions.Delay
	if w.now < w.conditions.Until && w.conditions.Early != (Range{}) {
		delay = w.conditions.Early
	}
	for range copies {
		at := leaves + w.draw(delay)
		w.longest = max(w.longest, at-w.now)
		w.agenda.set(due{at: at, process: to, input: input{kind: receipt, peer: p.self, data: packet}})
	}
}

// leave returns when a packet has left a channel of limited bandwidth, unless
// the queue before it is full.
func (w *world) leave(p *process, to spec.Process, bytes int) (at time.Duration, ok bool) {
	rate := w.conditions.Bandwidth
	if rate == 0 {
		return w.now, true
	}
	queue := p.channels[to]
	for len(queue) > 0 && queue[0] <= w.now {
		queue = queue[1:]
	}
	at = w.now
	if len(queue) > 0 {
		at = queue[len(queue)-1]
	}
	if w.conditions.Queue > 0 && len(queue) > w.conditions.Queue {
		return 0, false
	}
	at += time.Duration(int64(time.Second) * int64(max(bytes, 1)) / int64(rate))
	p.channels[to] = append(queue, at)
	return at, true
}

func (w *world) chance(p float64) bool { return p > 0 && w.random.Float64() < p }

// draw returns a time within r, each equally likely but for Edges.
func (w *world) draw(r Range) time.Duration {
	switch {
	case r.Min == r.Max:
		return r.Min
	case w.chance(w.conditions.Edges):
		return [...]time.Duration{r.Min, r.Max}[w.random.IntN(2)]
	}
	return r.Min + time.Duration(w.random.Int64N(int64(r.Max-r.Min)+1))
}

func (w *world) record(e spec.Event) {
	e.At = int64(w.now)
	w.events = append(w.events, e)
}

// result judges the history.
func (w *world) result() Result {
	r := Result{Stats: w.stats, ReadsClock: w.read, Events: w.events, Elapsed: min(w.now, w.conditions.end())}
	r.Settled = w.failure == nil && w.settled()
	if r.Settled {
		r.Events = w.markForever()
	}
	r.Judgements = checker.Points(w.link.Guarantee, r.Events)
	if left, stuck := w.left(); left > 0 {
		if !r.Settled {
			stuck = spec.Channel{}
		}
		r.Judgements = append(r.Judgements, checker.JudgeReadiness(w.sent, left, stuck))
	}
	return r
}

// markForever returns the events with the Forever event at their end, or before
// what goes on in the calm, where the link claims that something ceases.
func (w *world) markForever() []spec.Event {
	at := len(w.events)
	ceases := func(p spec.Property) bool { return p.Recurs == spec.Ceases }
	if len(w.agenda.heap) > 0 && slices.ContainsFunc(w.link.Guarantee.Properties, ceases) {
		calm := int64(w.conditions.end() / 2)
		if first := slices.IndexFunc(w.events, func(e spec.Event) bool { return e.At > calm }); first >= 0 {
			at = first
		}
	}
	now := int64(w.now)
	if at < len(w.events) {
		now = w.events[at].At
	}
	return slices.Insert(w.events, at, spec.Event{Kind: spec.Forever, At: now})
}

// settled: see Result.Settled.
func (w *world) settled() bool {
	if len(w.agenda.heap) == 0 && !w.waiting() {
		return true
	}
	calm := w.conditions.end() / 2
	for _, p := range w.processes {
		if len(p.inbox) > 0 {
			w.longest = max(w.longest, w.now-p.inbox[0].since)
		}
	}
	if w.longest > calm/4 || w.conditions.lastFault() > calm {
		return false
	}
	for i := len(w.events) - 1; i >= 0 && w.events[i].At > int64(calm); i-- {
		switch w.events[i].Kind {
		case spec.Send, spec.Deliver, spec.Confirm:
			return false
		}
	}
	return true
}

// waiting reports whether an application still holds something back that it may
// yet send. Where nothing is on the agenda, a link that is not ready never will be.
func (w *world) waiting() bool {
	for _, p := range w.processes {
		if p.layer != nil && (len(p.inbox) > 0 || p.backlog > 0 && (p.ready == nil || w.resumes(p) == forever)) {
			return true
		}
	}
	return false
}
