package netlink

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

func TestTimers(t *testing.T) {
	type moment struct {
		id impl.TimerID
		at time.Duration
	}
	const s = time.Second
	for name, c := range map[string]struct {
		init    func(out *impl.Effects)
		timeout func(id impl.TimerID, out *impl.Effects)
		want    []moment
	}{
		"expire in order": {
			init: func(out *impl.Effects) {
				out.SetTimer(3, 3*s, 3*s)
				out.SetTimer(1, 1*s, 1*s)
				out.SetTimer(2, 2*s, 2*s)
			},
			want: []moment{{1, 1 * s}, {2, 2 * s}, {3, 3 * s}},
		},
		"arming anew replaces": {
			init: func(out *impl.Effects) {
				out.SetTimer(1, 1*s, 1*s)
				out.SetTimer(2, 5*s, 5*s)
				out.SetTimer(1, 3*s, 3*s)
				out.SetTimer(2, 2*s, 2*s)
			},
			want: []moment{{2, 2 * s}, {1, 3 * s}},
		},
		"cancelled": {
			init: func(out *impl.Effects) {
				out.SetTimer(1, 1*s, 1*s)
				out.SetTimer(2, 2*s, 2*s)
				out.CancelTimer(1)
				out.CancelTimer(9)
			},
			want: []moment{{2, 2 * s}},
		},
		"armed, cancelled, armed": {
			init: func(out *impl.Effects) {
				out.SetTimer(1, 1*s, 1*s)
				out.CancelTimer(1)
				out.SetTimer(1, 4*s, 4*s)
			},
			want: []moment{{1, 4 * s}},
		},
		"armed by its own expiry": {
			init: func(out *impl.Effects) { out.SetTimer(1, s, s) },
			timeout: func(_ impl.TimerID, out *impl.Effects) {
				if out.Now() < 3*s {
					out.SetTimer(1, s, s)
				}
			},
			want: []moment{{1, 1 * s}, {1, 2 * s}, {1, 3 * s}},
		},
		"cancelled by another": {
			init: func(out *impl.Effects) {
				out.SetTimer(1, 1*s, 1*s)
				out.SetTimer(2, 2*s, 2*s)
			},
			timeout: func(_ impl.TimerID, out *impl.Effects) { out.CancelTimer(2) },
			want:    []moment{{1, 1 * s}},
		},
		"never": {
			init: func(out *impl.Effects) {
				out.SetTimer(1, math.MaxInt64, math.MaxInt64)
				out.SetTimer(2, s, s)
			},
			timeout: func(_ impl.TimerID, out *impl.Effects) { out.SetTimer(3, math.MaxInt64, math.MaxInt64) },
			want:    []moment{{2, 1 * s}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []moment
				open(t, newWire(), 0, script{init: c.init, timeout: func(id impl.TimerID, out *impl.Effects) {
					got = append(got, moment{id, out.Now()})
					if c.timeout != nil {
						c.timeout(id, out)
					}
				}})
				time.Sleep(time.Minute)
				synctest.Wait()
				if !slices.Equal(got, c.want) {
					t.Errorf("expired: %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestTimersExpireWithinTheirBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const timers = 500 // several turns' worth
		moments := make(map[time.Duration]bool)
		expired := 0
		open(t, newWire(), 0, script{
			init: func(out *impl.Effects) {
				for id := range impl.TimerID(timers) {
					out.SetTimer(id, time.Second, time.Minute)
				}
			},
			timeout: func(_ impl.TimerID, out *impl.Effects) {
				expired++
				moments[out.Now()] = true
				if out.Now() < time.Second || out.Now() > time.Minute {
					t.Errorf("expired after %v", out.Now())
				}
			},
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		if expired != timers || len(moments) < 2 {
			t.Errorf("%d timers expired at %d moments", expired, len(moments))
		}
	})
}

func TestManyTimersAtOnceStarveNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		l := open(t, newWire(), 0, gate{
			script{
				init: func(out *impl.Effects) {
					for id := range impl.TimerID(3 * maxTurn) {
						out.SetTimer(id, time.Second, time.Second)
					}
				},
				send:    func(spec.Message, *impl.Effects) { log = append(log, fmt.Sprint("send after ", len(log))) },
				timeout: func(impl.TimerID, *impl.Effects) { log = append(log, "timeout") },
			},
			func() bool { return len(log) > 0 },
		})
		send(t, l, "x")
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := fmt.Sprint("send after ", maxTurn); len(log) != 3*maxTurn+1 || !slices.Contains(log, want) {
			t.Errorf("%d events, want %q among them", len(log), want)
		}
	})
}

// The heap against a plain map.
func TestTimerHeap(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var fast timers
	slow := make(map[impl.TimerID]time.Duration)
	for range 5000 {
		id, now := impl.TimerID(r.IntN(20)), time.Duration(r.IntN(100))
		switch r.IntN(4) {
		case 0, 1:
			fast.set(id, now)
			slow[id] = now
		case 2:
			fast.cancel(id)
			delete(slow, id)
		case 3:
			first := time.Duration(math.MaxInt64)
			for _, at := range slow {
				first = min(first, at)
			}
			if at, armed := fast.next(); armed != (len(slow) > 0) || armed && at != first {
				t.Fatalf("next: %v, %v, want %v", at, armed, first)
			}
			id, ok := fast.expired(now)
			if at, armed := slow[id]; ok != (first <= now) || ok && (!armed || at != first) {
				t.Fatalf("expired at %v: %d, %v, armed %v for %v, want one of %v", now, id, ok, armed, at, first)
			}
			if ok {
				delete(slow, id)
			}
		}
		if len(fast.heap) != len(slow) || len(fast.byID) != len(slow) {
			t.Fatalf("%d in the heap, %d by id, want %d", len(fast.heap), len(fast.byID), len(slow))
		}
	}
}
