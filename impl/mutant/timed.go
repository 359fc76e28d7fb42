package mutant

import (
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// Timed returns the mutants of impl.Timed, each with conditions that show its
// fault and under which its parent keeps what it claims. The slice is fresh at
// each call.
func Timed() []impl.Link {
	mutants := []impl.Link{
		{
			Name: "forgets-early", Parent: "agededup", Breaks: "PL2",
			New:        impl.FactoryOf(impl.DeduplicateByAge{Keep: 5 * time.Millisecond}),
			Conditions: "end=2s delay=1ms..11ms dup=0.5 send=0>1:500@0s/1ms",
			Doc:        "Forgets a number while a copy of its packet is on its way.",
		},
		{
			Name: "sinking-floor", Parent: "recentonly", Breaks: "PL2",
			New:        impl.FactoryOf(sinkingFloor{impl.AcceptRecent{Keep: 50 * time.Millisecond}}),
			Conditions: "end=4s delay=1ms..11ms dup=0.5 send=0>1:400@480ms/100µs jump=1@500ms:1s jump=1@501ms:-1s",
			Doc:        "Accepts again what it has forgotten, when its clock goes back.",
		},
		{
			Name: "trusts-clocks", Parent: "commitwait", Breaks: "EXT",
			New:        impl.FactoryOf(impl.OrderByTimestamp{Hold: 20 * time.Millisecond}),
			Conditions: "end=20s delay=1ms..10ms edges=0.5 send=1>0:100@0s/100ms send=2>0:100@4ms/100ms drift=1:400ppm drift=2:-400ppm",
			Doc:        "Takes the time that its clock shows for the time that it is, and commits without waiting.",
		},
		{
			Name: "stamps-raw", Parent: "commitwait", Breaks: "FIFO",
			New:        impl.FactoryOf(stampsRaw{impl.OrderByTimestamp{Uncertainty: 5 * time.Millisecond, Hold: 15 * time.Millisecond}}),
			Conditions: "end=10s delay=1ms..10ms send=1>0:200@900ms/1ms jump=1@1s:-4ms",
			Doc:        "Stamps with what its clock shows, even where that went back.",
		},
		{
			Name: "no-guard", Parent: "lease", Breaks: "LEASE",
			New:        impl.Lease{Length: 100 * time.Millisecond, Retry: time.Millisecond}.New,
			Conditions: "end=20s delay=10µs..100µs edges=0.5 send=1>0:500@0s/10ms drift=0:1000ppm drift=1:-1000ppm",
			Doc:        "Grants the lease again as soon as its own clock says that it is over.",
		},
		{
			Name: "counts-from-grant", Parent: "lease", Breaks: "LEASE",
			New: func(self spec.Process, peers []spec.Process) impl.Layer {
				return &countsFromGrant{impl.Lease{Length: 100 * time.Millisecond, Guard: 250 * time.Microsecond, Retry: time.Millisecond, Self: self}}
			},
			Conditions: "end=20s delay=10µs..450µs edges=0.5 send=1>0:500@0s/10ms",
			Doc:        "Counts the time of its lease from when it learns of it, which may be late.",
		},
		{
			Name: "no-fence", Parent: "fencedlease", Breaks: "FENCE",
			New: func(self spec.Process, peers []spec.Process) impl.Layer {
				return &noFence{impl.Lease{Length: 100 * time.Millisecond, Guard: 250 * time.Microsecond, Retry: time.Millisecond, Self: self}}
			},
			Conditions: "end=10s delay=10µs..100µs send=1>0:1500@0s/6ms send=2>0:1500@0s/6ms pause=1@4s..4.33s work=1:3ms work=2:3ms",
			Doc:        "Looks neither at its clock before it acts nor at the grant before it executes.",
		},
		{
			Name: "always-ready", Parent: "creditflow", Breaks: "BND",
			New:        impl.FactoryOf(alwaysReady{impl.CreditFlow{Credit: 4, Pace: 5 * time.Millisecond}}),
			Conditions: "end=1m0s delay=1ms..3ms send=0>1:100@0s/1ms",
			Doc:        "Takes what the application sends without credit, and buffers all of it.",
		},
		{
			Name: "drops-overflow", Parent: "creditflow", Breaks: "PL1", Also: []string{"BND", "FIFO", "ACK"},
			New:        impl.FactoryOf(dropsOverflow{impl.CreditFlow{Credit: 4, Pace: 5 * time.Millisecond}}),
			Conditions: "end=1m0s delay=1ms..3ms send=0>1:100@0s/1ms",
			Doc:        "Takes everything, and drops the oldest message of a full buffer.",
		},
		{
			Name: "retries-at-once", Parent: "backoff", Breaks: "AMP",
			New:        impl.FactoryOf(retriesAtOnce{impl.BackOff{Base: 100 * time.Millisecond, Most: 1600 * time.Millisecond}}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:1@0s/0s pause=0@0s..300ms",
			Doc:        "Tries again a millisecond after a try in vain.",
		},
		{
			Name: "no-jitter", Parent: "backoff", Breaks: "AMP",
			New:        impl.FactoryOf(noJitter{impl.BackOff{Base: 100 * time.Millisecond, Most: 1600 * time.Millisecond}}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:1@0s/0s pause=0@0s..3s",
			Doc:        "Waits longer each time, but exactly as long as all others do.",
		},
		{
			Name: "overspends", Parent: "retrybudget", Breaks: "AMP",
			New:        impl.FactoryOf(overspends{impl.RetryBudget{Every: 20 * time.Millisecond, Reserve: 10}}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:100@0s/10ms pause=0@200ms..1.2s",
			Doc:        "Retries everything, whatever the budget says.",
		},
		{
			Name: "never-opens", Parent: "circuitbreaker", Breaks: "AMP",
			New:        impl.FactoryOf(impl.CircuitBreaker{Every: 20 * time.Millisecond, Failures: 1 << 30, Cool: time.Second}),
			Conditions: "end=1m0s delay=1ms..5ms inbox=16 send=*>0:5@0s/100ms pause=0@0s..5s",
			Doc:        "Goes on trying, however often it was in vain.",
		},
		{
			Name: "floods", Parent: "catchup", Breaks: "AMP",
			New:        impl.FactoryOf(floods{impl.CatchUp{Batch: 4, Every: 50 * time.Millisecond}}),
			Conditions: "end=1m0s delay=1ms..2ms inbox=32 send=*>0:20@0s/10ms pause=0@0s..1s work=0:200µs",
			Doc:        "Transmits all that it has with each announcement, pulled or not.",
		},
		{
			Name: "impatient", Parent: "detector", Breaks: "FD2",
			New:        impl.Heartbeat{Every: 100 * time.Millisecond, Patience: 110 * time.Millisecond}.New,
			Conditions: "end=10s delay=1ms..20ms edges=0.3 down=3@2s",
			Doc:        "Suspects who is not heard of for less time than a heartbeat can take.",
		},
		{
			Name: "never-suspects", Parent: "detector", Breaks: "FD1",
			New: func(self spec.Process, peers []spec.Process) impl.Layer {
				return &neverSuspects{impl.Heartbeat{Every: 100 * time.Millisecond, Patience: 125 * time.Millisecond, Peers: peers}}
			},
			Conditions: "end=10s delay=1ms..20ms down=3@2s",
			Doc:        "Suspects nobody: perfectly accurate, and of no use.",
		},
		{
			Name: "fixed-timeout", Parent: "eventualdetector", Breaks: "EFD2",
			New:        impl.Heartbeat{Every: 100 * time.Millisecond, Patience: 125 * time.Millisecond}.New,
			Conditions: "end=20s delay=1ms..60ms early=1ms..400ms until=3s down=3@4s",
			Doc:        "Learns nothing from its mistakes.",
		},
	}
	inherit(mutants, impl.Timed())
	return mutants
}

// sinkingFloor lets its floor follow its clock.
type sinkingFloor struct{ impl.AcceptRecent }

func (l *sinkingFloor) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.Floor = 0
	l.AcceptRecent.Receive(from, p, out)
}

// stampsRaw forgets the last stamp.
type stampsRaw struct{ impl.OrderByTimestamp }

func (l *stampsRaw) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.Stamp = 0
	l.OrderByTimestamp.Send(to, m, out)
}

// countsFromGrant takes the moment of the grant for that of the asking.
type countsFromGrant struct{ impl.Lease }

func (l *countsFromGrant) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.AskedAt = out.Now()
	l.Lease.Receive(from, p, out)
}

// noFence believes that it holds the lease until a timer says otherwise, and
// what it is sent.
type noFence struct{ impl.Lease }

func (l *noFence) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	if l.Holding > 0 {
		l.Until = 1<<63 - 1
	}
	l.Lease.Send(to, m, out)
}

