package trial

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"fairloss/impl/netlink"
	"fairloss/spec"
)

// crowd is the senders of a run: what each may still send, and which of its
// messages have arrived.
type crowd struct {
	processes int
	senders   []sender
	unbound   chan struct{} // closed where messages are not bounded
	isUnbound bool
}

// sender sends messages named after it: "s3.1", "s3.2", … Numbered like this
// they cost a monitor memory for the gaps only.
type sender struct {
	messages    int
	unconfirmed chan struct{} // holds one for each unconfirmed message
	arrived     []bool        // by number; only the process that it sends to looks at it
}

func newCrowd(cfg Config) *crowd {
	c := &crowd{processes: cfg.Link.Size(), unbound: make(chan struct{})}
	for s := range cfg.Senders {
		messages := cfg.Messages / cfg.Senders
		if s < cfg.Messages%cfg.Senders {
			messages++
		}
		c.senders = append(c.senders, sender{messages, make(chan struct{}, cfg.Outstanding), make([]bool, messages+1)})
	}
	_, reliable := cfg.Link.Guarantee.Property(spec.PL1.ID)
	_, exactlyOnce := cfg.Link.Guarantee.Property(spec.XOP.ID)
	if !reliable && !exactlyOnce {
		c.unbind()
	}
	return c
}

// unbind gives up the bound on unconfirmed messages, and reports whether there
// was one. Only one goroutine may call it.
func (c *crowd) unbind() bool {
	bound := !c.isUnbound
	if bound {
		c.isUnbound = true
		close(c.unbound)
	}
	return bound
}

// ends returns the processes that sender s sends from and to.
func (c *crowd) ends(s int) (from, to spec.Process) {
	from = spec.Process(s % c.processes)
	return from, receiver(from, c.processes)
}

// receiver is the process that the senders at a process send to.
func receiver(from spec.Process, processes int) spec.Process {
	return (from + 1) % spec.Process(processes)
}

func message(sender, n int) spec.Message {
	return spec.Message("s" + strconv.Itoa(sender) + "." + strconv.Itoa(n))
}

// find returns the sender and the number of a message that the crowd may have
// sent on a channel; ok is false for any other.
func (c *crowd) find(from, to spec.Process, m spec.Message) (s, n int, ok bool) {
	who, number, ok := strings.Cut(strings.TrimPrefix(string(m), "s"), ".")
	if !ok {
		return 0, 0, false
	}
	s, err := strconv.Atoi(who)
	if err != nil || s < 0 || s >= len(c.senders) {
		return 0, 0, false
	}
	n, err = strconv.Atoi(number)
	if err != nil || n < 1 || n > c.senders[s].messages || m != message(s, n) {
		return 0, 0, false
	}
	sentFrom, sentTo := c.ends(s)
	return s, n, sentFrom == from && sentTo == to
}

// sender sends the messages of sender s, until ctx ends.
func (r *run) sender(ctx context.Context, s int) {
	from, to := r.crowd.ends(s)
	sender := &r.crowd.senders[s]
	for n := 1; n <= sender.messages; n++ {
		select {
		case sender.unconfirmed <- struct{}{}:
		case <-r.crowd.unbound:
		case <-ctx.Done():
			return
		}
		op := r.recorder.Send(from, to, message(s, n))
		if _, err := r.links[from].Send(ctx, to, message(s, n)); err != nil {
			r.recorder.Reject(op)
			if ctx.Err() == nil {
				r.fail(err)
			}
			return
		}
		r.recorder.Accept(op)
		r.accepted.Add(1)
	}
}

// observe takes what a link does within a handler: it confirms or stores a
// message.
func (r *run) observe(e spec.Event) {
	r.recorder.Record(e)
	if e.Kind != spec.Confirm {
		return
	}
	r.confirming.Store(true)
	r.confirmed.Add(1)
	if s, _, ok := r.crowd.find(e.Process, e.Peer, e.Message); ok {
		select {
		case <-r.crowd.senders[s].unconfirmed:
		default:
		}
	}
}

// receive receives at a process until its link is closed.
func (r *run) receive(p spec.Process) {
	for {
		since := r.recorder.Now()
		from, m, err := r.links[p].Recv(context.Background())
		if err != nil {
			if err != netlink.ErrClosed {
				r.fail(fmt.Errorf("process %d: %w", p, err))
			}
			return
		}
		r.recorder.Deliver(p, from, m, since)
		r.watch.recorded[p].Add(1)
		if s, n, ok := r.crowd.find(from, p, m); ok && !r.crowd.senders[s].arrived[n] {
			r.crowd.senders[s].arrived[n] = true
			r.delivered.Add(1)
			r.lastDelivery.Store(r.recorder.Now())
		}
	}
}
