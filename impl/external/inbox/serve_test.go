package inbox_test

import (
	"net"
	"testing"

	"fairloss/impl/external/frame"
	"fairloss/impl/external/inbox"
)

// TestServe wants the messages of all connections, and an end where the
// listener and they have theirs.
func TestServe(t *testing.T) {
	l := &listener{conns: make(chan net.Conn)}
	b := inbox.New()
	done := make(chan struct{})
	go func() { defer close(done); b.Serve(l) }()
	var ends []net.Conn
	for range 2 {
		near, far := net.Pipe()
		l.conns <- far
		ends = append(ends, near)
		go frame.Write(near, "alpha")
		if m, err := b.Take(); m != "alpha" || err != nil {
			t.Errorf("took %q, %v", m, err)
		}
	}
	l.Close()
	ends[0].Close()
	select {
	case <-done:
		t.Error("it has returned before a connection has ended")
	default:
	}
	ends[1].Close()
	<-done
}

// TestServeEnds wants a connection closed whose message nobody takes.
func TestServeEnds(t *testing.T) {
	l := &listener{conns: make(chan net.Conn)}
	b := inbox.New()
	done := make(chan struct{})
	go func() { defer close(done); b.Serve(l) }()
	near, far := net.Pipe()
	l.conns <- far
	if err := frame.Write(near, "alpha"); err != nil {
		t.Error(err)
	}
	b.Close()
	l.Close()
	<-done
	if err := frame.Write(near, "bravo"); err == nil {
		t.Error("the connection is still open")
	}
}

// listener accepts what is put into it.
type listener struct{ conns chan net.Conn }

func (l *listener) Accept() (net.Conn, error) {
	if conn, open := <-l.conns; open {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (l *listener) Close() error   { close(l.conns); return nil }
func (l *listener) Addr() net.Addr { return nil }
