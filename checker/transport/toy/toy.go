// Package toy has a small transport that keeps what it promises, and copies of
// it that are broken on purpose, each in one way: what a checker of transports
// must find.
//
// Use it to see that a checker sees. It is too slow for anything else: it waits
// for the acknowledgement of each message.
package toy

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net"
	"sync"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/spec"
)

// Honest is a transport that delivers every message once and in order: it
// numbers them, retransmits each until it is acknowledged, and drops what its
// checksum does not fit.
var Honest = transport.Transport{Name: "honest", Guarantee: frugal, Open: open(flaw{})}

// frugal also bounds what is transmitted: of each message a packet, and ten in
// vain within a second.
var frugal = spec.FIFO.With(spec.Amplification(2, 12, time.Second))

const (
	timeout = 100 * time.Millisecond // between retransmissions
	header  = 9                      // checksum, number, kind
)

const (
	data = iota
	ack
)

// flaw says what a copy of the transport does wrong; the zero value is nothing.
type flaw struct {
	once     bool // it transmits each message once
	blind    bool // it delivers every copy
	eager    bool // it sends the next message before the last is acknowledged
	trusting bool // it looks at no checksum
	careless bool // it reads headers that are not there
	patient  bool // it waits for an acknowledgement for ever
	storms   bool // it transmits a hundred copies instead of one
	retry    func(*link)
	closing  func(*link) error // instead of closing the receiver
}

// link is both ends of the transport.
type link struct {
	flaw
	sender, receiver net.PacketConn
	to               net.Addr
	acked            chan uint32
	delivered        chan spec.Message
	done             chan struct{}
	running          sync.WaitGroup
	sent             uint32
}

func open(f flaw) func(*chaos.Network) (transport.Channel, error) {
	return func(n *chaos.Network) (transport.Channel, error) {
		sender, err := n.ListenPacket(0)
		if err != nil {
			return transport.Channel{}, err
		}
		receiver, err := n.ListenPacket(1)
		if err != nil {
			return transport.Channel{}, err
		}
		l := &link{
			flaw: f, sender: sender, receiver: receiver, to: n.Addr(1),
			acked: make(chan uint32, 64), delivered: make(chan spec.Message, 64), done: make(chan struct{}),
		}
		l.running.Go(l.readAcks)
		l.running.Go(l.readData)
		return transport.Channel{Send: l.send, Receive: l.receive, Close: l.close}, nil
	}
}

var errClosed = errors.New("toy: closed")

func (l *link) send(m spec.Message) error {
	l.sent++
	p := packet(data, l.sent, string(m))
	if l.eager {
		l.running.Go(func() { _ = l.deliver(p, 0) })
		return nil
	}
	return l.deliver(p, l.sent)
}

// deliver transmits p until number is acknowledged.
func (l *link) deliver(p []byte, number uint32) error {
	for {
		if err := l.transmit(p); err != nil {
			return err
		}
		if l.once {
			return nil
		}
		if acknowledged, err := l.await(number); acknowledged || err != nil {
			return err
		}
		if l.retry != nil {
			l.retry(l)
		}
	}
}

// await waits for the acknowledgement of a number, 0 is any, and reports whether
// it came in time. One of an earlier message must not cause a retransmission:
// its copies would breed.
func (l *link) await(number uint32) (acknowledged bool, err error) {
	var expired <-chan time.Time
	if !l.patient {
		expired = time.After(timeout)
	}
	for {
		select {
		case n := <-l.acked:
			if n == number || number == 0 {
				return true, nil
			}
		case <-expired:
			return false, nil
		case <-l.done:
			return false, errClosed
		}
	}
}

func (l *link) transmit(p []byte) error {
	copies := 1
	if l.storms {
		copies = 100
	}
	for range copies {
		if _, err := l.sender.WriteTo(p, l.to); err != nil {
			return err
		}
	}
	return nil
}

func (l *link) readAcks() {
	l.read(l.sender, func(kind byte, number uint32, _ string, _ net.Addr) {
		if kind == ack {
			select {
			case l.acked <- number:
			default: // nobody waits for it any more
			}
		}
	})
}

func (l *link) readData() {
	defer close(l.delivered)
	last := uint32(0)
	seen := map[uint32]bool{}
	l.read(l.receiver, func(kind byte, number uint32, m string, from net.Addr) {
		if kind != data {
			return
		}
		if l.blind || !seen[number] && (l.eager || number == last+1) {
			seen[number], last = true, number
			l.delivered <- spec.Message(m)
		}
		if seen[number] {
			_, _ = l.receiver.WriteTo(packet(ack, number, ""), from)
		}
	})
}

// read handles the packets of one end until that is closed.
func (l *link) read(conn net.PacketConn, handle func(kind byte, number uint32, m string, from net.Addr)) {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		p := buf[:n]
		if len(p) < header && !l.careless {
			continue
		}
		sum := binary.BigEndian.Uint32(p)
		if l.trusting || sum == crc32.ChecksumIEEE(p[4:]) {
			handle(p[8], binary.BigEndian.Uint32(p[4:]), string(p[header:]), from)
		}
	}
}

func packet(kind byte, number uint32, m string) []byte {
	p := append(binary.BigEndian.AppendUint32(make([]byte, 4), number), kind)
	p = append(p, m...)
	binary.BigEndian.PutUint32(p, crc32.ChecksumIEEE(p[4:]))
	return p
}

func (l *link) receive() (spec.Message, error) {
	m, open := <-l.delivered
	if !open {
		return "", errClosed
	}
	return m, nil
}

func (l *link) close() error {
	close(l.done)
	err := l.sender.Close()
	if l.closing != nil {
		return l.closing(l)
	}
	err = errors.Join(err, l.receiver.Close())
	l.running.Wait()
	return err
}
