// Package conformance holds fairloss/checker/chaos to golang.org/x/net/nettest
// and to the sockets of this machine.
//
// In bubbles of testing/synctest the function TestConn of nettest cannot run:
// subtests are not allowed there. So each of its tests is called by its name,
// which a later version of nettest may change; then this package does not link.
package conformance

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	_ "unsafe" // for linkname

	"golang.org/x/net/nettest"

	"fairloss/checker/chaos"
)

//go:linkname basicIO golang.org/x/net/nettest.testBasicIO
func basicIO(t *testing.T, c1, c2 net.Conn)

//go:linkname pingPong golang.org/x/net/nettest.testPingPong
func pingPong(t *testing.T, c1, c2 net.Conn)

//go:linkname racyRead golang.org/x/net/nettest.testRacyRead
func racyRead(t *testing.T, c1, c2 net.Conn)

//go:linkname racyWrite golang.org/x/net/nettest.testRacyWrite
func racyWrite(t *testing.T, c1, c2 net.Conn)

//go:linkname readTimeout golang.org/x/net/nettest.testReadTimeout
func readTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname writeTimeout golang.org/x/net/nettest.testWriteTimeout
func writeTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname pastTimeout golang.org/x/net/nettest.testPastTimeout
func pastTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname presentTimeout golang.org/x/net/nettest.testPresentTimeout
func presentTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname futureTimeout golang.org/x/net/nettest.testFutureTimeout
func futureTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname closeTimeout golang.org/x/net/nettest.testCloseTimeout
func closeTimeout(t *testing.T, c1, c2 net.Conn)

//go:linkname concurrentMethods golang.org/x/net/nettest.testConcurrentMethods
func concurrentMethods(t *testing.T, c1, c2 net.Conn)

// pair makes the two ends of a connection on a network.
type pair func(n *chaos.Network) (a, b net.Conn, err error)

func stream(n *chaos.Network) (a, b net.Conn, err error) {
	a, b = n.Stream(0, 1)
	return a, b, nil
}

func datagrams(n *chaos.Network) (a, b net.Conn, err error) {
	if a, err = n.Dial(0, 1); err != nil {
		return nil, nil, err
	}
	b, err = n.Dial(1, 0)
	return &ended{a}, &ended{b}, err
}

// ended is a connection for datagrams that has an end, as nettest wants it: an
// empty datagram.
type ended struct{ net.Conn }

func (e *ended) Read(b []byte) (int, error) {
	n, err := e.Conn.Read(b)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

func (e *ended) Close() error {
	_, _ = e.Conn.Write(nil)
	return e.Conn.Close()
}

var pairs = map[string]pair{"Stream": stream, "Datagrams": datagrams}

func TestRealTime(t *testing.T) {
	for name, pair := range pairs {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
				n := chaos.New(nil)
				a, b, err = pair(n)
				return a, b, func() { n.Close() }, err
			})
		})
	}
}

// TestVirtualTime also shows that closing the network ends every goroutine: a
// bubble with one left does not end.
func TestVirtualTime(t *testing.T) {
	for kind, pair := range pairs {
		for name, test := range map[string]func(*testing.T, net.Conn, net.Conn){
			"BasicIO": basicIO, "PingPong": pingPong, "RacyRead": racyRead, "RacyWrite": racyWrite,
			"ReadTimeout": readTimeout, "WriteTimeout": writeTimeout, "PastTimeout": pastTimeout,
			"PresentTimeout": presentTimeout, "FutureTimeout": futureTimeout, "CloseTimeout": closeTimeout,
			"ConcurrentMethods": concurrentMethods,
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := chaos.New(nil)
					defer n.Close()
					a, b, err := pair(n)
					if err != nil {
						t.Fatal(err)
					}
					test(t, a, b)
				})
			})
		}
	}
}
