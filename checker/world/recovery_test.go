package world_test

import (
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// resuming is a planted layer that survives crashes.
type resuming struct {
	planted
	recover func(stable []byte, out *impl.Effects)
}

func (l *resuming) Recover(stable []byte, out *impl.Effects) { l.recover(stable, out) }

// remembering stores what it sends. Its timer says how it began: 1 after Init,
// and after a recovery the byte it has stored. Recover counts on, in two steps.
func remembering() impl.Link {
	return impl.Link{
		Name: "remembering", Guarantee: spec.FairLoss, Assumes: spec.Assumptions{Crashes: 9, Recoveries: 9},
		New: func(spec.Process, []spec.Process) impl.Layer {
			return &resuming{
				planted: planted{
					initialise: func(out *impl.Effects) { out.SetTimer(1, 1, 1) },
					send:       func(_ spec.Process, m spec.Message, out *impl.Effects) { out.Store([]byte(m)) },
				},
				recover: func(stable []byte, out *impl.Effects) {
					out.SetTimer(impl.TimerID(stable[0]), 1, 1)
					out.Store([]byte{stable[0] + 1})
					out.Store([]byte{stable[0] + 2})
				},
			}
		},
	}
}

// TestRecovery follows schedules with crashes and wants the actions of process
// 0 that are enabled then: the timer that is armed and, of a process that is
// down, each point at which it can crash while it recovers.
func TestRecovery(t *testing.T) {
	const down = "recover 0|recover 0 crash 0|recover 0 crash 1|recover 0 crash 2"
	for schedule, want := range map[string]string{
		``:                                      "timeout 0 1",
		`crash 0`:                               "recover 0|recover 0 crash 0", // as at the start: it stored nothing, and has Init alone
		`crash 0; recover 0 crash 0; recover 0`: "timeout 0 1",
		`crash 0; recover 0`:                    "timeout 0 1",
		`send 0>1 "a"; crash 0`:                 down,
		`send 0>1 "a"; crash 0; recover 0`:      "timeout 0 97",
		`send 0>1 "a"; crash 0; recover 0; crash 0; recover 0`:                            "timeout 0 99",
		`send 0>1 "a"; crash 0; recover 0 crash 0; recover 0`:                             "timeout 0 97",
		`send 0>1 "a"; crash 0; recover 0 crash 1; recover 0`:                             "timeout 0 97",
		`send 0>1 "a"; crash 0; recover 0 crash 2; recover 0`:                             "timeout 0 98",
		`send 0>1 "a"; crash 0; recover 0 crash 2; recover 0 crash 2; recover 0`:          "timeout 0 99",
		`send 0>1 "a"; crash 0; recover 0 crash 2; recover 0; crash 0; recover 0`:         "timeout 0 100",
		`send 0>1 "a" crash 0; recover 0`:                                                 "timeout 0 1",
		`send 0>1 "a" crash 0; recover 0; send 0>1 "b"; crash 0; recover 0 crash 1`:       down,
		`send 0>1 "a" crash 0; recover 0; send 0>1 "b"; crash 0; recover 0; timeout 0 98`: "",
	} {
		s, err := world.Parse(schedule)
		if err != nil {
			t.Fatal(err)
		}
		sys := newSystem(t, remembering())
		witness, err := sys.Witness(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []*world.World{sys.World(nil), witness} {
			if _, err := w.Follow(s); err != nil {
				t.Errorf("%s: %v", schedule, err)
				continue
			}
			var got []string
			for _, m := range w.Enabled(nil) {
				if a := w.Action(m); a.From == 0 && (a.Kind == world.Recover || a.Kind == world.Timeout && !a.Crashes) {
					got = append(got, a.String())
				}
			}
			slices.Sort(got)
			if strings.Join(got, "|") != want {
				t.Errorf("%s: enabled are %q, want %s", schedule, got, want)
			}
		}
	}
}
