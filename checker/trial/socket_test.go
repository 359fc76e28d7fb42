package trial

import (
	"net/netip"
	"strconv"
	"testing"
	"time"
)

// exchange writes n numbered packets to a socket of that configuration, lets
// the network fall calm, writes one more, and returns what arrives before it.
func exchange(t *testing.T, cfg Config, n int) (arrived []int, packets Packets) {
	t.Helper()
	from, err := listen(cfg, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := listen(Config{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	address := netip.MustParseAddrPort(to.LocalAddr().String())
	write := func(text string) {
		if _, err := from.WriteToUDPAddrPort([]byte(text), address); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		write(strconv.Itoa(i))
	}
	from.fallCalm()
	write("last")
	if err := to.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16)
	for {
		size, _, err := to.ReadFromUDPAddrPort(b)
		if err != nil {
			t.Fatal(err)
		}
		number, err := strconv.Atoi(string(b[:size]))
		if err != nil {
			return arrived, from.packets
		}
		arrived = append(arrived, number)
	}
}

// inOrder reports whether no number comes after a greater one.
func inOrder(numbers []int) bool {
	for i := 1; i < len(numbers); i++ {
		if numbers[i] < numbers[i-1] {
			return false
		}
	}
	return true
}

func TestSocket(t *testing.T) {
	const n = 100
	for _, c := range []struct {
		name    string
		cfg     Config
		arrive  int
		ordered bool
		want    Packets
	}{
		{"perfect", Config{}, n, true, Packets{Sent: n + 1}},
		{"loses all", Config{Loss: 1}, 0, true, Packets{Sent: n + 1, Lost: n}},
		{"doubles all", Config{Duplicate: 1}, 2 * n, true, Packets{Sent: n + 1, Duplicated: n}},
		{"delays", Config{Delay: time.Hour}, n, true, Packets{Sent: n + 1}},
		{"reorders", Config{Delay: time.Hour, Reorder: 1}, n, false, Packets{Sent: n + 1, Reordered: n}},
	} {
		t.Run(c.name, func(t *testing.T) {
			arrived, packets := exchange(t, c.cfg, n)
			if len(arrived) != c.arrive || inOrder(arrived) != c.ordered || packets != c.want {
				t.Errorf("got %v, %+v", arrived, packets)
			}
		})
	}
}

func TestSocketHoldsBackNoMore(t *testing.T) {
	s, err := listen(Config{Delay: time.Hour}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	self := netip.MustParseAddrPort(s.LocalAddr().String())
	for range maxWaiting + 3 {
		if _, err := s.WriteToUDPAddrPort([]byte("x"), self); err != nil {
			t.Fatal(err)
		}
	}
	if s.packets.Lost != 3 || len(s.waiting) != maxWaiting {
		t.Errorf("it lost %d and holds back %d", s.packets.Lost, len(s.waiting))
	}
}

// A seed fixes the fates of packets.
func TestSocketSeed(t *testing.T) {
	cfg := Config{Loss: 0.5, Duplicate: 0.5, Seed: 3}
	first, _ := exchange(t, cfg, 100)
	again, _ := exchange(t, cfg, 100)
	if len(first) == 0 || len(first) != len(again) {
		t.Fatalf("got %v, then %v", first, again)
	}
	for i := range first {
		if first[i] != again[i] {
			t.Fatalf("got %v, then %v", first, again)
		}
	}
}
