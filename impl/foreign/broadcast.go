package foreign

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

const (
	pollEvery = 2 * time.Millisecond // how often a program is listened to
	readEvery = 10                   // polls between two reads
)

// Broadcast is a program that solves the broadcast workload of Maelstrom
// (https://github.com/jepsen-io/maelstrom), as a link: it is started once for
// each process, and its messages to others are the packets. To send a message is
// a broadcast of a value that stands for it, asked for by a client of the
// sender; a value that a read by a client of the receiver shows is a delivery,
// as often as it shows it.
//
// Such a program runs on its own time, and its timers are not to be seen. So it
// runs for real (fairloss/checker/trial, fairloss run), and nowhere else: there
// is no search, no replay and no virtual time. Creation, duplication and loss
// are seen; that a program forgets a value which it has shown is not.
type Broadcast struct {
	// Silence is how long a program that still owes a delivery, and writes to
	// nobody, is taken to have nothing to say for ever. A message that is owed
	// then was lost. Make it longer than the longest timer of the program. 0
	// means that this is never concluded, and what is owed is inconclusive.
	Silence time.Duration

	command []string

	mu    sync.Mutex
	nodes []*node
}

// NewBroadcast says by which command the programs are started. Close ends them.
func NewBroadcast(command ...string) *Broadcast { return &Broadcast{command: command} }

// Link returns a link, which claims to be a perfect one, for one run.
func (b *Broadcast) Link() impl.Link {
	values := &ledger{}
	return impl.Link{
		Name: "maelstrom-broadcast", Guarantee: spec.Perfect,
		Doc: "A program that solves the broadcast workload of Maelstrom, one for each process.",
		New: func(self spec.Process, peers []spec.Process) impl.Layer {
			return &broadcaster{programs: b, values: values, self: self, peers: peers, delivered: map[string]int{}}
		},
	}
}

// Close ends all programs.
func (b *Broadcast) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.nodes {
		n.child.stop(time.Second)
	}
	b.nodes = nil
	return nil
}

func (b *Broadcast) start(self spec.Process) (*node, error) {
	if len(b.command) == 0 {
		return nil, errors.New("foreign: no command")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := startNode(nodeName(self), b.command)
	if err == nil {
		b.nodes = append(b.nodes, n)
	}
	return n, err
}

func nodeName(p spec.Process) string { return "n" + strconv.Itoa(int(p)) }

// broadcaster is one process: a program, and the client that speaks to it.
type broadcaster struct {
	programs *Broadcast
	values   *ledger
	self     spec.Process
	peers    []spec.Process
	node     *node

	delivered map[string]int // how often each value was
	requests  int            // of the client
	polls     int            // since the last read
	reading   bool           // a read is not answered

	changes uint64    // of the state, as far as it is seen
	last    time.Time // when that changed
}

// client is the name under which the process asks.
func (l *broadcaster) client() string { return "c" + strconv.Itoa(int(l.self)) }

// Init starts the program and waits until it is ready.
func (l *broadcaster) Init(out *impl.Effects) {
	var err error
	if l.node, err = l.programs.start(l.self); err != nil {
		panic(impl.Fault{Err: err})
	}
	names, topology := []string{}, map[string][]string{}
	for p := range spec.Process(len(l.peers) + 1) {
		names = append(names, nodeName(p))
		for q := range spec.Process(len(l.peers) + 1) {
			if q != p {
				topology[nodeName(p)] = append(topology[nodeName(p)], nodeName(q))
			}
		}
	}
	l.ask("init", map[string]any{"node_id": l.node.name, "node_ids": names})
	l.await("init_ok", out)
	l.ask("topology", map[string]any{"topology": topology})
	l.await("topology_ok", out)
	l.changed()
	out.SetTimer(0, pollEvery, pollEvery)
}

// Send asks the program to broadcast.
func (l *broadcaster) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.ask("broadcast", map[string]any{"message": l.values.add(l.self, to, m)})
	l.changed()
	l.listen(out)
}

// Receive hands on what another program wrote.
func (l *broadcaster) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if json.Valid([]byte(p)) {
		l.node.tell(nodeName(from), json.RawMessage(p))
		l.changed()
	}
	l.listen(out)
}

