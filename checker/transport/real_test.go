package transport_test

import (
	"slices"
	"testing"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/checker/transport/toy"
	"fairloss/spec"
)

// onLoopback makes a run over UDP on the loopback interface.
func onLoopback(t *testing.T, tr transport.Transport, s transport.Schedule) transport.Result {
	t.Helper()
	n, err := chaos.Loopback(s.Plan, 2)
	if err != nil {
		t.Fatal(err)
	}
	return transport.RunReal(n, tr, s)
}

// named returns the broken transport of that name.
func named(name string) toy.Broken {
	all := toy.All()
	return all[slices.IndexFunc(all, func(b toy.Broken) bool { return b.Name == name })]
}

// TestLoopback breaks over real sockets what breaks in virtual time, by the
// same faults. None of these depends on how fast the machine is.
func TestLoopback(t *testing.T) {
	for _, name := range []string{"duplicates", "creates", "loses"} {
		if testing.Short() && name != "duplicates" {
			continue // what is missing takes ten seconds to show
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := named(name)
			if got := broken(onLoopback(t, b.Transport, parse(t, provocations[name]))); !slices.Contains(got, b.Breaks) {
				t.Errorf("violated are %q, want %s", got, b.Breaks)
			}
		})
	}
	r := onLoopback(t, toy.Honest, lossy)
	for _, j := range r.Judgements {
		if j.Verdict != spec.Holds && j.Property.ID != transport.Leak.ID {
			t.Errorf("%s is %v: %s", j.Property.ID, j.Verdict, j.Reason)
		}
	}
	if r.Sent != 10 || r.Stats.Lost == 0 || r.Stats.Delayed == 0 || len(r.Events) < 50 {
		t.Errorf("sent %d, %+v, %d events", r.Sent, r.Stats, len(r.Events))
	}
	t.Logf("%d messages in %v: %+v", r.Sent, r.Elapsed, r.Stats)
}
