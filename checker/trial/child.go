package trial

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	"fairloss/impl"
	"fairloss/impl/netlink"
	"fairloss/impl/netlink/filestore"
	"fairloss/spec"
)

// childVariable is the environment variable that makes a program a process of
// a trial: it holds an assignment.
const childVariable = "FAIRLOSS_TRIAL_PROCESS"

// The words of the orders that a process of a trial reads from its standard
// input, and of the reports that it writes to its standard output, one a line.
const (
	orderCalm = "calm" // send nothing more, on a network that loses nothing
	orderEnd  = "end"  // close the link, and exit

	reportOpen   = "open"   // the link runs; a 1 if the store has undone a save that was cut
	reportSend   = "send"   // sender and number of a message whose Send begins
	reportAccept = "accept" // whose Send has returned
	reportReject = "reject" // whose Send has failed: the link never saw it
	reportPulse  = "pulse"  // see pulse
)

// reportNumbers is how many numbers follow each word.
var reportNumbers = map[string]int{reportOpen: 1, reportSend: 2, reportAccept: 2, reportReject: 2, reportPulse: 2}

// assignment tells a child what to be.
type assignment struct {
	Link      string
	Self      spec.Process
	Life      int // how many processes were this one before
	Addresses []string
	Directory string // of the store
	Next      []int  // of each sender, the number of the next message
	Faults    Config
}

// hasChild says that this program, started again, would be a child.
var hasChild bool

// Child makes this program one process of a trial, where RunKilled has started
// it as that, and then does not return. A program that calls RunKilled calls
// Child before anything else, with a function that finds its links by name.
func Child(find func(name string) (impl.Link, error)) {
	hasChild = true
	text, isChild := os.LookupEnv(childVariable)
	if !isChild {
		return
	}
	signal.Ignore(os.Interrupt) // an interrupt is for the program that started this one
	if err := runChild(find, text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(find func(name string) (impl.Link, error), text string) (err error) {
	var a assignment
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return fmt.Errorf("trial: %s: %w", childVariable, err)
	}
	if a.Faults.Link, err = find(a.Link); err != nil {
		return fmt.Errorf("trial: %w", err)
	}
	c, err := openChild(a)
	if err != nil {
		return err
	}
	return c.run()
}

// child is a process of a trial that is to be killed.
type child struct {
	assignment
	socket *socket
	store  *watchedStore
	pulse  *pulse
	link   *netlink.Link
	crowd  *crowd

	mu      sync.Mutex // of reports
	reports *os.File
}

func openChild(a assignment) (*child, error) {
	inherited := os.NewFile(3, "socket")
	conn, err := net.FilePacketConn(inherited)
	if err != nil {
		return nil, fmt.Errorf("trial: the inherited socket: %w", err)
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return nil, fmt.Errorf("trial: the inherited socket is a %T", conn)
	}
	peers := map[spec.Process]net.Addr{}
	for p, address := range a.Addresses {
		if peers[spec.Process(p)], err = net.ResolveUDPAddr("udp4", address); err != nil {
			return nil, fmt.Errorf("trial: %w", err)
		}
	}
	store, err := filestore.Open(a.Directory)
	if err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	c := &child{assignment: a, store: &watchedStore{Store: store}, crowd: newCrowd(a.Faults)}
	c.reports, os.Stdout = os.Stdout, os.Stderr // a link may print
	c.socket = newSocket(udp, a.Faults, uint64(a.Life)<<32|uint64(a.Self))
	factory := func(self spec.Process, peers []spec.Process) impl.Layer {
		c.pulse = newPulse(a.Faults.Link.New(self, peers))
		return c.pulse
	}
	c.link, err = netlink.OpenStored(c.socket, a.Self, peers, factory, c.store)
	return c, err
}

// run sends until it is told to fall calm, and follows orders until it is told
// to end. A parent that is gone gives no orders any more.
func (c *child) run() error {
	c.report(reportOpen, btoi(c.store.Unfinished()))
	sending, stop := context.WithCancel(context.Background())
	defer stop()
	var senders, others sync.WaitGroup
	for s := range c.crowd.senders {
		if from, _ := c.crowd.ends(s); from == c.Self {
			senders.Go(func() { c.send(sending, s) })
		}
	}
	others.Go(c.receive)
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		switch orders.Text() {
		case orderCalm:
			stop()
			senders.Wait()
			c.socket.fallCalm()
			go c.beat()
		case orderEnd:
			err := c.link.Close()
			others.Wait()
			return errors.Join(err, c.store.Close())
		}
	}
	return errors.New("trial: the program that started this process is gone")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// report writes one line at once: a process that is killed has said it all, or
// nothing.
func (c *child) report(word string, numbers ...int) {
	line := []byte(word)
	for _, n := range numbers {
		line = fmt.Appendf(line, " %d", n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.reports.Write(append(line, '\n')); err != nil {
		os.Exit(1) // nobody reads any more
	}
}

// send sends what is left of the messages of sender s.
func (c *child) send(ctx context.Context, s int) {
	_, to := c.crowd.ends(s)
	var unconfirmed []*netlink.Receipt
	for n := c.Next[s]; n <= c.crowd.senders[s].messages; n++ {
		if len(unconfirmed) == c.Faults.Outstanding {
			select {
			case <-unconfirmed[0].Confirmed():
				unconfirmed = unconfirmed[1:]
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return
		}
		c.report(reportSend, s, n)
		receipt, err := c.link.Send(ctx, to, message(s, n))
		switch {
		case err == nil:
			c.report(reportAccept, s, n)
			unconfirmed = append(unconfirmed, receipt)
		case ctx.Err() != nil && !errors.Is(err, netlink.ErrClosed):
			c.report(reportReject, s, n)
			return
		default:
			c.fail(err)
		}
	}
}

// receive takes what the link delivers: the log has it already.
func (c *child) receive() {
	for {
		if _, _, err := c.link.Recv(context.Background()); err == netlink.ErrClosed {
			return
		} else if err != nil {
			c.fail(err)
		}
	}
}

// fail ends the process as a crash that the trial did not want.
func (c *child) fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// beat reports the pulse until the process ends.
func (c *child) beat() {
	c.pulse.watch()
	for range time.Tick(tick) {
		c.report(reportPulse, c.pulse.read(c.store.saving.Load(), c.link.Stats().Received)...)
	}
}

// watchedStore tells whether it is saving.
type watchedStore struct {
	*filestore.Store
	saving atomic.Bool
}

func (s *watchedStore) Save(stable []byte, deliveries []impl.Delivery) error {
	s.saving.Store(true)
	defer s.saving.Store(false)
	return s.Store.Save(stable, deliveries)
}
