//go:build unix

package transport_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// gone fails the test where a process is still there.
func gone(t *testing.T, pids map[int]bool) {
	t.Helper()
	for pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is left: %v", pid, err)
		}
	}
}

// fates is a transport that ends as its first message says.
var fates = transport.Transport{
	Name: "fates", Guarantee: spec.AtMostOnce, Limit: 200 * time.Millisecond,
	Open: direct{send: func(m spec.Message) error {
		switch m {
		case "panic":
			go panic("on purpose")
			select {}
		case "exit":
			os.Exit(3)
		case "spin":
			for {
				time.Now()
			}
		case "stop":
			return syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		case "hang":
			select {}
		}
		return nil
	}}.open,
}

// children makes so many runs, each in a process of its own, that end in all
// ways in turn, and looks for processes that are left.
func children(t *testing.T, runs int) {
	if transport.Serve(t, fates) {
		return
	}
	w := transport.NewWorker(t, fates)
	defer w.Close()
	pids := map[int]bool{}
	ends := []struct{ message, breaks string }{
		{"none", ""},
		{"panic", "PANIC"},
		{"exit", "FATAL"},
		{"hang", "DEADLOCK"},
		{"panic", "PANIC"},
		{"exit", "FATAL"},
		{"none", ""},
		{"exit", "FATAL"},
		{"stop", "LIVELOCK"},
		{"spin", "LIVELOCK"},
	}
	for i := range runs {
		end := ends[i%len(ends)]
		if _, err := w.Run(parse(t, `send 0>1 "calm"`), false); err != nil {
			t.Fatal(err)
		}
		pids[w.PID()] = true
		r, err := w.Run(parse(t, `send 0>1 "`+end.message+`"`), false)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(broken(r), " "); got != end.breaks {
			t.Errorf("%s: violated are %q, want %q", end.message, got, end.breaks)
		}
		w.Close()
	}
	if len(pids) != runs {
		t.Errorf("%d processes in %d runs", len(pids), runs)
	}
	gone(t, pids)
}

func TestChildren(t *testing.T) { children(t, 10) }

// TestServeLeftOut starts a worker for a test that does not serve.
func TestServeLeftOut(t *testing.T) {
	w := transport.NewWorker(t, toy.Honest)
	defer w.Close()
	_, err := w.Run(parse(t, two), false)
	if err == nil || !strings.Contains(err.Error(), "did not come to its transport") || !strings.Contains(err.Error(), "did not call Serve") {
		t.Errorf("an error that says so is wanted, not %v", err)
	}
}

// TestTired says that a campaign is cut short where runs never end.
func TestTired(t *testing.T) {
	if transport.Serve(t, fates) {
		return
	}
	c := transport.NewCampaign(t, fates)
	defer c.Close()
	for i, want := range []string{"", "", "2 runs never ended"} {
		message := []string{"spin", "calm", "spin"}[i]
		if err := c.Run(parse(t, `send 0>1 "`+message+`"`)); err != nil {
			t.Fatal(err)
		}
		if c.CutShort != want {
			t.Errorf("after run %d: %q, want %q", i+1, c.CutShort, want)
		}
	}
}

// TestCampaign counts runs that do not open.
func TestCampaign(t *testing.T) {
	closed := transport.Transport{Name: "closed", Guarantee: spec.FIFO, Open: func(*chaos.Network) (transport.Channel, error) {
		return transport.Channel{}, errors.New("closed for ever")
	}}
	if transport.Serve(t, closed) {
		return
	}
	c := transport.NewCampaign(t, closed)
	defer c.Close()
	for stream := range uint64(5) {
		if err := c.Run(closed.Draw(transport.Seeded(1, stream))); err != nil {
			t.Fatal(err)
		}
	}
	if c.Unopened != 5 || c.Runs != 5 || !strings.HasPrefix(c.WhyNot, "closed for ever (schedule: seed ") {
		t.Errorf("%d of %d runs did not open: %s", c.Unopened, c.Runs, c.WhyNot)
	}
	if v := c.Findings[0].Verdict(); v != spec.Inconclusive {
		t.Errorf("%s is %v", c.Findings[0].Property.ID, v)
	}
}
