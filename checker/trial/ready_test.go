package trial_test

import (
	"testing"

	"fairloss/checker/trial"
	"fairloss/impl"
	"fairloss/spec"
)

// jammed is a link that is ready for three messages, and then never again.
type jammed struct {
	impl.Layer
	sent int
}

func (j *jammed) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	j.sent++
	j.Layer.Send(to, m, out)
}

func (j *jammed) Ready(spec.Process) bool { return j.sent < 3 }

// TestNeverReadyAgain wants messages that nobody could send to be a violation
// where the run has settled and the link is not ready.
func TestNeverReadyAgain(t *testing.T) {
	link := impl.Registry()[5]
	inner := link.New
	link.New = func(self spec.Process, peers []spec.Process) impl.Layer { return &jammed{Layer: inner(self, peers)} }
	r, err := trial.Run(t.Context(), trial.Config{Link: link, Messages: 40, Senders: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := r.Judgements[len(r.Judgements)-1]
	want := "process 0 is never ready to send to process 1 again: 37 messages were never sent"
	if r.Verdict() != spec.Violated || last.Property.ID != "READY" || last.Reason != want {
		t.Errorf("%v, %v, %d left: %s %v %s", r.Verdict(), r.Ending, r.Left, last.Property.ID, last.Verdict, last.Reason)
	}
}
