package chaos_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/checker/chaos"
	"fairloss/spec"
)

// arrivals sends three packets of four bytes from host 0 to host 1 at once, and
// returns what arrives within ten seconds, and when.
func arrivals(t *testing.T, plan string) []string {
	t.Helper()
	p, err := chaos.Parse(plan)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	synctest.Test(t, func(t *testing.T) {
		n := chaos.New(p)
		defer n.Close()
		from, err := n.ListenPacket(0)
		if err != nil {
			t.Fatal(err)
		}
		to, err := n.ListenPacket(1)
		if err != nil {
			t.Fatal(err)
		}
		for _, packet := range []string{"abcd", "efgh", "ijkl"} {
			if _, err := from.WriteTo([]byte(packet), n.Addr(1)); err != nil {
				t.Fatal(err)
			}
		}
		if err := to.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		for {
			k, sender, err := to.ReadFrom(buf)
			if err != nil {
				break
			}
			if sender.String() != n.Addr(0).String() {
				t.Errorf("a packet from %v", sender)
			}
			list = append(list, fmt.Sprintf("%v %s", n.Now(), buf[:k]))
		}
	})
	return list
}

func TestFates(t *testing.T) {
	for plan, want := range map[string]string{
		"":                   "1.000001ms abcd, 1.000002ms efgh, 1.000003ms ijkl",
		"drop 1>0 1":         "1.000001ms abcd, 1.000002ms efgh, 1.000003ms ijkl",
		"drop 0>1 2":         "1.000001ms abcd, 1.000003ms ijkl",
		"delay 0>1 1 5ms":    "1.000002ms efgh, 1.000003ms ijkl, 6.000001ms abcd",
		"duplicate 0>1 2 1s": "1.000001ms abcd, 1.000002ms efgh, 1.000003ms ijkl, 1.001000002s efgh",
		"duplicate 0>1 2 0s": "1.000001ms abcd, 1.000002ms efgh, 1.000003ms efgh, 1.000004ms ijkl",
		"flip 0>1 1 0; flip 0>1 2 37; truncate 0>1 3 1": "1.000001ms `bcd, 1.000002ms Efgh, 1.000003ms i",
		"swap 0>1 1 0 1; swap 0>1 2 0 2":                "1.000001ms cdab, 1.000002ms efgh, 1.000003ms ijkl",
		`inject 0>1 1 "x"; delay 0>1 1 1s; drop 0>1 2`:  "1.000003ms ijkl, 1.001000001s abcd, 1.001000002s x",
		`drop 0>1 1; inject 0>1 1 "x"; flip 0>1 1 0`:    "1.000001ms x, 1.000002ms efgh, 1.000003ms ijkl",
		"cut 0>1 0s..1s":                         "",
		"cut 0>1 1s":                             "1.000001ms abcd, 1.000002ms efgh, 1.000003ms ijkl",
		"bandwidth 0>1 4":                        "1.001000001s abcd, 2.001000002s efgh, 3.001000003s ijkl",
		"bandwidth 0>1 4; queue 0>1 1":           "1.001000001s abcd, 2.001000002s efgh",
		"bandwidth 0>1 4; queue 0>1 0":           "1.001000001s abcd",
		"reset 0>1 1":                            "1.000001ms abcd, 1.000002ms efgh, 1.000003ms ijkl",
		"drop 0>1 1; drop 0>1 2; delay 0>1 2 1s": "1.000003ms ijkl",
	} {
		if got := strings.Join(arrivals(t, plan), ", "); got != want {
			t.Errorf("%s:\n %s, want\n %s", plan, got, want)
		}
	}
}

// TestInstants sends from both hosts at once, with delays that would let
// packets arrive together.
func TestInstants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := chaos.New(chaos.Plan{
			{Kind: chaos.Delay, From: 0, To: 1, Number: 1, Time: time.Millisecond},
			{Kind: chaos.Duplicate, From: 0, To: 1, Number: 2, Time: time.Millisecond},
		})
		defer n.Close()
		seen := map[int64]bool{}
		n.Record(func(e spec.Event) {
			if e.Kind != spec.Receive {
				return
			}
			if seen[e.At] {
				t.Errorf("two packets arrive at %v", time.Duration(e.At))
			}
			seen[e.At] = true
		})
		a, errA := n.ListenPacket(0)
		b, errB := n.ListenPacket(1)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		x, y := n.Stream(0, 1)
		for range 3 {
			for range 100 {
				a.WriteTo([]byte("x"), n.Addr(1))
				b.WriteTo([]byte("x"), n.Addr(0))
				x.Write([]byte("x"))
				y.Write([]byte("x"))
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if len(seen) != 1201 {
			t.Errorf("%d packets arrive, want 1201", len(seen))
		}
	})
}

// streamed writes three times to a stream, and returns all that can be read and
// the error at its end.
func streamed(t *testing.T, plan string) (text string, readErr, writeErr error) {
	t.Helper()
	p, err := chaos.Parse(plan)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		n := chaos.New(p)
		defer n.Close()
		a, b := n.Stream(0, 1)
		for i, s := range []string{"abcd", "efgh", "ijkl"} {
			if _, err := a.Write([]byte(s)); err != nil && i > 0 {
				writeErr = err
			}
			time.Sleep(10 * time.Millisecond)
		}
		a.Close()
		read, err := io.ReadAll(b)
		text, readErr = string(read), err
	})
	return text, readErr, writeErr
}

