//go:build unix

package transport_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// ending is a transport that ends as its message says.
func ending(name string, limit time.Duration) transport.Transport {
	return transport.Transport{Name: name, Guarantee: spec.AtMostOnce, Limit: limit, Open: direct{send: func(m spec.Message) error {
		switch m {
		case "panic":
			go panic("on purpose")
			select {}
		case "exit":
			os.Exit(3)
		case "hang":
			select {}
		case "spin":
			for {
				runtime.Gosched()
			}
		case "stop": // it may go on for a moment
			for {
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
		}
		return nil
	}}.open}
}

// Those that never end have a short limit, and make no other runs.
var (
	fates   = ending("fates", 0)
	endless = ending("endless", 500*time.Millisecond)
)

// children makes runs that end in all ways in turn, until so many processes
// were started, and looks for processes that are left.
func children(t *testing.T, processes int) {
	if transport.Serve(t, fates) && transport.Serve(t, endless) {
		return
	}
	var commands []*exec.Cmd
	watch := func(cmd *exec.Cmd) { commands = append(commands, cmd) }
	once, never := transport.NewWorker(t, fates), transport.NewWorker(t, endless)
	defer once.Close()
	defer never.Close()
	once.Watch(watch)
	never.Watch(watch)
	ends := []struct {
		worker          *transport.Worker
		message, breaks string
	}{
		{once, "none", ""},
		{once, "panic", "PANIC"},
		{once, "exit", "FATAL"},
		{once, "hang", "DEADLOCK"},
		{once, "panic", "PANIC"},
		{once, "exit", "FATAL"},
		{once, "none", ""},
		{once, "exit", "FATAL"},
		{never, "stop", "LIVELOCK"},
		{never, "spin", "LIVELOCK"},
	}
	for i := 0; len(commands) < processes; i++ {
		end := ends[i%len(ends)]
		r, err := end.worker.Run(parse(t, `send 0>1 "`+end.message+`"`), false)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(broken(r), " "); got != end.breaks {
			t.Errorf("%s: violated are %q, want %q", end.message, got, end.breaks)
		}
		if i%2 == 0 {
			end.worker.Close()
		}
	}
	once.Close()
	never.Close()
	for _, cmd := range commands {
		if cmd.ProcessState == nil {
			t.Errorf("process %d is left", cmd.Process.Pid)
		}
	}
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

// TestParallel starts a worker for a test that is parallel, as is said before
// any run.
func TestParallel(t *testing.T) {
	t.Parallel()
	if transport.Serve(t, toy.Honest) {
		return
	}
	w := transport.NewWorker(t, toy.Honest)
	defer w.Close()
	_, err := w.Run(parse(t, two), false)
	if err == nil || !strings.Contains(err.Error(), "did not come to its transport") || !strings.Contains(err.Error(), "t.Parallel") {
		t.Errorf("an error that says so is wanted, not %v", err)
	}
}

// TestTired says that a campaign is cut short where runs never end.
func TestTired(t *testing.T) {
	if transport.Serve(t, endless) {
		return
	}
	c := transport.NewCampaign(t, endless)
	defer c.Close()
	for i, want := range []string{"", "2 runs never ended"} {
		if err := c.Run(parse(t, `send 0>1 "spin"`)); err != nil {
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

// chatter transmits each message once, and something else every millisecond, so
// that no run in which a message is lost comes to its end.
func chatter(n *chaos.Network) (transport.Channel, error) {
	sender, err := n.Dial(0, 1)
	if err != nil {
		return transport.Channel{}, err
	}
	receiver, err := n.Dial(1, 0)
	if err != nil {
		return transport.Channel{}, err
	}
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				_, _ = sender.Write(nil)
			}
		}
	}()
	return transport.Channel{
		Send: func(m spec.Message) error {
			_, err := sender.Write([]byte(m))
			return err
		},
		Receive: func() (spec.Message, error) {
			packet := make([]byte, 1500)
			for {
				if size, err := receiver.Read(packet); err != nil || size > 0 {
					return spec.Message(packet[:size]), err
				}
			}
		},
		Close: func() error {
			close(done)
			return errors.Join(sender.Close(), receiver.Close())
		},
	}, nil
}

// TestEndless loses a message in one run of many, which is cut off.
func TestEndless(t *testing.T) {
	tr := transport.Transport{Name: "chatter", Guarantee: spec.AtLeastOnce, Open: chatter}
	if transport.Serve(t, tr) {
		return
	}
	c := transport.NewCampaign(t, tr)
	defer c.Close()
	for i, text := range []string{`send 0>1 "a"`, `send 0>1 "a"`, `send 0>1 "a"; drop 0>1 1`, `send 0>1 "a"`} {
		if err := c.Run(parse(t, text)); err != nil {
			t.Fatal(err)
		}
		want := spec.Holds
		if i >= 2 {
			want = spec.Inconclusive
		}
		if live, safe := c.Findings[0].Verdict(), c.Findings[1].Verdict(); live != want || safe != spec.Holds {
			t.Errorf("after run %d: PL1 is %v, want %v, and PL3 is %v", i+1, live, want, safe)
		}
	}
	if f := c.Findings[0]; f.Endless != 1 || f.Held != 3 || !strings.Contains(f.Why, "ends too early to tell") {
		t.Errorf("%+v, %d endless: %s", f.Runs, f.Endless, f.Why)
	}
}
