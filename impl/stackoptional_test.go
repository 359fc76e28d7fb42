package impl

import (
	"testing"
)

func TestAs(t *testing.T) {
	plain := stackOf(header("a"), header("b"))
	if _, ok := As[Holder](plain); ok {
		t.Error("a stack without a Holder is one")
	}
	if _, ok := As[Readier](plain); ok {
		t.Error("a stack without a Readier is one")
	}
	if _, ok := As[Recoverer](plain); ok {
		t.Error("a stack without a Recoverer is one")
	}
	if d, ok := As[Describer](stackOf(header("a"), plain)); ok || d != nil {
		t.Error("a stack without a Describer is one")
	}
	if _, ok := As[Confirmer](stackOf(script{}, script{})); ok {
		t.Error("a stack without a Confirmer is one")
	}
	if _, ok := As[Confirmer](stackOf(script{}, header("a"))); ok {
		t.Error("a stack is confirmed to that has no Confirmer at the bottom")
	}
	if _, ok := As[Confirmer](stackOf(header("a"), script{})); !ok {
		t.Error("a stack with a Confirmer at the bottom is none")
	}
	if c, ok := As[Confirmer](header("a")); !ok || c != header("a") {
		t.Error("a layer alone is not what it is")
	}
	if _, ok := As[Holder](header("a")); ok {
		t.Error("a layer alone is what it is not")
	}
}

func TestStackSumsHeld(t *testing.T) {
	h, ok := As[Holder](stackOf(holding{held: 3}, header("b"), stackOf(holding{held: 4}, header("c"))))
	if !ok || h.Held() != 7 {
		t.Errorf("Holder %v, holds %d, want 7", ok, h.Held())
	}
}

func TestStackIsReadyIfAllAre(t *testing.T) {
	for _, c := range []struct{ low, high bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		r, ok := As[Readier](stackOf(ready{ready: c.low}, header("b"), stackOf(header("c"), ready{ready: c.high})))
		if !ok || r.Ready(1) != (c.low && c.high) {
			t.Errorf("layers ready %v and %v: Readier %v, ready %v", c.low, c.high, ok, r.Ready(1))
		}
	}
}

func TestStackDescribes(t *testing.T) {
	d, ok := As[Describer](stackOf(script{}, describing{word: "low"}, describing{word: "high"}))
	if !ok || d.Describe("x") != "low x" {
		t.Errorf("Describer %v, describes %q", ok, d.Describe("x"))
	}
	if got := stackOf(script{}, script{}).(Describer).Describe("x"); got != `"x"` {
		t.Errorf("without a Describer: %s", got)
	}
}
