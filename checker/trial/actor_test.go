package trial

import (
	"net"
	"testing"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// startVictim starts the process 0 of a trial, which says when it is open.
func startVictim(t *testing.T) *actor {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	socket, err := conn.File()
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	t.Cleanup(func() { _ = socket.Close() })
	cfg, err := Config{Link: impl.Link{Name: "logged", New: impl.FactoryOf(impl.StoreFirst{}), Guarantee: spec.LoggedPerfect}}.complete()
	if err != nil {
		t.Fatal(err)
	}
	a, err := startActor(assignment{
		Link: cfg.Link.Name, Addresses: []string{conn.LocalAddr().String(), "127.0.0.1:9"},
		Directory: t.TempDir(), Next: []int{1, 1, 1, 1}, Faults: cfg,
	}, socket, make(chan report))
	if err != nil {
		t.Fatal(err)
	}
	if r := <-a.reports; r.word != reportOpen {
		t.Fatalf("its first report is %q, %v", r.word, r.err)
	}
	return a
}

func ignore(report) error { return nil }

// The end of the program that started it closes the pipe of a process: it
// ends.
func TestNoProcessOutlivesItsParent(t *testing.T) {
	a := startVictim(t)
	close(a.ending)
	if err := a.orders.Close(); err != nil {
		t.Error(err)
	}
	if err := a.wait(ignore); err != nil || a.result == nil {
		t.Errorf("it ended with %v, %v: want an error", a.result, err)
	}
}

func TestKillReaps(t *testing.T) {
	a := startVictim(t)
	if err := a.kill(ignore); err != nil {
		t.Error(err)
	}
	if a.command.ProcessState == nil || a.command.ProcessState.Success() {
		t.Errorf("it ended as %v", a.command.ProcessState)
	}
	if err := a.end(ignore); err != nil {
		t.Errorf("the end of one that was killed: %v", err)
	}
}

func TestPulse(t *testing.T) {
	p := newPulse(&impl.StoreFirst{})
	var out impl.Effects
	event := func(do func()) {
		out = *out.Next()
		do()
	}
	expect := func(what string, changes, rest int) {
		t.Helper()
		if got := p.read(false, p.handled); got[0] != changes || got[1] != rest {
			t.Errorf("%s: changes and rest are %v, want %d and %d", what, got, changes, rest)
		}
	}
	p.watch()
	expect("nothing happens", 1, 1)
	event(func() { p.Send(1, "g", &out) })
	expect("a message is sent", 2, 0)
	for range restRounds - 1 {
		event(func() { p.Timeout(1, &out) })
	}
	expect("the timer has expired, not often enough", 2, 0)
	event(func() { p.Timeout(1, &out) })
	expect("the timer has expired often enough", 2, 1)
	event(func() { p.Receive(1, impl.Pack(impl.Data, "h", 1), &out) })
	expect("a message arrives", 3, 0)
	for range restRounds {
		event(func() { p.Timeout(1, &out) })
	}
	expect("the timer has expired often enough again", 3, 1)
	event(func() { p.Receive(1, impl.Pack(impl.Ack, "", 1), &out) })
	expect("it is acknowledged", 4, 1)
	if got := p.read(true, p.handled); got[1] != 0 {
		t.Error("it rests while it saves")
	}
	if got := p.read(false, p.handled+1); got[1] != 0 {
		t.Error("it rests while a packet waits")
	}
	if time.Duration(restPulses)*tick > restFor {
		t.Error("there is no time for that many pulses")
	}
}
