package memberlist

import (
	"bytes"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"fairloss/checker/chaos"
)

// wire is one host of a chaos network as a memberlist.Transport.
type wire struct {
	network *chaos.Network
	host    int
	peer    *wire // whom it dials
	socket  net.PacketConn
	packets chan *memberlist.Packet
	streams chan net.Conn
	down    chan struct{}
	running sync.WaitGroup
}

func listen(n *chaos.Network, host int) (*wire, error) {
	socket, err := n.ListenPacket(host)
	if err != nil {
		return nil, err
	}
	w := &wire{
		network: n, host: host, socket: socket,
		packets: make(chan *memberlist.Packet), streams: make(chan net.Conn), down: make(chan struct{}),
	}
	w.running.Go(w.receive)
	return w, nil
}

func (w *wire) receive() {
	b := make([]byte, 1<<16)
	for {
		k, from, err := w.socket.ReadFrom(b)
		if err != nil {
			return
		}
		select {
		case w.packets <- &memberlist.Packet{Buf: bytes.Clone(b[:k]), From: from, Timestamp: time.Now()}:
		case <-w.down:
		}
	}
}

func (w *wire) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	a := w.socket.LocalAddr().(*net.UDPAddr)
	return a.IP, a.Port, nil
}

func (w *wire) WriteTo(b []byte, addr string) (time.Time, error) {
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return time.Time{}, err
	}
	_, err = w.socket.WriteTo(b, to)
	return time.Now(), err
}

func (w *wire) DialTimeout(string, time.Duration) (net.Conn, error) {
	near, far := w.network.Stream(w.host, w.peer.host)
	select {
	case w.peer.streams <- far:
		return near, nil
	case <-w.peer.down:
		return nil, net.ErrClosed
	}
}

func (w *wire) PacketCh() <-chan *memberlist.Packet { return w.packets }
func (w *wire) StreamCh() <-chan net.Conn           { return w.streams }

func (w *wire) Shutdown() error {
	close(w.down)
	err := w.socket.Close()
	w.running.Wait()
	return err
}
