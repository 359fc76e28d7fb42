package chaos

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"fairloss/spec"
)

// Network joins hosts 0, 1, … by wires that do what a plan says. Its methods
// may be called by several goroutines; within a bubble it is made, used and
// closed there.
type Network struct {
	*agenda
	wires   map[direction]*wire
	sockets map[netip.AddrPort]*socket
	streams []*end
	ground  ground // of real sockets; nil where they are in memory

	record    func(spec.Event)
	disturbed time.Duration
	stats     Stats
}

// Stats counts what happened to packets; a write of a stream is a packet.
type Stats struct {
	Packets    int // transmitted
	Lost       int
	Delayed    int
	Duplicated int
	Corrupted  int // flipped, swapped, truncated
	Injected   int
	Severed    int // transmitted while their direction was cut
	Overflowed int // found the queue full
	Resets     int // of streams
}

// Faults is how many packets did not arrive as they should.
func (s Stats) Faults() int {
	return s.Lost + s.Delayed + s.Duplicated + s.Corrupted + s.Injected + s.Severed + s.Overflowed + s.Resets
}

// Add adds the counts of t.
func (s *Stats) Add(t Stats) {
	s.Packets += t.Packets
	s.Lost += t.Lost
	s.Delayed += t.Delayed
	s.Duplicated += t.Duplicated
	s.Corrupted += t.Corrupted
	s.Injected += t.Injected
	s.Severed += t.Severed
	s.Overflowed += t.Overflowed
	s.Resets += t.Resets
}

// New returns a network under a plan, whose time begins now. It panics where
// Plan.Check has something to say.
func New(plan Plan) *Network {
	if err := plan.Check(); err != nil {
		panic("chaos: " + err.Error())
	}
	n := &Network{agenda: newAgenda(), wires: plan.wires(), sockets: map[netip.AddrPort]*socket{}}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range plan {
		if f.Kind == Cut {
			n.schedule(f)
		}
	}
	return n
}

// schedule has the ends of a cut recorded.
func (n *Network) schedule(cut Fault) {
	n.add(cut.Time, func(time.Duration) { n.event(spec.Cut, cut.From, cut.To, "") })
	if cut.Until != 0 {
		n.add(cut.Until, func(time.Duration) { n.event(spec.Heal, cut.From, cut.To, "") })
	}
}

// Record has every packet that is transmitted or arrives, what has become of it
// on its way, and every beginning and end of a cut handed to record from now on,
// one at a time, in their order. It is called under a lock and must not use the
// network.
func (n *Network) Record(record func(spec.Event)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record = record
}

func (n *Network) event(kind spec.Kind, at, peer int, packet string) {
	if n.record != nil {
		n.record(spec.Event{Kind: kind, Process: spec.Process(at), Peer: spec.Process(peer), Packet: packet, At: int64(n.now())})
	}
}

// received records that a packet arrives, and where it is not as it was
// transmitted says so before.
func (n *Network) received(d direction, a transit) {
	switch {
	case a.forged:
		n.event(spec.Forge, d.to, d.from, "")
	case a.packet != a.was:
		n.event(spec.Corrupt, d.to, d.from, a.was)
	}
	n.event(spec.Receive, d.to, d.from, a.packet)
}

// Now returns how long the network has been there.
func (n *Network) Now() time.Duration { return n.now() }

// Disturbed returns until when something has gone wrong so far, on the clock of
// Now: when the last packet that was lost, delayed, changed or had to wait was
// transmitted or arrives.
func (n *Network) Disturbed() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.disturbed
}

// Stats returns what has happened so far.
func (n *Network) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stats
}

// wire returns the wire of a direction.
func (n *Network) wire(d direction) *wire {
	if n.wires[d] == nil {
		n.wires[d] = &wire{}
	}
	return n.wires[d]
}

// transmit lets the plan decide what becomes of a packet, or of a write to a stream.
func (n *Network) transmit(d direction, packet string, stream bool) fate {
	now := n.now()
	n.event(spec.Transmit, d.from, d.to, packet)
	f := n.wire(d).transmit(now, packet)
	if f.reset = f.reset && stream; f.reset {
		f.arrive = nil
		f.stats = Stats{Packets: 1, Resets: 1}
	}
	n.stats.Add(f.stats)
	if f.waits || f.stats.Faults() > 0 {
		n.disturbed = max(n.disturbed, now)
		for _, a := range f.arrive {
			n.disturbed = max(n.disturbed, now+a.after)
		}
	}
	return f
}

// Close closes everything that was opened on the network, and nothing arrives
// any more.
func (n *Network) Close() error {
	n.mu.Lock()
	n.agenda.close()
	for _, s := range n.sockets {
		s.shut()
	}
	for _, e := range n.streams {
		e.shut()
	}
	n.mu.Unlock()
	if n.ground != nil {
		return n.ground.close()
	}
	return nil
}

// basePort is the port of Addr.
const basePort = 4000

func hostIP(host int) netip.Addr {
	if host < 0 || host >= maxHosts {
		panic(fmt.Sprintf("chaos: host %d: there are %d", host, maxHosts))
	}
	return netip.AddrFrom4([4]byte{10, 0, 0, byte(host + 1)})
}

// hostOf returns the host that has the address, -1 where none has.
func hostOf(ip netip.Addr) int {
	if !ip.Is4() {
		return -1
	}
	host := int(ip.As4()[3]) - 1
	if host < 0 || host >= maxHosts || hostIP(host) != ip {
		return -1
	}
	return host
}

// Addr returns the address of the first port of a host, a *net.UDPAddr.
func (n *Network) Addr(host int) net.Addr {
	if n.ground != nil {
		return n.ground.addr(host)
	}
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(hostIP(host), basePort))
}
