package inbox

import (
	"net"
	"sync"

	"fairloss/impl/external/frame"
)

// Serve accepts connections and puts the messages that come framed in each of
// them into the inbox. It returns when the listener is closed and every
// connection has ended.
func (b *Inbox) Serve(l net.Listener) {
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		connections.Go(func() { b.read(conn) })
	}
}

func (b *Inbox) read(conn net.Conn) {
	defer conn.Close()
	for {
		m, err := frame.Read(conn)
		if err != nil || !b.Put(m) {
			return
		}
	}
}
