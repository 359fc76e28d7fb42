package impl_test

import (
	"math/rand/v2"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// An IDSet is a set: against a map, in random order, in canonical form.
func TestIDSetAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s impl.IDSet
		oracle := map[uint64]bool{0: true}
		for range 30 {
			n := r.Uint64N(20) + 1
			s.Add(n)
			oracle[n] = true
			for n := range uint64(22) {
				if s.Has(n) != oracle[n] {
					t.Fatalf("%+v: Has(%d) = %v, want %v", s, n, s.Has(n), oracle[n])
				}
			}
		}
		var sorted impl.IDSet
		for n := range uint64(22) {
			if oracle[n] {
				sorted.Add(n)
			}
		}
		if string(s.AppendKey(nil)) != string(sorted.AppendKey(nil)) {
			t.Fatalf("equal sets %+v and %+v have different keys", s, sorted)
		}
	}
}

func TestReorderDeliversEachOnceInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var buffer impl.Reorder
		last := uint64(0)
		for last < 10 {
			buffer.Add(r.Uint64N(11), "m")
			for _, m := range buffer.Process() {
				if last++; m.N != last {
					t.Fatalf("delivered number %d, want %d", m.N, last)
				}
			}
			if buffer.Consecutive() != last || buffer.Processed != last {
				t.Fatalf("consecutive %d, processed %d, want both %d", buffer.Consecutive(), buffer.Processed, last)
			}
		}
	}
}

func TestOutstandingTakes(t *testing.T) {
	var o impl.Outstanding
	for _, m := range []spec.Message{"a", "b", "c", "d"} {
		o.Add(m)
	}
	if m, ok := o.Take(3); !ok || m != "c" {
		t.Errorf("Take(3) = %q, %v", m, ok)
	}
	if _, ok := o.Take(3); ok {
		t.Error("Take(3) found number 3 twice")
	}
	if taken := o.TakeUpTo(3); len(taken) != 2 || taken[1].Message != "b" {
		t.Errorf("TakeUpTo(3) = %v, want a and b", taken)
	}
	if n := o.Add("e"); n != 5 || len(o.Pending) != 2 {
		t.Errorf("the fifth message has number %d, with %d pending, want 5 and 2", n, len(o.Pending))
	}
}

func TestPerPeerKeyForgetsUntouchedPeers(t *testing.T) {
	key := func(s impl.PerPeer[impl.IDSet]) string {
		return string(s.AppendKey(nil, func(b []byte, set *impl.IDSet) []byte { return set.AppendKey(b) }))
	}
	var none, met, used impl.PerPeer[impl.IDSet]
	met.Of(3)
	used.Of(3).Add(1)
	if key(none) != key(met) || key(none) == key(used) {
		t.Errorf("keys %q, %q, %q: want the first two equal, the last different", key(none), key(met), key(used))
	}
}
