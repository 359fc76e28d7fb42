package timed_test

import (
	"testing"

	"fairloss/checker/timed"
	"fairloss/impl"
	"fairloss/spec"
)

// jammed is a link that is ready for so many messages, and then never again.
type jammed struct {
	impl.Layer
	left int
}

func (j *jammed) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	j.left--
	j.Layer.Send(to, m, out)
}

func (j *jammed) Ready(spec.Process) bool { return j.left > 0 }

// TestNeverReadyAgain wants messages that wait for ever to be a violation once
// nothing can happen any more, and never success.
func TestNeverReadyAgain(t *testing.T) {
	link := impl.Registry()[5]
	inner := link.New
	for _, test := range []struct {
		ready      int
		conditions string
		want       string
	}{
		{25, "end=20s delay=1ms send=0>1:25@0s/1ms", "not judged"},
		{3, "end=20s delay=1ms send=0>1:25@0s/1ms", "violated process 0 is never ready to send to process 1 again: 22 messages were never sent"},
		{3, "end=20s delay=1ms send=0>1:25@0s/1ms down=0@1s", "not judged"},
		{3, "end=10ms delay=1ms send=0>1:25@0s/1ms", "inconclusive 8 messages were never sent: the run ended before, or the link took no more"},
	} {
		link.New = func(self spec.Process, peers []spec.Process) impl.Layer {
			return &jammed{inner(self, peers), test.ready}
		}
		r, err := timed.Run(link, parse(t, test.conditions))
		if err != nil {
			t.Fatal(err)
		}
		got := "not judged"
		for _, j := range r.Judgements {
			if j.Property.ID == "READY" {
				got = j.Verdict.String() + " " + j.Reason
			}
		}
		if got != test.want {
			t.Errorf("%d, %s: got %s, want %s", test.ready, test.conditions, got, test.want)
		}
		if (r.Verdict() == spec.Holds) != (test.want == "not judged") {
			t.Errorf("%d, %s: %v", test.ready, test.conditions, r.Verdict())
		}
	}
}
