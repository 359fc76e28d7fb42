package trial

import (
	"testing"

	"fairloss/impl"
)

// TestWatch follows one process that transmits "p" to another at each timeout.
func TestWatch(t *testing.T) {
	transmits := []impl.Effect{{Kind: impl.Transmit, Peer: 1, Packet: "p"}}
	timer := []impl.TimerID{1}
	expiry := occurrence{expiry: true, expired: 1}
	arrival := occurrence{arrival: true, arrived: flight{0, 1, "p"}}
	stray := occurrence{arrival: true, arrived: flight{0, 1, "old"}}

	w := newWatch(2)
	w.begin()
	step := func(what string, want bool, happens func()) {
		t.Helper()
		happens()
		if got, _ := w.repeats(); got != want {
			t.Errorf("%s: repeats is %v, want %v", what, got, want)
		}
	}
	step("nothing armed", true, func() {})
	step("armed and not yet heard of", false, func() { w.armed[0].Store(1) })
	step("a new state, and a packet", false, func() { w.see(0, expiry, []byte("a"), timer, transmits) })
	step("the packet arrives, in a state not seen before", false, func() { w.see(1, arrival, nil, nil, nil) })
	step("the timer expires", false, func() { w.see(0, expiry, []byte("a"), timer, transmits) })
	step("the packet changes the state", false, func() { w.see(1, arrival, []byte("b"), nil, nil) })
	step("the timer expires again", false, func() { w.see(0, expiry, []byte("a"), timer, transmits) })
	step("the packet changes nothing", true, func() { w.see(1, arrival, []byte("b"), nil, nil) })
	step("something delivered is not recorded", true, func() { w.delivered[1].Add(1) })
	step("nor in the next round", false, w.nextRound)
	step("it is recorded", false, func() { w.recorded[1].Add(1) })
	step("the timer expires", false, func() { w.see(0, expiry, []byte("a"), timer, transmits) })
	step("the packet arrives", true, func() { w.see(1, arrival, []byte("b"), nil, nil) })

	_, before := w.repeats()
	step("a packet from before arrives", false, func() { w.see(1, stray, []byte("b"), nil, nil) })
	if _, after := w.repeats(); after != before+1 {
		t.Errorf("%d changes, then %d", before, after)
	}
}
