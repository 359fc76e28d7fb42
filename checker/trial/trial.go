package trial

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"fairloss/impl"
)

// Limits of one trial: its history is kept in memory.
const (
	maxMessages  = 1 << 19
	maxSenders   = 1 << 10
	maxProcesses = 64
	maxEvents    = 1 << 22 // where a history has more, the trial ends
)

// What a zero in a Config means.
const (
	defaultMessages    = 1000
	defaultSenders     = 4
	defaultOutstanding = 64
	defaultTimeout     = time.Minute
)

// ErrLink is what the error of Run wraps where a link failed: a handler
// panicked, or its socket broke.
var ErrLink = errors.New("the link failed")

// Config says what to run. Only Link is required.
type Config struct {
	Link     impl.Link `json:"-"`
	Messages int       // to send, of all senders together; 0 means 1000
	Senders  int       // goroutines that send; 0 means 4. Sender k is at process k%n and sends to the next one

	// Outstanding bounds the messages of each sender that are unconfirmed; 0
	// means 64. Without a bound, a link that has no window and transmits all
	// that is unacknowledged at each timeout drowns in its own packets. A link
	// that confirms nothing is not bounded.
	Outstanding int

	// Probabilities, from 0 to 1, of what happens to a packet before the
	// network falls calm. A packet that is reordered is held back for up to a
	// millisecond longer than others, which may overtake it.
	Loss, Duplicate, Reorder float64
	Delay                    time.Duration // a packet waits between 0 and this; that alone changes no order
	Seed                     uint64        // of the fates of packets
	Timeout                  time.Duration // of the run, and again of the judges; 0 means a minute
}

func (c Config) complete() (Config, error) {
	if c.Link.New == nil || c.Link.Guarantee.Name == "" {
		return c, errors.New("trial: a link needs New and a Guarantee")
	}
	for _, n := range [...]struct {
		name                string
		value               *int
		standard, min, most int
	}{
		{"messages", &c.Messages, defaultMessages, 1, maxMessages},
		{"senders", &c.Senders, defaultSenders, 1, maxSenders},
		{"outstanding", &c.Outstanding, defaultOutstanding, 1, maxMessages},
		{"processes", &c.Link.Processes, c.Link.Size(), 2, maxProcesses},
	} {
		if *n.value == 0 {
			*n.value = n.standard
		}
		if *n.value < n.min || *n.value > n.most {
			return c, fmt.Errorf("trial: %s is %d, want %d to %d", n.name, *n.value, n.min, n.most)
		}
	}
	for _, p := range [...]struct {
		name  string
		value float64
	}{{"loss", c.Loss}, {"duplicate", c.Duplicate}, {"reorder", c.Reorder}} {
		if math.IsNaN(p.value) || p.value < 0 || p.value > 1 {
			return c, fmt.Errorf("trial: %s is %v, want a probability from 0 to 1", p.name, p.value)
		}
	}
	if c.Delay < 0 || c.Timeout < 0 {
		return c, errors.New("trial: delay and timeout must not be negative")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	return c, nil
}

// Run runs a trial and judges it. It opens as many sockets as the link has
// processes, and leaves neither a socket nor a goroutine behind. Progress, if
// not nil, is called a few times a second with the number of messages that
// were delivered.
//
// Where ctx ends, the trial ends early, as by its timeout. An error says what
// is wrong with the configuration, that no socket could be opened, wraps ErrLink,
// or says that the judges disagree; the result then holds what there is.
func Run(ctx context.Context, cfg Config, progress func(delivered int)) (Result, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return Result{}, err
	}
	r, err := open(cfg)
	if err != nil {
		return Result{}, err
	}
	if progress == nil {
		progress = func(int) {}
	}
	timed, cancel := context.WithTimeout(ctx, cfg.Timeout)
	ending, err := r.run(timed, progress)
	cancel()
	if ending == TimedOut && ctx.Err() != nil {
		ending = Interrupted
	}
	result := r.result(ending)
	if err != nil {
		return result, fmt.Errorf("%w: %w", ErrLink, err)
	}
	timed, cancel = context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	return result, result.judge(timed, cfg.Link.Guarantee)
}
