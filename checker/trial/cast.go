package trial

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"fairloss/histories"
	"fairloss/spec"
)

// cast is the processes of a trial with kills, and the record of what they
// report. One goroutine, that of the trial, has it; others only bring reports.
type cast struct {
	cfg       Config
	dir       string
	crowd     *crowd
	sockets   []*os.File // they outlive the processes that inherit them
	addresses []string
	actors    []*actor
	reports   chan report

	recorder *histories.Recorder
	events   []spec.Event
	sent     []int         // of each sender, the number of its last message
	pending  map[int]int   // the call of each sender's Send that has not returned
	rest     []restingTime // of each process, since the network is calm

	accepted, unknown                                 int
	kills, killedSending, killedSaving, killedOpening int
}

// restingTime is how long a process has been at rest.
type restingTime struct {
	changes int // of its state, as it counts
	since   time.Time
	pulses  int
}

// startCast starts all processes. What it returns with an error is to be ended
// too.
func startCast(cfg Config, dir string) (*cast, error) {
	c := &cast{
		cfg: cfg, dir: dir, crowd: newCrowd(cfg), reports: make(chan report),
		actors:  make([]*actor, cfg.Link.Size()),
		sent:    make([]int, cfg.Senders),
		pending: map[int]int{},
		rest:    make([]restingTime, cfg.Link.Size()),
	}
	c.recorder = histories.NewRecorder(func(e spec.Event) error {
		c.events = append(c.events, e)
		return nil
	})
	for range c.actors {
		conn, err := listenUDP()
		if err != nil {
			return c, fmt.Errorf("trial: %w", err)
		}
		c.addresses = append(c.addresses, conn.LocalAddr().String())
		file, err := conn.File()
		if err := errors.Join(err, conn.Close()); err != nil {
			return c, fmt.Errorf("trial: %w", err)
		}
		c.sockets = append(c.sockets, file)
	}
	for p := range c.actors {
		if err := c.start(p, 0); err != nil {
			return c, fmt.Errorf("trial: %w", err)
		}
	}
	return c, nil
}

// start starts a process, in the given one of its lives.
func (c *cast) start(p, life int) error {
	next := make([]int, len(c.sent))
	for s, n := range c.sent {
		next[s] = n + 1
	}
	a, err := startActor(assignment{
		Link: c.cfg.Link.Name, Self: spec.Process(p), Life: life, Addresses: c.addresses,
		Directory: storeDirectory(c.dir, p), Next: next, Faults: c.cfg,
	}, c.sockets[p], c.reports)
	c.actors[p] = a
	return err
}

// kill sends all messages, and kills processes and starts them again while
// they are sent.
func (c *cast) kill(ctx context.Context, kills int, random *rand.Rand, progress func(int)) error {
	due := make([]int, kills) // messages sent before each kill
	for i := range due {
		due[i] = random.IntN(c.cfg.Messages)
	}
	slices.Sort(due)
	for _, n := range due {
		if err := c.follow(ctx, progress, func() bool { return c.total() >= n }); err != nil || ctx.Err() != nil {
			return err
		}
		pause := time.After(time.Duration(random.Int64N(int64(maxPause))))
		if err := c.followUntil(pause); err != nil {
			return err
		}
		if err := c.replace(random.IntN(len(c.actors))); err != nil {
			return err
		}
	}
	return c.follow(ctx, progress, func() bool { return c.total() == c.cfg.Messages && len(c.pending) == 0 })
}

// total is the number of messages sent.
func (c *cast) total() (n int) {
	for _, last := range c.sent {
		n += last
	}
	return n
}

// follow records what is reported until it is done, ctx ends, or nobody has
// anything to report.
func (c *cast) follow(ctx context.Context, progress func(int), done func() bool) error {
	for !done() {
		select {
		case r := <-c.reports:
			if err := c.record(r); err != nil {
				return err
			}
			progress(c.total())
		case <-time.After(stallAfter):
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (c *cast) followUntil(end <-chan time.Time) error {
	for {
		select {
		case r := <-c.reports:
			if err := c.record(r); err != nil {
				return err
			}
		case <-end:
			return nil
		}
	}
}

// record records one report. The end of a process that nobody has killed is an
// error, and so is a line that is no report.
func (c *cast) record(r report) error {
	a := r.actor
	switch r.word {
	case reportOpen:
		a.open = true
		c.killedSaving += r.numbers[0]
	case reportSend:
		s, n := r.numbers[0], r.numbers[1]
		from, to := c.crowd.ends(s)
		c.sent[s] = n
		c.pending[s] = c.recorder.Send(from, to, message(s, n))
	case reportAccept:
		c.recorder.Accept(c.pending[r.numbers[0]])
		delete(c.pending, r.numbers[0])
		c.accepted++
	case reportReject:
		c.recorder.Reject(c.pending[r.numbers[0]])
		delete(c.pending, r.numbers[0])
	case reportPulse:
		c.felt(int(a.Self), r.numbers[0], r.numbers[1] == 1)
	default:
		return fmt.Errorf("process %d %w", a.Self, r.err)
	}
	return nil
}

// replace kills a process and starts it again.
func (c *cast) replace(p int) error {
	a := c.actors[p]
	c.kills++
	if err := a.kill(c.record); err != nil {
		return err
	}
	if !a.open {
		c.killedOpening++
	}
	cut := false
	for s := range c.crowd.senders {
		if from, _ := c.crowd.ends(s); from != a.Self {
			continue
		}
		if _, pending := c.pending[s]; pending {
			delete(c.pending, s)
			c.unknown++
			cut = true
		}
	}
	if cut {
		c.killedSending++
	}
	c.recorder.Record(spec.Event{Kind: spec.Crash, Process: a.Self})
	c.recorder.Record(spec.Event{Kind: spec.Recover, Process: a.Self})
	return c.start(p, a.Life+1)
}

// felt notes the pulse of a process.
func (c *cast) felt(p, changes int, rest bool) {
	r := &c.rest[p]
	if !rest || r.changes != changes || r.since.IsZero() {
		*r = restingTime{changes: changes, since: time.Now()}
	}
	r.pulses++
}

// settled reports whether all processes are at rest, and have been for a while.
func (c *cast) settled() bool {
	for _, r := range c.rest {
		if r.since.IsZero() || time.Since(r.since) < restFor || r.pulses < restPulses {
			return false
		}
	}
	return true
}

// settle lets the network fall calm, and waits until the run has settled.
func (c *cast) settle(ctx context.Context) (Ending, error) {
	for _, a := range c.actors {
		a.order(orderCalm)
	}
	for !c.settled() {
		select {
		case r := <-c.reports:
			if err := c.record(r); err != nil {
				return TimedOut, err
			}
		case <-ctx.Done():
			return TimedOut, nil
		}
	}
	return Settled, nil
}

// end ends all processes and closes the sockets.
func (c *cast) end() error {
	var errs []error
	for _, a := range c.actors {
		if a != nil {
			errs = append(errs, a.end(c.record))
		}
	}
	for _, s := range c.sockets {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
