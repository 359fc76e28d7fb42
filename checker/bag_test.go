package checker

import (
	"fmt"
	"testing"

	"fairloss/spec"
)

func TestBagAgainstOracle(t *testing.T) {
	for _, s := range []shape{
		{messages: 5, names: 5, receivers: 2, widening: 5, shuffled: true},
		{messages: 5, names: 2, receivers: 2, widening: 5, shuffled: true},
	} {
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			n := rounds(10_000)
			compare(t, s, n, Bag, stepBag).wantBoth(t, n/5)
		})
	}
}

func TestBagByHand(t *testing.T) {
	sends := []operation{at("a", 1, 2), at("b", 3, 4), at("a", 9, never)}
	for _, test := range []struct {
		name       string
		deliveries []operation
		want       spec.Verdict
		reason     string
	}{
		{"out of order", []operation{at("b", 5, 6), at("a", 7, 8)}, spec.Holds, ""},
		{"only some", []operation{at("b", 5, 6)}, spec.Holds, ""},
		{"twice, sent twice", []operation{at("a", 5, 6), at("a", 7, 9)}, spec.Holds, ""},
		{
			"twice, too early",
			[]operation{at("a", 5, 6), at("a", 7, 8)},
			spec.Violated, `channel 0>1: deliver "a" [7, 8] returned before send "a" [9, no return] began`,
		},
		{
			"more often than sent",
			[]operation{at("b", 5, 6), at("b", 7, 8)},
			spec.Violated, `channel 0>1: "b" was sent 1× and delivered 2×: deliver "b" [5, 6] was followed by deliver "b" [7, 8]`,
		},
		{
			"never sent",
			[]operation{at("b", 5, 6), at("x", 7, 8)},
			spec.Violated, `channel 0>1: deliver "x" [7, 8], but it was never sent`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			history := traffic{Channel: spec.Channel{From: 0, To: 1}, sends: sends, deliveries: test.deliveries}
			got, err := Bag(t.Context(), history.events())
			want := Result{test.want, test.reason, len(sends) + len(test.deliveries), Porcupine | LogLinear}
			if err != nil || got != want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func BenchmarkBag(b *testing.B) {
	benchmark(b, Bag)
}
