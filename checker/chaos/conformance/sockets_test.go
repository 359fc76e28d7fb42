package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"fairloss/checker/chaos"
)

// outcome says what a call returned, so that two kinds of sockets compare.
func outcome(n int, err error) string {
	var names []string
	for name, target := range map[string]error{
		"closed": net.ErrClosed, "deadline": os.ErrDeadlineExceeded, "EOF": io.EOF, "too long": syscall.EMSGSIZE,
		"connected": net.ErrWriteToConnected, "reset": syscall.ECONNRESET,
	} {
		if errors.Is(err, target) {
			names = append(names, name)
		}
	}
	var operation *net.OpError
	if errors.As(err, &operation) {
		names = append(names, operation.Op, fmt.Sprint("timeout ", operation.Timeout()))
	}
	if err != nil && len(names) == 0 {
		names = append(names, err.Error())
	}
	return fmt.Sprintf("%d %s", n, strings.Join(names, " "))
}

// datagramScript uses two sockets, the second connected to the first, and
// returns what came of each call.
func datagramScript(a net.PacketConn, b net.Conn) []string {
	buf := make([]byte, 100)
	var said []string
	say := func(n int, err error) { said = append(said, outcome(n, err)) }
	read := func(size int) net.Addr {
		n, from, err := a.ReadFrom(buf[:size])
		said = append(said, outcome(n, err)+" "+string(buf[:n]))
		return from
	}
	say(b.Write([]byte("hello")))
	from := read(100)
	say(b.Write([]byte("longer than the buffer")))
	read(6)
	say(b.Write(nil))
	read(100)
	said = append(said, fmt.Sprint(from.String() == b.LocalAddr().String()), from.Network())
	say(a.WriteTo([]byte("back"), from))
	say(b.Read(buf))
	say(a.WriteTo([]byte("x"), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	say(b.Write(make([]byte, 70_000)))
	say(0, a.SetReadDeadline(time.Unix(1, 0)))
	read(100)
	say(0, b.SetWriteDeadline(time.Unix(1, 0)))
	say(b.Write([]byte("late")))
	say(0, a.SetDeadline(time.Time{}))
	say(0, a.SetReadDeadline(time.Now().Add(time.Millisecond)))
	read(100)
	say(0, a.Close())
	say(0, a.Close())
	read(100)
	say(a.WriteTo([]byte("x"), from))
	say(0, a.SetDeadline(time.Time{}))
	say(0, b.Close())
	say(b.Read(buf))
	say(b.Write(buf))
	return said
}

// TestDatagramSockets compares with UDP on the loopback interface.
func TestDatagramSockets(t *testing.T) {
	real, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connected, err := net.Dial("udp4", real.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	n := chaos.New(nil)
	defer n.Close()
	a, err := n.ListenPacket(0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := n.Dial(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, datagramScript(a, b), datagramScript(real, connected))
}

// streamScript uses the two ends of a stream.
func streamScript(a, b net.Conn) []string {
	buf := make([]byte, 100)
	var said []string
	say := func(n int, err error) { said = append(said, outcome(n, err)) }
	say(a.Write([]byte("hello")))
	say(io.ReadFull(b, buf[:2]))
	say(io.ReadFull(b, buf[:3]))
	say(a.Write(nil))
	say(a.Read(nil))
	said = append(said, fmt.Sprint(a.RemoteAddr().String() == b.LocalAddr().String()), a.LocalAddr().Network())
	say(0, b.SetReadDeadline(time.Unix(1, 0)))
	say(b.Read(buf))
	say(0, b.SetReadDeadline(time.Time{}))
	say(a.Write([]byte("last")))
	say(0, a.Close())
	say(0, a.Close())
	say(io.ReadFull(b, buf[:4]))
	say(b.Read(buf))
	say(a.Read(buf))
	say(a.Write(buf))
	say(0, a.SetDeadline(time.Time{}))
	say(0, b.Close())
	say(b.Read(buf))
	return said
}

// TestStreams compares with TCP on the loopback interface.
func TestStreams(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialled, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	n := chaos.New(nil)
	defer n.Close()
	a, b := n.Stream(0, 1)
	compare(t, streamScript(a, b), streamScript(dialled, accepted))
}

func compare(t *testing.T, chaotic, real []string) {
	t.Helper()
	for i := range real {
		if chaotic[i] != real[i] {
			t.Errorf("call %d: %s, of a real socket %s", i+1, chaotic[i], real[i])
		}
	}
}
