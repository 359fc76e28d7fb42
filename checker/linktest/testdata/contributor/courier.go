package mylink

import (
	"encoding/binary"
	"errors"
	"net"
	"time"

	"fairloss/spec"
)

// Courier is a transport for datagrams, with goroutines and a clock of its own:
// it sends a message again until it is acknowledged. A hasty one waits for no
// acknowledgement, and lets its receiver deliver every copy.
type Courier struct {
	Hasty    bool
	conn     net.Conn
	number   uint64
	answers  chan uint64
	messages chan spec.Message
	done     chan struct{}
}

// NewCourier returns one end of a connection that runs until it is closed.
func NewCourier(conn net.Conn, hasty bool) *Courier {
	c := &Courier{Hasty: hasty, conn: conn, answers: make(chan uint64, 16), messages: make(chan spec.Message, 16), done: make(chan struct{})}
	go c.read()
	return c
}

var errClosed = errors.New("mylink: closed")

// Send sends m, and returns when it is acknowledged.
func (c *Courier) Send(m spec.Message) error {
	c.number++
	for {
		if _, err := c.conn.Write(frame('D', c.number, m)); err != nil || c.Hasty {
			return err
		}
		select {
		case n := <-c.answers:
			if n == c.number {
				return nil
			}
		case <-time.After(50 * time.Millisecond):
		case <-c.done:
			return errClosed
		}
	}
}

// Receive returns the next message.
func (c *Courier) Receive() (spec.Message, error) {
	select {
	case m := <-c.messages:
		return m, nil
	case <-c.done:
		return "", errClosed
	}
}

// Close closes this end.
func (c *Courier) Close() error {
	close(c.done)
	return c.conn.Close()
}

func (c *Courier) read() {
	buf := make([]byte, 1<<16)
	last := uint64(0)
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return
		}
		kind := buf[0]
		number, size := binary.Uvarint(buf[1:n])
		if kind == 'A' {
			select {
			case c.answers <- number:
			case <-c.done:
			}
			continue
		}
		if number > last || c.Hasty {
			last = number
			select {
			case c.messages <- spec.Message(buf[1+size : n]):
			case <-c.done:
			}
		}
		_, _ = c.conn.Write(frame('A', number, ""))
	}
}

func frame(kind byte, number uint64, m spec.Message) []byte {
	return append(binary.AppendUvarint([]byte{kind}, number), m...)
}
