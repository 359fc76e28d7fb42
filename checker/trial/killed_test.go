package trial_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"fairloss/checker/trial"
	"fairloss/impl"
	"fairloss/spec"
)

// logged are links that are killed: the first one holds, the others break LPL1
// or LPL2 if a kill hits the right moment.
var logged = []impl.Link{
	{Name: "logged", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(impl.StoreFirst{})},
	{Name: "acknowledges-first", Breaks: "LPL1", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(acknowledgesFirst{})},
	{
		Name: "stores-below", Breaks: "LPL1", Guarantee: spec.LoggedPerfect,
		New: impl.Stack(impl.FactoryOf(impl.StoreFirst{}), impl.FactoryOf(commitsAbove{})),
	},
	{Name: "delivers-first", Breaks: "LPL2", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(deliversFirst{})},
	{Name: "chokes", Guarantee: spec.LoggedPerfect, New: impl.FactoryOf(chokes{})},
}

// acknowledgesFirst acknowledges before it commits.
type acknowledgesFirst struct{ impl.StoreFirst }

func (l *acknowledgesFirst) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, _ := impl.Unpack(p, &n); kind == impl.Data {
		out.Transmit(from, impl.Pack(impl.Ack, "", n))
	}
	l.StoreFirst.Receive(from, p, out)
}

// commitsAbove is an application above a link that stores: the link has stored
// that it delivered, and acknowledges, and the application commits on its own.
type commitsAbove struct{ Taken uint64 }

func (*commitsAbove) Init(*impl.Effects) {}

func (l *commitsAbove) Recover(stable []byte, _ *impl.Effects) {
	if len(stable) == 8 {
		l.Taken = binary.BigEndian.Uint64(stable)
	}
}

func (*commitsAbove) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	out.Transmit(to, impl.Packet(m))
}

func (l *commitsAbove) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.Taken++
	out.Commit(binary.BigEndian.AppendUint64(nil, l.Taken), impl.Delivery{From: from, Message: spec.Message(p)})
}

func (*commitsAbove) Confirmed(to spec.Process, p impl.Packet, out *impl.Effects) {
	out.Confirm(to, spec.Message(p))
}

func (*commitsAbove) Timeout(impl.TimerID, *impl.Effects) {}

// deliversFirst delivers, and then stores that it did.
type deliversFirst struct{ impl.StoreFirst }

func (l *deliversFirst) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	kind, m := impl.Unpack(p, &n)
	if received := l.Received.Of(from); kind == impl.Data && !received.Has(n) {
		out.Deliver(from, m)
		received.Add(n)
		out.Store(l.AppendKey(nil))
	}
	l.StoreFirst.Receive(from, p, out)
}

// chokes panics when something arrives.
type chokes struct{ impl.StoreFirst }

func (*chokes) Receive(spec.Process, impl.Packet, *impl.Effects) { panic("out of paper") }

func find(t *testing.T, name string) impl.Link {
	t.Helper()
	i := slices.IndexFunc(logged, func(l impl.Link) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("no link %s", name)
	}
	return logged[i]
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
	for _, link := range logged {
		if link.Breaks == "" {
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

func TestKilledRefuses(t *testing.T) {
	perfect := impl.Link{Name: "perfect", Guarantee: spec.Perfect, New: impl.FactoryOf(impl.FairLossLink{})}
	if _, err := trial.RunKilled(t.Context(), rough(perfect), 1, nil); err == nil {
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
	if k.Ending != trial.TimedOut || k.Verdict() == spec.Holds {
		t.Errorf("%v, %v", k.Ending, k.Verdict())
	}
}
