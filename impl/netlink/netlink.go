// Package netlink runs a link for real: any impl.Factory over a
// net.PacketConn, with timers on the wall clock. It shows that the code a
// checker has judged is code that works, and lets a link be measured.
//
// It is a runtime for experiments, not a transport for production: there is no
// congestion control, packets are neither encrypted nor authenticated, and a
// sender is known by nothing but its address. A link that works here has met
// one network and a handful of schedules; what it keeps in spite of all the
// others is for fairloss/checker to say.
package netlink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"

	"fairloss/impl"
	"fairloss/spec"
)

// ErrClosed is the error of every call on a closed Link. Where a handler
// panicked, or the socket or the store failed, the error wraps ErrClosed and says so.
var ErrClosed = errors.New("netlink: link closed")

// Link is one process's end of a link that runs over a socket. Its methods may
// be called from any goroutine.
//
// One goroutine runs all handlers of the layer, a second one only reads the
// socket. A packet that comes while 1024 others wait is dropped. While 1024
// messages wait for Recv, no packet is handled, so a process that never calls
// Recv stalls, in the end, its own sends too, if its peers send to it.
type Link struct {
	self   spec.Process
	socket *socket
	handler

	woken      chan struct{} // there is a request
	deliveries chan impl.Delivery
	done       chan struct{} // closed with the link
	goroutines sync.WaitGroup

	spare sync.Pool // of *request; the channels must not leave a synctest bubble with the link

	mu       sync.Mutex
	err      error // why the link is closed
	leaving  bool  // no more requests are accepted
	requests map[spec.Process][]*request
	handling *request // the one that the layer has and has not taken yet
	receipts receipts
	stable   []byte
}

// request is a message whose Send has not returned.
type request struct {
	receipt *Receipt
	result  chan error // holds one
}

// Open starts the link of the process self and handles its Init. Peers says
// where the other processes are; an entry for self is ignored. Unless Open
// fails, it takes the connection over: nothing else may use it, and Close
// closes it.
//
// A packet travels as it is, as the payload of one datagram; one from an
// address that is no peer's is ignored. Timers expire at a random moment
// between their bounds. What the layer stores is kept in memory (see Stable)
// and does not outlive the process: OpenStored keeps it.
func Open(conn net.PacketConn, self spec.Process, peers map[spec.Process]net.Addr, factory impl.Factory) (*Link, error) {
	return OpenStored(conn, self, peers, factory, nil)
}

// OpenStored is Open for a process that survives crashes: what the layer stores
// and delivers is saved in the store before any later effect leaves the
// process, and before a Send returns that led to it. Where the store has a
// stable value, a layer that is an impl.Recoverer handles Recover in place of
// Init.
//
// A message that Recv returns is in the log of the store already. After a crash
// the log may have more than Recv has returned: an application that must
// process each message once reads the log before OpenStored, and goes on with
// Recv. Only what a layer commits is in the log in one step with what it
// remembers of it; what it delivers otherwise is logged in a step of its own.
//
// A store that fails closes the link.
func OpenStored(conn net.PacketConn, self spec.Process, peers map[spec.Process]net.Addr, factory impl.Factory, store Store) (*Link, error) {
	if conn == nil || factory == nil {
		return nil, errors.New("netlink: Open needs a connection and a factory")
	}
	s, err := newSocket(conn, self, peers)
	if err != nil {
		return nil, err
	}
	l := &Link{
		self:       self,
		socket:     s,
		woken:      make(chan struct{}, 1),
		deliveries: make(chan impl.Delivery, maxWaiting),
		done:       make(chan struct{}),
		requests:   make(map[spec.Process][]*request),
		receipts:   receipts{byMessage: make(map[instance]line)},
	}
	if err := l.begin(factory, store); err != nil {
		return nil, err
	}
	l.goroutines.Go(l.read)
	l.goroutines.Go(l.run)
	return l, nil
}

// Send hands m to the link, for the process to. It returns when the link has
// taken m and saved what it stored of it, and blocks while the link is not
// ready for that. It fails only where the link never saw m, or panicked on it,
// so that nothing of m has left this process (on a process that is no peer, on
// the end of ctx, on Close), or where its store failed: then m may be sent
// after the next crash.
// Messages from one goroutine are taken in the order of their sending.
func (l *Link) Send(ctx context.Context, to spec.Process, m spec.Message) (*Receipt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !l.socket.knows(to) {
		return nil, fmt.Errorf("netlink: process %d has no peer %d", l.self, to)
	}
	receipt := &Receipt{to: to, message: m, confirmed: make(chan struct{})}
	r, ok := l.spare.Get().(*request)
	if !ok {
		r = &request{result: make(chan error, 1)}
	}
	r.receipt = receipt
	if err := l.ask(r); err != nil {
		return nil, err
	}
	var err error
	select {
	case err = <-r.result:
	case <-ctx.Done():
		if l.withdraw(r) {
			err = ctx.Err()
		} else {
			err = <-r.result
		}
	}
	r.receipt = nil
	l.spare.Put(r)
	if err != nil {
		return nil, err
	}
	return receipt, nil
}

