//go:build unix

package transport_test

import (
	"os/exec"
	"strings"
	"testing"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// TestFailsItsTest has a transport fail the test that it runs in, which only
// the worker process would know.
func TestFailsItsTest(t *testing.T) {
	tr := claiming(direct{close: func(func(spec.Message)) { t.Error("on purpose") }}.open)
	if transport.Serve(t, tr) {
		return
	}
	w := transport.NewWorker(t, tr)
	defer w.Close()
	r, err := w.Run(parse(t, two), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(broken(r), " "); got != "PANIC" || !strings.Contains(r.Of("PANIC").Reason, "testing.T.Error") {
		t.Errorf("violated are %q: %s", got, r.Of("PANIC").Reason)
	}
}

// TestInheritance has a transport start a process that looks at its open files:
// with the pipes of the worker among them, it would hold those open.
func TestInheritance(t *testing.T) {
	tr := claiming(direct{send: func(spec.Message) error {
		if exec.Command("sh", "-c", "{ : <&3; } 2>/dev/null || { : >&4; } 2>/dev/null").Run() == nil {
			panic("the pipes are inherited")
		}
		return nil
	}}.open)
	if transport.Serve(t, tr) {
		return
	}
	w := transport.NewWorker(t, tr)
	defer w.Close()
	r, err := w.Run(parse(t, `send 0>1 "a"`), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := broken(r); len(got) > 0 {
		t.Errorf("violated are %q: %s", got, r.Of("PANIC").Reason)
	}
}