// Timeout listens, and reads now and then.
func (l *broadcaster) Timeout(_ impl.TimerID, out *impl.Effects) {
	l.listen(out)
	if l.polls++; l.polls >= readEvery && !l.reading {
		l.polls, l.reading = 0, true
		l.ask("read", map[string]any{})
	}
	if silence := l.programs.Silence; l.values.owes() && (silence == 0 || time.Since(l.last) < silence) {
		l.changes++ // it may still say something
	}
	out.SetTimer(0, pollEvery, pollEvery)
}

// AppendKey appends what is seen of the state: it changes whenever the program
// is told or says something, and as long as it may have more to say.
func (l *broadcaster) AppendKey(b []byte) []byte { return binary.AppendUvarint(b, l.changes) }

func (l *broadcaster) changed() {
	l.changes++
	l.last = time.Now()
}

func (l *broadcaster) ask(what string, body map[string]any) {
	l.requests++
	body["type"], body["msg_id"] = what, l.requests
	l.node.tell(l.client(), body)
}

// await waits for the answer to a request. What else the program writes has its
// effects.
func (l *broadcaster) await(answer string, out *impl.Effects) {
	end := time.NewTimer(helloLimit)
	defer end.Stop()
	for !l.listenFor(answer, out) {
		if !l.node.wait(end.C) {
			panic(impl.Fault{Err: fmt.Errorf("%s: %v passed before it wrote %s%s", l.node.child.command, helloLimit, answer, l.node.child.complaint())})
		}
	}
}

func (l *broadcaster) listen(out *impl.Effects) { l.listenFor("", out) }

// listenFor turns what the program has written into effects. It reports whether
// that answer was among it.
func (l *broadcaster) listenFor(answer string, out *impl.Effects) (found bool) {
	heard, err := l.node.take()
	if err != nil {
		panic(impl.Fault{Err: err})
	}
	for _, m := range heard {
		if m.Dest == l.client() {
			found = l.answered(m, out) == answer || found
			continue
		}
		to, err := l.peer(m.Dest)
		if err != nil {
			panic(impl.Fault{Err: l.nonsense(m, err)})
		}
		l.changed()
		out.Transmit(to, impl.Packet(m.Body))
	}
	return found
}

// peer returns the process of that name.
func (l *broadcaster) peer(name string) (spec.Process, error) {
	for _, p := range l.peers {
		if nodeName(p) == name {
			return p, nil
		}
	}
	return 0, fmt.Errorf("writes to %q: want another program, or the client that asked", name)
}

func (l *broadcaster) nonsense(m message, err error) error {
	line, _ := json.Marshal(m)
	return fmt.Errorf("%s: it %w: %s", l.node.child.command, err, brief(string(line)))
}

// answered handles an answer to the client, and returns its type.
func (l *broadcaster) answered(m message, out *impl.Effects) string {
	var b body
	err := json.Unmarshal(m.Body, &b)
	switch {
	case err != nil:
	case b.Type == "init_ok", b.Type == "topology_ok", b.Type == "broadcast_ok":
		return b.Type
	case b.Type == "read_ok":
		l.reading = false
		l.shows(b.Messages, out)
		return b.Type
	case b.Type == "error":
		err = fmt.Errorf("answers with an error, %q", b.Text)
	default:
		err = fmt.Errorf("writes a %q, want init_ok, topology_ok, broadcast_ok or read_ok", b.Type)
	}
	panic(impl.Fault{Err: l.nonsense(m, err)})
}

// shows delivers what a read shows for the first time, or once more.
func (l *broadcaster) shows(values []json.RawMessage, out *impl.Effects) {
	now := map[string]int{}
	for _, v := range values {
		value := string(v)
		if now[value]++; now[value] <= l.delivered[value] {
			continue
		}
		l.delivered[value]++
		s, known := l.values.at(l.self, value)
		switch {
		case !known:
			l.changed()
			out.Deliver(l.peers[0], spec.Message("value "+value))
		case s.to == l.self:
			l.changed()
			out.Deliver(s.from, s.message)
		}
	}
}
