package quic

import (
	"github.com/quic-go/quic-go"

	"fairloss/impl/external/frame"
	"fairloss/spec"
)

// serve serves every connection, whether or not its handshake is complete.
func (l *link) serve(listener *quic.EarlyListener) {
	for {
		conn, err := listener.Accept(l.ctx)
		if err != nil {
			return
		}
		l.running.Go(func() { l.readDatagrams(conn) })
		l.running.Go(func() { l.readStreams(conn) })
	}
}

func (l *link) readDatagrams(conn *quic.Conn) {
	for {
		m, err := conn.ReceiveDatagram(l.ctx)
		if err != nil || !l.received.Put(spec.Message(m)) {
			return
		}
	}
}

func (l *link) readStreams(conn *quic.Conn) {
	for {
		s, err := conn.AcceptUniStream(l.ctx)
		if err != nil {
			return
		}
		l.running.Go(func() {
			for {
				m, err := frame.Read(s)
				if err != nil || !l.received.Put(m) {
					return
				}
			}
		})
	}
}
