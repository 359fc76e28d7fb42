package transport_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// namespace is a network namespace: that of a thread which does what it is told.
type namespace struct {
	thread int
	jobs   chan func()
}

// newNamespace makes an empty namespace, which ends with the test.
func newNamespace(t *testing.T) *namespace {
	t.Helper()
	n := &namespace{jobs: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its namespace with it
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		n.thread = syscall.Gettid()
		ready <- err
		for job := range n.jobs {
			job()
		}
	}()
	t.Cleanup(func() { close(n.jobs) })
	if err := <-ready; err != nil {
		t.Skipf("SKIPPED, which is no pass: this machine gives no network namespace: %v", err)
	}
	return n
}

// do does a job in the namespace.
func (n *namespace) do(job func()) {
	done := make(chan struct{})
	n.jobs <- func() {
		defer close(done)
		job()
	}
	<-done
}

// command runs a command in the namespace.
func (n *namespace) command(words string) error {
	var err error
	n.do(func() {
		args := strings.Fields(words)
		out, failed := exec.Command(args[0], args[1:]...).CombinedOutput()
		if failed != nil {
			err = fmt.Errorf("%s: %w: %s", words, failed, out)
		}
	})
	return err
}

// twoNamespaces makes two namespaces with a cable between them, and a function
// that makes a network of the two.
func twoNamespaces(t *testing.T) (spaces [2]*namespace, network func() *chaos.Network) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, which is no pass: network namespaces need root")
	}
	for _, tool := range []string{"ip", "tc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED, which is no pass: %s, of iproute2, is needed", tool)
		}
	}
	spaces = [2]*namespace{newNamespace(t), newNamespace(t)}
	if err := spaces[0].command(fmt.Sprintf("ip link add veth0 type veth peer name veth1 netns %d", spaces[1].thread)); err != nil {
		t.Skipf("SKIPPED, which is no pass: this machine joins no namespaces: %v", err)
	}
	var hosts [2]*net.UDPAddr
	for i, n := range spaces {
		hosts[i] = &net.UDPAddr{IP: net.IPv4(10, 0, 0, byte(i+1)), Port: 4000}
		address := n.command(fmt.Sprintf("ip addr add %v/24 dev veth%d", hosts[i].IP, i))
		if err := errors.Join(address, n.command(fmt.Sprintf("ip link set veth%d up", i))); err != nil {
			t.Fatal(err)
		}
	}
	open := func(host int, remote *net.UDPAddr) (conn *net.UDPConn, err error) {
		spaces[host].do(func() {
			if remote == nil {
				conn, err = net.ListenUDP("udp4", hosts[host])
			} else {
				conn, err = net.DialUDP("udp4", hosts[host], remote)
			}
		})
		return conn, err
	}
	return spaces, func() *chaos.Network { return chaos.Real(open, hosts[0], hosts[1]) }
}

// hundred sends a hundred messages.
var hundred = func() transport.Schedule {
	var s transport.Schedule
	for i := range 100 {
		s.Sends = append(s.Sends, transport.Send{Message: spec.Message(fmt.Sprint("message ", i))})
	}
	return s
}()

// TestNamespaces runs transports between two network namespaces: on a calm
// cable they hold; on one that loses and repeats a third of the packets those
// that are broken break. That none of a hundred is lost has a probability of
// 10^-15.
func TestNamespaces(t *testing.T) {
	if testing.Short() {
		t.Skip("a loss takes ten seconds to show")
	}
	spaces, network := twoNamespaces(t)
	check := func(t *testing.T, tr transport.Transport, breaks string) {
		r := transport.RunReal(network(), tr, hundred)
		if r.Unopened != "" {
			t.Fatal(r.Unopened)
		}
		if got := broken(r); breaks == "" && got != nil || breaks != "" && !slices.Contains(got, breaks) {
			t.Errorf("%s: violated are %q, want %q", tr.Name, got, breaks)
		}
		if breaks == "" && r.Of("PL1").Verdict != spec.Holds {
			t.Errorf("%s: PL1 is %v: %s", tr.Name, r.Of("PL1").Verdict, r.Of("PL1").Reason)
		}
	}
	t.Run("Calm", func(t *testing.T) {
		check(t, toy.Honest, "")
		check(t, named("loses").Transport, "")
	})
	t.Run("Netem", func(t *testing.T) {
		for i, n := range spaces {
			err := n.command(fmt.Sprintf("tc qdisc add dev veth%d root netem delay 2ms 1ms loss 30%% duplicate 30%%", i))
			if err != nil {
				t.Skipf("SKIPPED, which is no pass: the kernel has no netem: %v", err)
			}
		}
		check(t, toy.Honest, "")
		check(t, named("loses").Transport, "PL1")
		check(t, named("duplicates").Transport, "PL2")
	})
}
