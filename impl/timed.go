package impl

import (
	"time"

	"fairloss/spec"
)

// Timed returns the links that lean on time, or whose promise speaks of load,
// each with the conditions under which it keeps what it claims. They are
// checked in a timed world. The slice is fresh at each call.
func Timed() []Link {
	lease := Lease{Length: 100 * time.Millisecond, Guard: 250 * time.Microsecond, Retry: time.Millisecond}
	return []Link{
		{
			Name: "agededup", Guarantee: spec.AtMostOnce,
			New:        FactoryOf(DeduplicateByAge{Keep: 10*time.Millisecond + 5*time.Microsecond}),
			Conditions: "end=2s delay=1ms..11ms edges=0.5 dup=0.5 send=0>1:500@0s/1ms drift=1:500ppm",
			Doc:        "Remembers a number for as long as a copy of its packet may be on its way.",
		},
		{
			Name: "recentonly", Guarantee: spec.AtMostOnce,
			New:        FactoryOf(AcceptRecent{Keep: 50 * time.Millisecond}),
			Conditions: "end=4s delay=1ms..11ms edges=0.5 dup=0.5 send=0>1:2000@0s/1ms drift=1:1000ppm jump=1@500ms:100ms jump=1@800ms:-200ms pause=1@1s..1.3s",
			Doc:        "Drops what was sent too long ago, and remembers the rest.",
		},
		{
			Name: "commitwait", Guarantee: spec.ExternallyConsistentOrder, Processes: 3,
			New:        FactoryOf(OrderByTimestamp{Uncertainty: 5 * time.Millisecond, Hold: 15 * time.Millisecond}),
			Conditions: "end=20s delay=1ms..10ms edges=0.5 send=1>0:100@0s/100ms send=2>0:100@4ms/100ms drift=1:400ppm drift=2:-400ppm jump=2@9s:-1ms",
			Doc:        "Delivers in the order of timestamps, and commits a message when its stamp has passed on every clock.",
		},
		{
			Name: "lease", Guarantee: spec.FencedLease, Processes: 3, New: lease.New,
			Conditions: "end=10s delay=10µs..100µs send=1>0:500@0s/10ms send=2>0:500@0s/10ms drift=0:1000ppm drift=1:-1000ppm",
			Doc:        "Grants a lease for a time, to one process at a time, with a margin for the drift of clocks.",
		},
		{
			Name: "fencedlease", Guarantee: spec.Fenced, Processes: 3, New: lease.New,
			Conditions: "end=10s delay=10µs..5ms send=1>0:500@0s/10ms send=2>0:500@0s/10ms drift=1:-20000ppm jump=1@2s:-500ms pause=1@4s..4.33s pause=1@5s..5.33s pause=2@6s..6.33s work=2:3ms",
			Doc:        "The same lease with clocks that cannot be trusted: who acts on an old grant is refused.",
		},
		{
			Name: "creditflow", Guarantee: spec.FIFO.With(spec.Bounded(4, 8)),
			New:        FactoryOf(CreditFlow{Credit: 4, Pace: 5 * time.Millisecond}),
			Conditions: "end=1m0s delay=1ms..3ms until=10s loss=0.1 dup=0.1 inbox=16 send=0>1:500@0s/1ms work=1:1ms",
			Doc:        "Sends only what the receiver has room for; the sending application waits.",
		},
		{
			Name: "backoff", Processes: 101,
			Guarantee:  spec.AtLeastOnce.With(spec.Amplification(1, 40, 10*time.Millisecond)),
			New:        FactoryOf(BackOff{Base: 100 * time.Millisecond, Most: 1600 * time.Millisecond}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:1@0s/0s pause=0@0s..3s",
			Doc:        "Waits longer after each try in vain, and for a time that is drawn.",
		},
		{
			Name: "retrybudget", Processes: 11,
			Guarantee:  spec.AtLeastOnce.With(spec.Amplification(2, 300, 10*time.Second)),
			New:        FactoryOf(RetryBudget{Every: 20 * time.Millisecond, Reserve: 10}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:100@0s/10ms pause=0@200ms..1.2s",
			Doc:        "Retries only as the messages sent and acknowledged pay for it.",
		},
		{
			Name: "circuitbreaker", Processes: 101,
			Guarantee:  spec.AtLeastOnce.With(spec.Amplification(1, 800, time.Second)),
			New:        FactoryOf(CircuitBreaker{Every: 20 * time.Millisecond, Failures: 3, Cool: time.Second}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:5@0s/100ms pause=0@0s..5s",
			Doc:        "Stops transmitting to a process that does not answer, and probes it now and then.",
		},
		{
			Name: "catchup", Processes: 21,
			Guarantee:  spec.Perfect.With(spec.Amplification(1, 50, 10*time.Millisecond)),
			New:        FactoryOf(CatchUp{Batch: 4, Every: 50 * time.Millisecond}),
			Conditions: "end=1m0s delay=1ms..2ms inbox=32 send=*>0:20@0s/10ms pause=0@0s..1s work=0:200µs",
			Doc:        "Lets the receiver pull what it missed, from one sender at a time.",
		},
		{
			Name: "detector", Guarantee: spec.PerfectDetector, Processes: 4,
			New:        Heartbeat{Every: 100 * time.Millisecond, Patience: 125 * time.Millisecond}.New,
			Conditions: "end=10s delay=1ms..20ms edges=0.3 drift=1:1000ppm drift=2:-1000ppm down=3@2s",
			Doc:        "Suspects who has not been heard of for longer than heartbeats can take.",
		},
		{
			Name: "eventualdetector", Processes: 4,
			Guarantee:  spec.EventuallyPerfectDetector(8 * time.Second),
			New:        Heartbeat{Every: 100 * time.Millisecond, Patience: 125 * time.Millisecond, Growth: 50 * time.Millisecond}.New,
			Conditions: "end=20s delay=1ms..60ms early=1ms..400ms until=3s edges=0.3 drift=1:1000ppm pause=1@1s..1.5s down=3@4s work=2:5ms",
			Doc:        "Grows more patient with each mistake, as nobody knows how long heartbeats can take.",
		},
	}
}