func TestStreamFaults(t *testing.T) {
	for plan, want := range map[string]string{
		"":                   "abcdefghijkl",
		"drop 0>1 2":         "abcdijkl",
		"delay 0>1 1 1s":     "abcdefghijkl",
		"duplicate 0>1 2 0s": "abcdefghefghijkl",
		"truncate 0>1 2 0":   "abcdijkl",
		"swap 0>1 3 0 1":     "abcdefghklij",
		`inject 0>1 1 "x"`:   "abcdxefghijkl",
	} {
		if got, rerr, werr := streamed(t, plan); got != want || rerr != nil || werr != nil {
			t.Errorf("%s: read %q, %v, %v, want %q", plan, got, rerr, werr, want)
		}
	}
	got, rerr, werr := streamed(t, "reset 0>1 2")
	if got != "abcd" || !errors.Is(rerr, syscall.ECONNRESET) || !errors.Is(werr, syscall.ECONNRESET) {
		t.Errorf("after a reset: read %q, %v, %v", got, rerr, werr)
	}
}

// TestRecord looks at what is recorded, counted and disturbed.
func TestRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := chaos.Parse("drop 0>1 1; delay 0>1 2 1s; cut 1>0 1ms..2ms")
		if err != nil {
			t.Fatal(err)
		}
		n := chaos.New(p)
		var events []string
		n.Record(func(e spec.Event) { events = append(events, fmt.Sprintf("%v at %v", e, time.Duration(e.At))) })
		a, err := n.Dial(0, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := n.Dial(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		a.Write([]byte("a"))
		a.Write([]byte("b"))
		if d := n.Disturbed(); d != time.Second+chaos.BaseDelay+2 {
			t.Errorf("disturbed until %v", d)
		}
		time.Sleep(1500 * time.Microsecond)
		b.Write([]byte("c"))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		want := []string{
			`transmit 0>1 "a" at 0s`, `transmit 0>1 "b" at 0s`, `cut 1>0 at 1ms`, `transmit 1>0 "c" at 1.5ms`,
			`heal 1>0 at 2ms`, `receive 0>1 "b" at 1.001000002s`,
		}
		if !slices.Equal(events, want) {
			t.Errorf("recorded %q", events)
		}
		if s := n.Stats(); s != (chaos.Stats{Packets: 3, Lost: 1, Delayed: 1, Severed: 1}) || s.Faults() != 3 {
			t.Errorf("counted %+v", s)
		}
		n.Close()
		if _, err := b.Read(nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the network has closed: %v", err)
		}
		if _, err := n.ListenPacket(0); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the network has closed: %v", err)
		}
	})
}

// TestIntruders records what has become of packets.
func TestIntruders(t *testing.T) {
	p, err := chaos.Parse(`flip 0>1 1 0; inject 0>1 1 "x"; truncate 0>1 2 9`)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		n := chaos.New(p)
		var events []string
		n.Record(func(e spec.Event) { events = append(events, e.String()) })
		a, b := n.Stream(0, 1)
		a.Write([]byte("abc"))
		a.Write([]byte("d"))
		b.Write([]byte("e"))
		time.Sleep(time.Second)
		synctest.Wait()
		n.Close()
		want := []string{
			`transmit 0>1 "abc"`, `transmit 0>1 "d"`, `transmit 1>0 "e"`, `corrupt 0>1 "abc"`, `receive 0>1 "` + "`" + `bc"`,
			`forge 0>1`, `receive 0>1 "x"`, `receive 0>1 "d"`, `receive 1>0 "e"`,
		}
		if !slices.Equal(events, want) {
			t.Errorf("recorded %q, want %q", events, want)
		}
	})
}

// TestPorts opens several ports of a host, and looks at who gets what.
func TestPorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := chaos.New(nil)
		defer n.Close()
		server, _ := n.ListenPacket(0)
		first, _ := n.Dial(1, 0)
		second, _ := n.Dial(1, 0)
		stranger, _ := n.ListenPacket(2)
		if first.LocalAddr().String() == second.LocalAddr().String() || server.LocalAddr().String() != n.Addr(0).String() {
			t.Errorf("addresses %v, %v, %v", server.LocalAddr(), first.LocalAddr(), second.LocalAddr())
		}
		if _, err := stranger.WriteTo([]byte("forged"), second.LocalAddr()); err != nil {
			t.Error(err)
		}
		second.Write([]byte("to the server"))
		buf := make([]byte, 100)
		k, from, err := server.ReadFrom(buf)
		if err != nil || string(buf[:k]) != "to the server" || from.String() != second.LocalAddr().String() {
			t.Errorf("the server reads %q from %v, %v", buf[:k], from, err)
		}
		server.WriteTo([]byte("back"), from)
		if k, err := second.Read(buf); err != nil || string(buf[:k]) != "back" {
			t.Errorf("the client reads %q, %v", buf[:k], err)
		}
		address := second.LocalAddr().String()
		second.Close()
		third, _ := n.Dial(1, 0)
		if third.LocalAddr().String() != address {
			t.Errorf("a closed port is not free: %v", third.LocalAddr())
		}
		for _, to := range []string{"10.0.1.1:4000", "192.168.0.1:1", "[::1]:4000"} {
			a, _ := net.ResolveUDPAddr("udp", to)
			if _, err := server.WriteTo(nil, a); !errors.Is(err, syscall.ENETUNREACH) {
				t.Errorf("writing to %s: %v", to, err)
			}
		}
	})
}
