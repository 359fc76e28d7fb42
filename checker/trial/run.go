package trial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fairloss/histories"
	"fairloss/impl"
	"fairloss/impl/netlink"
	"fairloss/spec"
)

const (
	tick     = 5 * time.Millisecond   // between two looks at a run
	patience = 500 * time.Millisecond // with senders, while nothing moves
)

// run is a trial under way.
type run struct {
	cfg     Config
	sockets []*socket
	links   []*netlink.Link
	watch   *watch
	crowd   *crowd
	cpu     time.Duration

	recorder   *histories.Recorder
	mu         sync.Mutex
	events     []spec.Event
	receivers  sync.WaitGroup
	failure    atomic.Pointer[error]
	confirming atomic.Bool // the link has confirmed something

	accepted, confirmed, delivered atomic.Int64
	lastDelivery                   atomic.Int64 // when a message was first delivered, on the clock of the recorder
}

// open starts the processes of a run.
func open(cfg Config) (*run, error) {
	n := cfg.Link.Size()
	r := &run{cfg: cfg, watch: newWatch(n), crowd: newCrowd(cfg)}
	r.recorder = histories.NewRecorder(r.keep)
	addresses := map[spec.Process]net.Addr{}
	for p := range n {
		s, err := listen(cfg, p)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("trial: %w", err), r.close())
		}
		r.sockets = append(r.sockets, s)
		addresses[spec.Process(p)] = s.LocalAddr()
	}
	for p, s := range r.sockets {
		link, err := netlink.Open(s, spec.Process(p), addresses, r.probed)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%w: %w", ErrLink, err), r.close())
		}
		r.links = append(r.links, link)
	}
	return r, nil
}

func (r *run) probed(self spec.Process, peers []spec.Process) impl.Layer {
	return newProbe(r.cfg.Link.New(self, peers), self, r.watch, r.observe)
}

// close closes links and sockets, and waits until all goroutines have ended.
func (r *run) close() error {
	var errs []error
	for _, l := range r.links {
		errs = append(errs, l.Close())
	}
	for _, s := range r.sockets {
		errs = append(errs, s.Close())
	}
	r.receivers.Wait()
	return errors.Join(errs...)
}

// keep is where the recorder puts events, one at a time.
func (r *run) keep(e spec.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return nil
}

func (r *run) length() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.events)
}

// run sends everything, waits until the run has settled, and closes it.
func (r *run) run(ctx context.Context, progress func(int)) (Ending, error) {
	cpu := cpuTime()
	for p := range r.links {
		r.receivers.Go(func() { r.receive(spec.Process(p)) })
	}
	ending := TimedOut
	if r.send(ctx, progress) {
		for _, s := range r.sockets {
			s.fallCalm()
		}
		ending = r.settle(ctx, progress)
	}
	r.watch.freeze(r.hasFailed)
	if ending == TimedOut && r.length() >= maxEvents {
		ending = Full
	}
	progress(int(r.delivered.Load()))
	err := errors.Join(r.close(), r.failed())
	r.cpu = cpuTime() - cpu
	return ending, err
}

// over reports whether the run must end now.
func (r *run) over(ctx context.Context) bool {
	return ctx.Err() != nil || r.hasFailed() || r.length() >= maxEvents
}

// fail keeps the first error of a link that did not close in good order.
func (r *run) fail(err error) {
	r.failure.CompareAndSwap(nil, &err)
}

func (r *run) hasFailed() bool { return r.failure.Load() != nil }

func (r *run) failed() error {
	if err := r.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// send lets the senders hand over their messages. It reports whether these
// have arrived, as far as the link tells, or nothing moved any more.
func (r *run) send(ctx context.Context, progress func(int)) bool {
	sending, stop := context.WithCancel(ctx)
	defer stop()
	finished := make(chan struct{})
	var senders sync.WaitGroup
	for s := range r.cfg.Senders {
		senders.Go(func() { r.sender(sending, s) })
	}
	go func() {
		senders.Wait()
		close(finished)
	}()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	moved, last := time.Now(), int64(0)
	sent, ended := false, finished
	for !r.over(ctx) {
		select {
		case <-ended:
			sent, ended = true, nil
		case <-ticker.C:
		}
		if sent && r.arrived() {
			return true
		}
		progress(int(r.delivered.Load()))
		if now := r.accepted.Load() + r.confirmed.Load() + r.delivered.Load(); now != last {
			moved, last = time.Now(), now
		}
		if time.Since(moved) < patience {
			continue
		}
		if !sent && !r.confirming.Load() && r.crowd.unbind() {
			moved = time.Now()
			continue
		}
		stop()
		<-finished
		return true
	}
	stop()
	<-finished
	return false
}

// arrived reports whether all that was accepted is confirmed, or delivered
// where the link confirms nothing.
func (r *run) arrived() bool {
	if r.confirming.Load() {
		return r.confirmed.Load() >= r.accepted.Load()
	}
	return r.delivered.Load() >= r.accepted.Load()
}

// settle waits until the run has settled, and gives its history the Forever
// event and one round of what repeats.
func (r *run) settle(ctx context.Context, progress func(int)) Ending {
	r.watch.begin()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	const none = -1
	forever, changesThen := none, 0 // where the event belongs, and the changes of state before it
	for !r.over(ctx) {
		repeats, changes := r.watch.repeats()
		switch {
		case forever != none && changes != changesThen:
			forever = none
		case forever != none && repeats:
			r.watch.freeze(r.hasFailed)
			r.insertForever(forever)
			return Settled
		case forever == none && repeats && r.watch.still():
			forever, changesThen = r.length(), changes
			r.watch.nextRound()
			continue
		}
		progress(int(r.delivered.Load()))
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	return TimedOut
}

// insertForever puts a Forever event before event i.
func (r *run) insertForever(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := spec.Event{Kind: spec.Forever}
	if i > 0 {
		e.At = r.events[i-1].At
	}
	r.events = slices.Insert(r.events, i, e)
}
