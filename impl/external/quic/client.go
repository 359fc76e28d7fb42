package quic

import (
	"context"
	"crypto/tls"
	"errors"
	"sync"

	"github.com/quic-go/quic-go"

	"fairloss/impl/external/frame"
	"fairloss/spec"
)

func (l *link) dial() (*quic.Conn, error) {
	return l.client.Dial(l.ctx, l.to(), clientTLS, config)
}

func oneStream(l *link) (func(spec.Message) error, error) {
	conn, err := l.dial()
	if err != nil {
		return nil, err
	}
	return writeStream(conn)
}

func writeStream(conn *quic.Conn) (func(spec.Message) error, error) {
	s, err := conn.OpenUniStream()
	return func(m spec.Message) error { return frame.Write(s, m) }, err
}

func manyStreams(l *link) (func(spec.Message) error, error) {
	conn, err := l.dial()
	return func(m spec.Message) error {
		s, err := conn.OpenUniStreamSync(l.ctx)
		if err != nil {
			return err
		}
		return errors.Join(frame.Write(s, m), s.Close())
	}, err
}

func datagrams(l *link) (func(spec.Message) error, error) {
	conn, err := l.dial()
	return func(m spec.Message) error { return conn.SendDatagram([]byte(m)) }, err
}

// earlyStream connects once for a ticket, and again with it.
func earlyStream(l *link) (func(spec.Message) error, error) {
	resuming := clientTLS.Clone()
	cache := &tickets{ClientSessionCache: tls.NewLRUClientSessionCache(1), some: make(chan struct{})}
	resuming.ClientSessionCache = cache
	first, err := l.client.Dial(l.ctx, l.to(), resuming, config)
	if err != nil {
		return nil, err
	}
	select {
	case <-cache.some:
	case <-first.Context().Done():
		return nil, context.Cause(first.Context())
	}
	if err := first.CloseWithError(0, ""); err != nil {
		return nil, err
	}
	second, err := l.client.DialEarly(l.ctx, l.to(), resuming, config)
	if err != nil {
		return nil, err
	}
	return writeStream(second)
}

// tickets is a session cache that says when there is a ticket in it.
type tickets struct {
	tls.ClientSessionCache
	once sync.Once
	some chan struct{}
}

func (t *tickets) Put(server string, s *tls.ClientSessionState) {
	t.ClientSessionCache.Put(server, s)
	t.once.Do(func() { close(t.some) })
}