func (l *Link) ask(r *request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.err != nil:
		return l.err
	case l.leaving:
		return ErrClosed
	}
	l.requests[r.receipt.to] = append(l.requests[r.receipt.to], r)
	select {
	case l.woken <- struct{}{}:
	default:
	}
	return nil
}

// withdraw reports whether r was still waiting; then the link never sees it.
func (l *Link) withdraw(r *request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.requests[r.receipt.to]
	i := slices.Index(waiting, r)
	if i < 0 {
		return false
	}
	l.requests[r.receipt.to] = slices.Delete(waiting, i, i+1)
	return true
}

// Recv returns the next message that the link delivers and its sender. It
// fails only on the end of ctx and on Close; no message is lost by the former.
func (l *Link) Recv(ctx context.Context) (spec.Process, spec.Message, error) {
	if err := l.failure(); err != nil {
		return 0, "", err
	}
	select {
	case d := <-l.deliveries:
		return d.From, d.Message, nil
	case <-ctx.Done():
		return 0, "", ctx.Err()
	case <-l.done:
		return 0, "", l.failure()
	}
}

// Drain waits until the link has confirmed every message it took before Drain
// was called. It refuses a context that never ends: neither a link that
// confirms nothing nor one whose peer is gone would let it return.
func (l *Link) Drain(ctx context.Context) error {
	if ctx.Done() == nil {
		return errors.New("netlink: Drain needs a context that can end")
	}
	for _, r := range l.Pending() {
		select {
		case <-r.confirmed:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.done:
			return l.failure()
		}
	}
	return l.failure()
}

// Pending returns the receipts of the messages that the link took and has not
// confirmed, in the order in which it took them: what may be lost, also after
// Close. On a link that never confirms, that is every message ever sent, and
// they stay in memory.
func (l *Link) Pending() []*Receipt {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.receipts.all()
}

// Stable returns what the layer stored last, saved or not, nil where it stored
// nothing.
func (l *Link) Stable() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.stable)
}

// Stats returns the counts so far.
func (l *Link) Stats() Stats { return l.socket.stats() }

// Close ends the link at once, without a word to its peers (see Shutdown, where
// that matters), and closes the connection. Messages that were not yet
// received are gone. When Close returns, all other calls fail with ErrClosed
// and the link has no goroutine left. Closing again does nothing. Close returns
// an error if the link had failed before.
func (l *Link) Close() error {
	l.shut(ErrClosed)
	l.goroutines.Wait()
	if err := l.failure(); err != ErrClosed {
		return err
	}
	return nil
}

// Shutdown closes the link gracefully: it accepts no more messages, waits until
// the link has confirmed all that it took, and closes it. If it returns nil,
// every message whose Send returned nil was delivered at its receiver, as far
// as the link's confirmations are true (what the property ACK says of it); what
// the receiver had delivered and its application has not received is in the
// hands of the receiver. Where ctx ends first the link is closed all the same,
// and the error says how many messages are unconfirmed; Pending says which.
//
// Messages for this process may come until then: call Recv meanwhile, or a
// peer that does the same may wait in vain. Shutdown refuses a context that
// never ends, as Drain does.
func (l *Link) Shutdown(ctx context.Context) error {
	if ctx.Done() == nil {
		return errors.New("netlink: Shutdown needs a context that can end")
	}
	for _, r := range l.leave() {
		select {
		case <-r.confirmed:
		case <-ctx.Done():
			_ = l.Close() // that not everything was confirmed says more
			return fmt.Errorf("netlink: closed with %d messages unconfirmed: %w", len(l.Pending()), ctx.Err())
		case <-l.done:
			return l.failure()
		}
	}
	if err := l.failure(); err != nil {
		return err
	}
	return l.Close()
}

// leave fails all requests that the layer has not seen, those to come too, and
// returns the receipts of what is unconfirmed.
func (l *Link) leave() []*Receipt {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaving = true
	l.rejectWaiting(ErrClosed)
	unconfirmed := l.receipts.all()
	if l.handling != nil {
		unconfirmed = append(unconfirmed, l.handling.receipt)
	}
	return unconfirmed
}

// shut closes the link for the reason err, unless it is closed already.
func (l *Link) shut(err error) {
	l.mu.Lock()
	closed := l.err != nil
	if !closed {
		l.err = err
		close(l.done)
	}
	l.mu.Unlock()
	if closed {
		return
	}
	// What a close can report of a datagram socket helps nobody: nothing that
	// was sent depends on it.
	_ = l.socket.conn.Close()
}

func (l *Link) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
