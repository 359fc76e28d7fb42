package trial

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/impl"
	"fairloss/impl/netlink/filestore"
	"fairloss/spec"
)

const (
	maxKills   = 1 << 16
	maxPause   = 3 * time.Millisecond // from the message that a kill waits for to the kill
	stallAfter = 5 * time.Second      // without a report, while messages are sent
	restFor    = 250 * time.Millisecond
	restPulses = 10 // of each process, at least, in that time
)

// Killed is what a trial with kills showed.
type Killed struct {
	Ending   Ending
	Accepted int           // messages whose Send returned
	Unknown  int           // messages whose Send a kill has cut: they may arrive or not
	Left     int           // messages that nobody sent: the trial ended before
	Stored   int           // deliveries in the stores after the run
	Elapsed  time.Duration // from the first process started to the last one ended

	Kills         int
	KilledSending int // kills that cut a Send
	KilledSaving  int // kills that cut a save, as the store found when it was opened next
	KilledOpening int // kills of a process that had not recovered yet

	Header     histories.Header
	Events     []spec.Event
	Judgements []checker.Judgement
	Check      time.Duration // what judging took
}

// Verdict returns the verdict on all that was judged. A trial that was
// interrupted holds nothing.
func (k *Killed) Verdict() spec.Verdict { return verdict(k.Judgements, k.Ending) }

// RunKilled runs a trial whose processes are processes of the operating system:
// this program, started again for each (see Child), over UDP on the loopback
// interface. It kills one of them, with SIGKILL, so many times while messages
// are sent, and starts it anew on its store. At last the network falls calm,
// the trial waits until the run has settled, and reads the stores: what is in
// their logs was stored, and nothing else.
//
// Only a link that claims LPL1 promises anything after a kill. A message whose
// Send had not returned when its process was killed may arrive or not. What
// a link prints goes to the standard error of its process, which is shown where
// the process ends in error.
//
// A SIGKILL leaves the operating system alive, and with it all that was written
// to files and not synced. A store that forgets to sync passes here: that is
// for fairloss/impl/netlink/storetest to find.
//
// A run has settled when for a quarter of a second no process has changed its
// state (key, armed timers, stable value), though each armed timer has expired
// a few times and each packet that arrived was handled. Processes are links and
// deterministic, and nothing is lost any more: from then on they do for ever
// what they did in that time. As in Run, a run that has not settled when its
// time is over owes nothing for certain.
//
// Where ctx ends, the trial ends early. Whatever happens, no process that it
// started outlives it or this program. Errors are those of Run, and those of
// stores that cannot be read. Progress, if not nil, is called with the number
// of messages that were sent so far.
func RunKilled(ctx context.Context, cfg Config, kills int, progress func(sent int)) (Killed, error) {
	if !hasChild {
		panic("trial: RunKilled in a program that has not called Child")
	}
	cfg, err := cfg.complete()
	if err != nil {
		return Killed{}, err
	}
	if _, logs := cfg.Link.Guarantee.Property(spec.LPL1.ID); !logs {
		return Killed{}, fmt.Errorf("trial: %s promises nothing after a kill: a link that does claims %s", cfg.Link.Name, spec.LPL1.ID)
	}
	if kills < 1 || kills > maxKills {
		return Killed{}, fmt.Errorf("trial: kills is %d, want 1 to %d", kills, maxKills)
	}
	if progress == nil {
		progress = func(int) {}
	}
	dir, err := os.MkdirTemp("", "fairloss")
	if err != nil {
		return Killed{}, fmt.Errorf("trial: %w", err)
	}
	defer os.RemoveAll(dir)
	timed, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	k, err := runKilled(timed, cfg, kills, dir, progress)
	if k.Ending == TimedOut && ctx.Err() != nil {
		k.Ending = Interrupted
	}
	if err != nil {
		return k, err
	}
	judging, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	start := time.Now()
	k.Judgements, err = checker.Wall(judging, cfg.Link.Guarantee, k.Events)
	if k.Left > 0 && err == nil {
		k.Judgements = append(k.Judgements, checker.JudgeReadiness(k.Accepted, k.Left, spec.Channel{}))
	}
	k.Check = time.Since(start)
	return k, err
}

func runKilled(ctx context.Context, cfg Config, kills int, dir string, progress func(int)) (Killed, error) {
	start := time.Now()
	c, err := startCast(cfg, dir)
	if err != nil {
		return Killed{}, errors.Join(err, c.end())
	}
	k := Killed{Ending: TimedOut, Header: histories.Header{
		Link: cfg.Link.Name, Processes: cfg.Link.Size(), Seed: cfg.Seed, Clock: histories.Wall,
		Assumes: spec.Assumptions{Crashes: kills, Recoveries: kills}.String(),
	}}
	k.Header.Claim(cfg.Link.Guarantee)
	err = c.kill(ctx, kills, rand.New(rand.NewPCG(cfg.Seed, 1)), progress)
	if err == nil {
		k.Ending, err = c.settle(ctx)
	}
	err = errors.Join(err, c.end())
	k.Elapsed = time.Since(start)
	k.Accepted, k.Unknown, k.Left = c.accepted, c.unknown, cfg.Messages-c.total()
	k.Kills, k.KilledSending, k.KilledSaving, k.KilledOpening = c.kills, c.killedSending, c.killedSaving, c.killedOpening
	if err != nil {
		return k, fmt.Errorf("%w: %w", ErrLink, err)
	}
	stored, err := readStores(cfg, dir)
	if err != nil {
		return k, fmt.Errorf("trial: %w", err)
	}
	k.Stored = len(stored)
	k.Events = conclude(c.events, stored, k.Ending)
	return k, nil
}

// conclude appends what was found in the stores, and the Forever event of a run
// that has settled.
func conclude(events, stored []spec.Event, ending Ending) []spec.Event {
	var at int64
	if len(events) > 0 {
		at = events[len(events)-1].At
	}
	all := slices.Concat(events, stored)
	if ending == Settled {
		all = append(all, spec.Event{Kind: spec.Forever})
	}
	for i := len(events); i < len(all); i++ {
		all[i].At = at
	}
	return all
}

func storeDirectory(dir string, p int) string { return filepath.Join(dir, fmt.Sprintf("process%d", p)) }

// readStores returns a Store event for each delivery in the logs.
func readStores(cfg Config, dir string) (events []spec.Event, err error) {
	for p := range cfg.Link.Size() {
		s, err := filestore.Open(storeDirectory(dir, p))
		if err != nil {
			return nil, err
		}
		for d, err := range s.Log() {
			if err != nil {
				return nil, errors.Join(err, s.Close())
			}
			events = append(events, stored(spec.Process(p), d))
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func stored(at spec.Process, d impl.Delivery) spec.Event {
	return spec.Event{Kind: spec.Store, Process: at, Peer: d.From, Message: d.Message}
}