func (l *noFence) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	var n uint64
	if kind, m := impl.Unpack(p, &n); kind == impl.Data {
		out.Deliver(from, m)
	} else {
		l.Lease.Receive(from, p, out)
	}
}

// alwaysReady has no backpressure.
type alwaysReady struct{ impl.CreditFlow }

func (l *alwaysReady) Ready(spec.Process) bool { return true }

// dropsOverflow has no backpressure, and a buffer that drops.
type dropsOverflow struct{ impl.CreditFlow }

func (l *dropsOverflow) Ready(spec.Process) bool { return true }

func (l *dropsOverflow) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	if received := l.Received.Of(from); len(received.Buffer) == l.Credit {
		received.Buffer = received.Buffer[1:]
		received.Taken++
	}
	l.CreditFlow.Receive(from, p, out)
}

// retriesAtOnce does not back off.
type retriesAtOnce struct{ impl.BackOff }

func (l *retriesAtOnce) Timeout(t impl.TimerID, out *impl.Effects) {
	l.BackOff.Timeout(t, out)
	out.SetTimer(t, time.Millisecond, time.Millisecond)
}

// noJitter waits for exactly the longest time.
type noJitter struct{ impl.BackOff }

func (l *noJitter) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.BackOff.Send(to, m, out)
	out.SetTimer(impl.TimerID(to), l.Delay(to), l.Delay(to))
}

func (l *noJitter) Timeout(t impl.TimerID, out *impl.Effects) {
	l.BackOff.Timeout(t, out)
	out.SetTimer(t, l.Delay(spec.Process(t)), l.Delay(spec.Process(t)))
}

// overspends has a budget without an end.
type overspends struct{ impl.RetryBudget }

func (l *overspends) Timeout(t impl.TimerID, out *impl.Effects) {
	l.Tenths = 1 << 30
	l.RetryBudget.Timeout(t, out)
}

// floods pushes what should be pulled.
type floods struct{ impl.CatchUp }

func (l *floods) Timeout(t impl.TimerID, out *impl.Effects) {
	l.CatchUp.Timeout(t, out)
	if t == 0 {
		return // it pulls: there is nobody to push to
	}
	for _, d := range l.Sent.Of(spec.Process(t - 1)).Pending {
		out.Transmit(spec.Process(t-1), impl.Pack(impl.Data, d.Message, d.N, 1))
	}
}

// neverSuspects sleeps through the timeouts of its peers.
type neverSuspects struct{ impl.Heartbeat }

func (l *neverSuspects) Timeout(t impl.TimerID, out *impl.Effects) {
	if t == 0 {
		l.Heartbeat.Timeout(t, out)
	}
}
