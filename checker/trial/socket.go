package trial

import (
	"cmp"
	"container/heap"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	maxWaiting = 4096             // packets that a socket holds back; more are lost
	holdBack   = time.Millisecond // at most, for a packet that is reordered
)

// socket is a UDP socket that decides the fate of every packet on its way out.
// One goroutine sends what was held back.
type socket struct {
	*net.UDPConn
	cfg   Config
	start time.Time
	woken chan struct{}
	done  chan struct{}
	late  sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	calm    bool
	random  *rand.Rand
	waiting departures
	orderly int           // of those waiting, the ones that are not reordered
	last    time.Duration // when the last of these departs
	number  int
	packets Packets
}

// listenUDP opens a socket on the loopback interface.
func listenUDP() (*net.UDPConn, error) {
	return net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
}

func listen(cfg Config, process int) (*socket, error) {
	conn, err := listenUDP()
	if err != nil {
		return nil, err
	}
	return newSocket(conn, cfg, uint64(process)), nil
}

// newSocket takes conn over. The stream tells sockets of one seed apart.
func newSocket(conn *net.UDPConn, cfg Config, stream uint64) *socket {
	s := &socket{
		UDPConn: conn, cfg: cfg, start: time.Now(),
		woken: make(chan struct{}, 1), done: make(chan struct{}),
		random: rand.New(rand.NewPCG(cfg.Seed, stream)),
	}
	s.late.Go(s.depart)
	return s
}

// WriteToUDPAddrPort hands a packet to the faulty network. It never fails: an
// error of the socket is one more lost packet.
func (s *socket) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packets.Sent++
	if s.calm {
		s.write(b, to)
		return len(b), nil
	}
	if s.random.Float64() < s.cfg.Loss {
		s.packets.Lost++
		return len(b), nil
	}
	s.forward(b, to)
	if s.random.Float64() < s.cfg.Duplicate {
		s.packets.Duplicated++
		s.forward(b, to)
	}
	return len(b), nil
}

// forward sends a packet now or holds it back.
func (s *socket) forward(b []byte, to netip.AddrPort) {
	now := time.Since(s.start)
	at := now
	if s.cfg.Delay > 0 {
		at += time.Duration(s.random.Int64N(int64(s.cfg.Delay) + 1))
	}
	reordered := s.random.Float64() < s.cfg.Reorder
	if reordered {
		s.packets.Reordered++
		at += 1 + time.Duration(s.random.Int64N(int64(holdBack)))
	} else {
		at = max(at, s.last)
		s.last = at
	}
	switch {
	case at == now && s.orderly == 0:
		s.write(b, to)
	case len(s.waiting) == maxWaiting:
		s.packets.Lost++
	default:
		s.hold(departure{at: at, reordered: reordered, to: to, packet: append([]byte(nil), b...)})
	}
}

func (s *socket) hold(d departure) {
	s.number++
	d.number = s.number
	if !d.reordered {
		s.orderly++
	}
	heap.Push(&s.waiting, d)
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// write sends a packet. Where the socket refuses, the packet is lost.
func (s *socket) write(b []byte, to netip.AddrPort) {
	if _, err := s.UDPConn.WriteToUDPAddrPort(b, to); err != nil {
		s.packets.Lost++
	}
}

// depart sends what was held back when its time has come.
func (s *socket) depart() {
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		s.mu.Lock()
		s.flush(time.Since(s.start))
		if len(s.waiting) > 0 {
			alarm.Reset(s.waiting[0].at - time.Since(s.start))
		}
		s.mu.Unlock()
		select {
		case <-alarm.C:
		case <-s.woken:
		case <-s.done:
			return
		}
	}
}

// flush sends what departs until then.
func (s *socket) flush(until time.Duration) {
	for len(s.waiting) > 0 && s.waiting[0].at <= until {
		d := heap.Pop(&s.waiting).(departure)
		if !d.reordered {
			s.orderly--
		}
		s.write(d.packet, d.to)
	}
}

// fallCalm sends what was held back and lets every packet pass from now on.
func (s *socket) fallCalm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calm = true
	s.flush(1<<63 - 1)
}

// Close ends the goroutine and closes the socket. Closing again does nothing.
func (s *socket) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	close(s.done)
	s.late.Wait()
	return s.UDPConn.Close()
}

// departure is a packet that was held back.
type departure struct {
	at        time.Duration // on the clock of the socket
	number    int           // in the order of arrival
	reordered bool
	to        netip.AddrPort
	packet    []byte
}

// departures has the first to depart on top.
type departures []departure

func (h departures) Len() int { return len(h) }

func (h departures) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].at, h[j].at), cmp.Compare(h[i].number, h[j].number)) < 0
}

func (h departures) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push appends a departure.
func (h *departures) Push(x any) { *h = append(*h, x.(departure)) }

// Pop removes the last departure.
func (h *departures) Pop() any {
	last := len(*h) - 1
	d := (*h)[last]
	(*h)[last] = departure{}
	*h = (*h)[:last]
	return d
}
