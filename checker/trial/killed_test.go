package trial_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fairloss/checker/trial"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// victims are the links that are killed.
var victims = append(append(impl.Registry(), mutant.Registry()...),
	impl.Link{Name: "chokes", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(chokes{})},
	impl.Link{Name: "chatters", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(chatters{})},
	impl.Link{Name: "intrudes", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(intrudes{})})

// chokes panics when something arrives.
type chokes struct{ impl.StoreFirst }

func (*chokes) Receive(spec.Process, impl.Packet, *impl.Effects) { panic("out of paper") }

// chatters prints what it does, in a word of the reports.
type chatters struct{ impl.StoreFirst }

func (l *chatters) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	fmt.Println("accept 0 0")
	l.StoreFirst.Send(to, m, out)
}

// intrudes writes where reports are expected.
type intrudes struct{ impl.StoreFirst }

func (l *intrudes) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	fmt.Fprintln(os.NewFile(1, "reports"), "send", m)
	l.StoreFirst.Send(to, m, out)
}

func victim(name string) (impl.Link, error) {
	i := slices.IndexFunc(victims, func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		return impl.Link{}, fmt.Errorf("no link %s", name)
	}
	return victims[i], nil
}

func find(t *testing.T, name string) impl.Link {
	t.Helper()
	link, err := victim(name)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func TestLoggedSurvivesKills(t *testing.T) {
	cfg := rough(find(t, "logged"))
	cfg.Messages = 1200
	k, err := trial.RunKilled(t.Context(), cfg, 20, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", trial.Killed{
		Ending: k.Ending, Accepted: k.Accepted, Unknown: k.Unknown, Stored: k.Stored, Elapsed: k.Elapsed, Check: k.Check,
		Kills: k.Kills, KilledSending: k.KilledSending, KilledSaving: k.KilledSaving, KilledOpening: k.KilledOpening,
	})
	for _, j := range k.Judgements {
		if j.Verdict != spec.Holds {
			t.Errorf("%s is %v: %s", j.Property.ID, j.Verdict, j.Reason)
		}
	}
	if k.Verdict() != spec.Holds || k.Ending != trial.Settled {
		t.Errorf("%v, %v", k.Verdict(), k.Ending)
	}
	if k.Kills != 20 || k.Accepted+k.Unknown != cfg.Messages || k.Stored < k.Accepted {
		t.Errorf("%d kills, %d accepted, %d unknown, %d stored", k.Kills, k.Accepted, k.Unknown, k.Stored)
	}
	if k.KilledSending == 0 || k.KilledSaving == 0 {
		t.Errorf("%d kills hit a Send, %d a save: want some of each", k.KilledSending, k.KilledSaving)
	}
}

// Each of these loses or doubles a message only if a kill hits the right
// moment: it is killed until one does.
func TestKillsCatch(t *testing.T) {
	for _, link := range mutant.Registry() {
		if link.Parent != "logged" {
			continue
		}
		t.Run(link.Name, func(t *testing.T) {
			const rounds = 20
			for round := range rounds {
				cfg := rough(link)
				cfg.Seed = uint64(round) + 1
				k, err := trial.RunKilled(t.Context(), cfg, 20, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range k.Judgements {
					if j.Verdict == spec.Violated && j.Property.ID == link.Breaks {
						t.Logf("after %d kills: %s", 20*(round+1), j.Reason)
						return
					}
				}
			}
			t.Errorf("%d kills find nothing", 20*rounds)
		})
	}
}

func TestKilledReportsAPanic(t *testing.T) {
	cfg := rough(find(t, "chokes"))
	if _, err := trial.RunKilled(t.Context(), cfg, 5, nil); !errors.Is(err, trial.ErrLink) {
		t.Errorf("got %v, want an error of the link", err)
	}
}

// What a link prints is no report, and what else it writes in the place of one is
// said to be none.
func TestKilledLinkThatPrints(t *testing.T) {
	k, err := trial.RunKilled(t.Context(), rough(find(t, "chatters")), 5, nil)
	if err != nil || k.Ending != trial.Settled || k.Left > 0 {
		t.Errorf("%v, %d left, %v", k.Ending, k.Left, err)
	}
	_, err = trial.RunKilled(t.Context(), rough(find(t, "intrudes")), 5, nil)
	if !errors.Is(err, trial.ErrLink) || !strings.Contains(err.Error(), `wrote "send s`) {
		t.Errorf("got %v, want an error that quotes the line", err)
	}
}

func TestKilledRefuses(t *testing.T) {
	if _, err := trial.RunKilled(t.Context(), rough(find(t, "perfect")), 1, nil); err == nil {
		t.Error("a link that promises nothing after a kill: no error")
	}
	for _, kills := range []int{0, -1, 1 << 20} {
		if _, err := trial.RunKilled(t.Context(), rough(find(t, "logged")), kills, nil); err == nil {
			t.Errorf("%d kills: no error", kills)
		}
	}
}

func TestKilledInTime(t *testing.T) {
	cfg := rough(find(t, "logged"))
	cfg.Messages, cfg.Timeout = 100_000, time.Second
	k, err := trial.RunKilled(t.Context(), cfg, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	if k.Ending != trial.TimedOut || k.Left == 0 || k.Verdict() != spec.Inconclusive {
		t.Errorf("%v, %d left, %v", k.Ending, k.Left, k.Verdict())
	}
}
