package cli_test

import (
	"strings"
	"testing"

	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/spec"
)

// trusting transmits each message twice in a packet, and panics where the two
// differ.
type trusting struct{ impl.FairLossLink }

func (l *trusting) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.FairLossLink.Send(to, m+m, out)
}

func (l *trusting) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	half := len(p) / 2
	if p[:half] != p[half:] {
		panic("what is this")
	}
	l.FairLossLink.Receive(from, p[:half], out)
}

// A link that panics on garbage, and does not claim to withstand any, keeps its
// contract: it breaks if packets are corrupted.
func TestClassifyGarbage(t *testing.T) {
	link := impl.Link{Name: "trusting", Guarantee: spec.FairLoss, New: impl.FactoryOf(trusting{})}
	classify := func() (int, string) {
		var out, stderr strings.Builder
		code := cli.Run(t.Context(), []string{"classify", "trusting", "-messages", "2"}, nil, &out, &stderr, []impl.Link{link})
		return code, out.String() + stderr.String()
	}
	code, out := classify()
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	contains(t, out, []string{
		"up to 2 messages on 0>1 and 1>0, distinct and equal", "keeps fair-loss",
		"fair-loss breaks if packets are corrupted (on ", `panics: what is this`, "at-least-once breaks if packets are lost (on ",
	})
	link.Assumes.Corruptions = 1
	if code, out := classify(); code != 1 || !strings.Contains(out, "violated: Contract") {
		t.Errorf("on a network of its own that corrupts: exit code %d\n%s", code, out)
	}
}

// The workload grows until the time is over, and the result says how far.
func TestClassifyGrows(t *testing.T) {
	code, out, err := fairloss(t, "", "classify", "perfect", "-messages", "3", "-max-states", "500")
	if code != 0 {
		t.Errorf("exit code %d: %s", code, err)
	}
	contains(t, out, []string{"up to 3 messages on 0>1 and 1>0, distinct and equal; all that is kept or withstood is so for up to "})
	again, same, _ := fairloss(t, "", "classify", "perfect", "-messages", "3", "-max-states", "500")
	if again != code || same != out {
		t.Errorf("two runs differ:\n%s%s", out, same)
	}
	if code, out, _ := fairloss(t, "", "classify", "perfect", "-timeout", "1ns"); code != 2 || !strings.Contains(out, "?") {
		t.Errorf("no time: exit code %d\n%s", code, out)
	}
}
