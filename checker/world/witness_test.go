package world_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// made counts the instances of the links below that share it.
var made int

// faults are links that break the contract, and what must be said of each. One
// event is named, in the words of the link's author.
var faults = []struct {
	name string
	link impl.Link
	want string // a regular expression
}{
	{"map order", plant(func(self spec.Process) *planted {
		waiting := map[spec.Message]bool{}
		return &planted{
			send: func(_ spec.Process, m spec.Message, out *impl.Effects) {
				waiting[m] = true
				out.SetTimer(1, 1, 1)
			},
			timeout: func(_ impl.TimerID, out *impl.Effects) {
				for m := range waiting {
					out.Transmit(1-self, impl.Packet(m))
				}
			},
			key: func() []byte { return fmt.Append(nil, waiting) },
		}
	}), `at process [01], handling Timeout\(1\), (is not deterministic: of two instances that handled the same events one answers Transmit\(\d, ".*"\) and the other Transmit|does not do what it did before)`},
	{"a global counter", plant(func(spec.Process) *planted {
		return &planted{send: func(to spec.Process, m spec.Message, out *impl.Effects) {
			made++
			out.Transmit(to, impl.Packet(fmt.Append(nil, m, made)))
		}}
	}), `at process [01], handling Send\([01], ".*"\), is not deterministic: of two instances that handled the same events one answers Transmit\([01], ".*"\) and the other Transmit\([01], ".*"\)$`},
	{"a global counter of instances", plant(func(spec.Process) *planted {
		made++
		number := byte(made)
		return &planted{key: func() []byte { return []byte{number} }}
	}), `at process 0, handling Init\(\), is not deterministic: of two instances that handled the same events one has another key than the other$`},
	{"randomness", plant(func(spec.Process) *planted {
		return &planted{
			send: transmitting,
			receive: func(from spec.Process, p impl.Packet, out *impl.Effects) {
				if rand.IntN(4) == 0 {
					delivering(from, p, out)
				}
			},
		}
	}), `at process [01], handling Receive\([01], ".*"\), (is not deterministic|does not do what it did before)`},
	{"a field that the key omits, needed at once", omitting(1), `at process [01], handling Receive\([01], ".*"\), does not do what it did before from a state with the same key: AppendKey omits state`},
	{"a field that the key omits, needed several steps later", omitting(6), `at process [01], handling Receive\([01], ".*"\), does not do what it did before from a state with the same key: AppendKey omits state`},
	{"readiness that instances do not share", plant(func(self spec.Process) *planted {
		made++
		number := made
		return &planted{ready: func(spec.Process) bool { return number%2 == 0 || self == 0 }}
	}), `at process 1, handling Init\(\), is not deterministic: of two instances that handled the same events one is ready to send where the other is not$`},
	{"held messages that instances do not share", plant(func(spec.Process) *planted {
		made++
		number := made
		return &planted{held: func() int { return number }}
	}), `at process 0, handling Init\(\), is not deterministic: of two instances that handled the same events one holds \d+ messages and the other \d+$`},
	{"effects that only every other instance has", plant(func(self spec.Process) *planted {
		made++
		number := made
		return &planted{send: func(to spec.Process, m spec.Message, out *impl.Effects) {
			if number%2 == 0 {
				out.Store([]byte(m))
			}
		}}
	}), `at process [01], handling Send\([01], ".*"\), is not deterministic: of two instances that handled the same events one answers Store\(".*"\) and the other nothing$`},
	{"a packet that depends on what the key omits", plant(func(spec.Process) *planted {
		secret := 0
		return &planted{send: func(to spec.Process, m spec.Message, out *impl.Effects) {
			if secret++; secret <= 2 {
				transmitting(to, m, out)
			}
		}}
	}), `at process [01], handling Send\([01], ".*"\), does not do what it did before .*AppendKey omits state`},
	{"readiness that the key omits", plant(func(spec.Process) *planted {
		sent := 0
		return &planted{
			send:  func(spec.Process, spec.Message, *impl.Effects) { sent++ },
			ready: func(spec.Process) bool { return sent < 2 },
		}
	}), `at process [01], handling Send\([01], ".*"\), does not do what it did before .*AppendKey omits state`},
	{"a number of held messages that the key omits", plant(func(spec.Process) *planted {
		held := 0
		return &planted{
			send: func(spec.Process, spec.Message, *impl.Effects) { held++ },
			held: func() int { return held / 3 },
		}
	}), `at process [01], handling Send\([01], ".*"\), does not do what it did before .*AppendKey omits state`},
	{"panic in Init", plant(func(self spec.Process) *planted {
		return &planted{initialise: func(*impl.Effects) {
			if self == 1 {
				panic("no memory")
			}
		}}
	}), `at process 1, handling Init\(\), panics: no memory`},
	{"panic in Send", plant(func(spec.Process) *planted {
		return &planted{send: func(spec.Process, spec.Message, *impl.Effects) { panic("no memory") }}
	}), `at process [01], handling Send\([01], ".*"\), panics: no memory`},
	{"panic in Receive", plant(func(spec.Process) *planted {
		return &planted{send: transmitting, receive: func(_ spec.Process, p impl.Packet, _ *impl.Effects) { _ = p[100] }}
	}), `at process [01], handling Receive\([01], ".*"\), panics: runtime error: index out of range`},
	{"panic in Timeout", plant(func(spec.Process) *planted {
		return &planted{
			initialise: func(out *impl.Effects) { out.SetTimer(7, 1, 1) },
			timeout:    func(impl.TimerID, *impl.Effects) { panic(errors.New("no memory")) },
		}
	}), `at process [01], handling Timeout\(7\), panics: no memory`},
	{"panic in Ready", plant(func(spec.Process) *planted {
		return &planted{ready: func(spec.Process) bool { panic("no memory") }}
	}), `at process 0, handling Init\(\), panics: no memory`},
	{"panic in AppendKey", plant(func(spec.Process) *planted {
		return &planted{key: func() []byte { panic("no memory") }}
	}), `at process 0, handling Init\(\), panics: no memory`},
	{"panic in Forge", forgeable(func(impl.Packet) []impl.Packet { panic("no memory") }), `at process 0, handling Forge\(".*"\), panics: no memory`},
	{"a clock", plant(func(spec.Process) *planted {
		return &planted{send: func(_ spec.Process, _ spec.Message, out *impl.Effects) { out.Now() }}
	}), `at process [01], handling Send\([01], ".*"\), panics: impl: Effects.Now called in a world without time`},
	{"a process out of range", plant(func(spec.Process) *planted {
		return &planted{send: func(_ spec.Process, m spec.Message, out *impl.Effects) { transmitting(2, m, out) }}
	}), `at process [01], handling Send\([01], ".*"\), names process 2, which is no peer`},
	{"a negative process", plant(func(spec.Process) *planted {
		return &planted{send: func(_ spec.Process, m spec.Message, out *impl.Effects) { out.Confirm(-1, m) }}
	}), `at process [01], handling Send\([01], ".*"\), names process -1, which is no peer`},
	{"itself", plant(func(self spec.Process) *planted {
		return &planted{send: func(_ spec.Process, m spec.Message, out *impl.Effects) { out.Deliver(self, m) }}
	}), `at process ([01]), handling Send\([01], ".*"\), names process [01], which is no peer`},
	{"a process out of range in a commit", plant(func(spec.Process) *planted {
		return &planted{send: func(_ spec.Process, m spec.Message, out *impl.Effects) {
			out.Commit(nil, impl.Delivery{From: 2, Message: m})
		}}
	}), `at process [01], handling Send\([01], ".*"\), names process 2, which is no peer`},
	{"a state restored in part", restorable(func(l *recalling, key []byte) { l.got = nil }), `at process [01], handling Restore, leads to a state with another key than the one that was to be restored$`},
	{"a state restored but for what follows from its key", restorable(func(l *recalling, key []byte) { l.got = key }), `at process [01], handling Receive\([01], ".*"\), is not deterministic, or Restore brings back less than the state: of two instances, one of them restored, one answers Deliver\([01], ".*"\) and the other nothing$`},
	{"a panic in Restore", restorable(func(l *recalling, key []byte) { panic("no memory") }), `at process [01], handling Restore, panics: no memory`},
	{"endless effects", plant(func(self spec.Process) *planted {
		return &planted{timeout: func(t impl.TimerID, out *impl.Effects) {
			for {
				out.Transmit(1-self, "again")
			}
		}, send: func(_ spec.Process, _ spec.Message, out *impl.Effects) { out.SetTimer(1, 1, 1) }}
	}), `at process [01], handling Timeout\(1\), panics: impl: one handler call made more than 65536 effects`},
	{"a function in the state", unkeyable(func() any { return func() {} }), `at process 0, handling Init\(\), leaves a state that has no key: .*field state\.\(func\(\)\): a func cannot`},
	{"a channel in the state", unkeyable(func() any { return make(chan int) }), `at process 0, handling Init\(\), leaves a state that has no key: .*field state\.\(chan int\): a chan cannot`},
}

// omitting delivers each packet but every one after so many, which it counts
// in secret.
func omitting(limit int) impl.Link {
	return plant(func(spec.Process) *planted {
		secret := 0
		return &planted{send: transmitting, receive: func(from spec.Process, p impl.Packet, out *impl.Effects) {
			if secret++; secret <= limit {
				delivering(from, p, out)
			}
		}}
	})
}

// recalling delivers each of the first three packets, and their number follows
// from its key. It is restored as restore has it.
type recalling struct {
	planted
	got     []byte
	number  int
	restore func(l *recalling, key []byte)
}

func (l *recalling) Restore(key []byte) bool {
	l.restore(l, key)
	return true
}

func restorable(restore func(l *recalling, key []byte)) impl.Link {
	return impl.Link{Name: "recalling", Guarantee: spec.FairLoss, New: func(spec.Process, []spec.Process) impl.Layer {
		l := &recalling{restore: restore}
		l.send, l.key = transmitting, func() []byte { return l.got }
		l.receive = func(from spec.Process, p impl.Packet, out *impl.Effects) {
			if l.number < 3 {
				l.got, l.number = append(l.got, '.'), l.number+1
				delivering(from, p, out)
			}
		}
		return l
	}}
}

// A link whose states can be restored keeps the contract.
func TestRestored(t *testing.T) {
	link := restorable(func(l *recalling, key []byte) { l.got, l.number = key, len(key) })
	if err := explore.Audit(link, 1, explore.AuditWalks/5); err != nil {
		t.Error(err)
	}
}

// keyless is a link whose state is read by reflection.
type keyless struct {
	impl.Layer
	state any
}

func unkeyable(state func() any) impl.Link {
	return impl.Link{Name: "keyless", Guarantee: spec.FairLoss, New: func(spec.Process, []spec.Process) impl.Layer {
		return &keyless{&impl.FairLossLink{}, state()}
	}}
}

func TestFaults(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			err := explore.Audit(fault.link, 1, explore.AuditWalks)
			var failure *world.Failure
			if !errors.As(err, &failure) {
				t.Fatalf("error %v, want a *world.Failure", err)
			}
			if !regexp.MustCompile("^the link " + "(?:" + fault.want + ")").MatchString(failure.Error()) {
				t.Errorf("%q does not match %s", failure, fault.want)
			}
			if strings.Contains(failure.Text, "panics:") && !strings.Contains(failure.Details, "world_test.") {
				t.Errorf("no stack of the panic: %s", failure.Details)
			}
			if strings.Contains(failure.Details, harness) {
				t.Errorf("the harness is in the stack: %s", failure.Details)
			}
			var broken *explore.Broken
			if errors.As(err, &broken) {
				replayed(t, fault.link, broken)
			}
		})
	}
}

// harness is what no stack of a link's code shows.
const harness = "fairloss/checker/world."

// maxBreaking is how many actions the schedules of the faults may have: the
// longest counts to seven in secret, in two runs of which one is longer by one.
const maxBreaking = 32

// replayed checks that a schedule is short, and that it breaks the contract once
// more when it was printed and parsed.
func replayed(t *testing.T, link impl.Link, broken *explore.Broken) {
	t.Helper()
	s, err := world.Parse(broken.Schedule.Inline())
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() > maxBreaking {
		t.Errorf("%d actions, want at most %d: %s", s.Len(), maxBreaking, s.Inline())
	}
	_, _, err = explore.Replay(link, s, link.Guarantee.Properties...)
	if again := (*explore.Broken)(nil); !errors.As(err, &again) || again.Broke == 0 {
		t.Errorf("the replay of %s says %v", s.Inline(), err)
	}
	t.Logf("%v\n%s%s\n%d of %d", broken, broken.Details(), s.Inline(), broken.Broke, broken.Replayed)
}

// A schedule that leads to a packet of which Forge fails fails with it, with
// and without a memo: so it can be shrunk and replayed.
func TestForgeFailsWhereItsPacketIsSent(t *testing.T) {
	link := forgeable(func(p impl.Packet) []impl.Packet { return []impl.Packet{p[1:]} })
	send := world.Action{Kind: world.Send, From: 1, To: 0}
	sys := newSystem(t, link)
	witness, err := sys.Witness(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*world.World{sys.World(nil), witness} {
		send.Message = "a"
		if err := w.Apply(send); err != nil {
			t.Errorf("a packet that can be forged: %v", err)
		}
		send.Message = ""
		const want = `the link at process 0, handling Forge(""), panics: runtime error: slice bounds out of range [1:0]`
		if err := w.Apply(send); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	link.Assumes.Forgeries = 0
	if err := newSystem(t, link).World(nil).Apply(send); err != nil {
		t.Errorf("where nobody forges: %v", err)
	}
}

// Both instances of a Witness find a global set that the first instance of all
// has set: they agree with each other, and not with what was learnt.
func TestFirstInstanceDiffers(t *testing.T) {
	taken := false
	link := plant(func(self spec.Process) *planted {
		first := !taken && self == 1
		taken = taken || self == 1
		return &planted{key: func() []byte { return fmt.Append(nil, first) }}
	})
	_, err := newSystem(t, link).Witness(nil)
	const want = "the link at process 1, handling Init(), is not deterministic: it does not do what it did in the first instance"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// An omission far from where it shows is found on each of several seeds.
func TestOmissionIsFound(t *testing.T) {
	for seed := range uint64(10) {
		if explore.Audit(omitting(6), seed, explore.AuditWalks) == nil {
			t.Errorf("seed %d: 1,000 walks do not find that a key omits a field", seed)
		}
	}
}

func TestAuditIsSilent(t *testing.T) {
	for _, link := range append(impl.Registry(), mutant.Registry()...) {
		if err := explore.Audit(link, 1, explore.AuditWalks/5); err != nil {
			t.Errorf("%s keeps the contract: %v", link.Name, err)
		}
	}
}

func TestStuck(t *testing.T) {
	start := time.Now()
	entered, release := make(chan struct{}, 1), make(chan struct{})
	link := plant(func(spec.Process) *planted {
		return &planted{send: func(spec.Process, spec.Message, *impl.Effects) {
			select {
			case entered <- struct{}{}:
			default:
			}
			<-release
		}}
	})
	link.Name = "hangs"
	sys := newSystem(t, link)
	stuck := func(link string, after time.Time, limit time.Duration) error {
		if hang := world.Stuck(link, after, limit); hang != nil {
			return hang.Failure
		}
		return nil
	}
	if err := stuck("hangs", start, 0); err != nil {
		t.Errorf("between two calls: %v", err)
	}
	done := make(chan error)
	go func() {
		done <- sys.World(nil).Apply(world.Action{Kind: world.Send, From: 1, To: 0, Message: "a"})
	}()
	<-entered
	var failure *world.Failure
	for !errors.As(stuck("hangs", start, time.Millisecond), &failure) {
		time.Sleep(time.Millisecond)
	}
	if !strings.Contains(failure.Details, "world_test.TestStuck") || strings.Contains(failure.Details, "world.(*process)") {
		t.Errorf("the stack is %s", failure.Details)
	}
	if want := `the link at process 1, handling Send(0, "a"), has not returned for 1ms`; failure.Error() != want {
		t.Errorf("%q, want %q", failure, want)
	}
	if err := stuck("hangs", start, time.Hour); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	if err := stuck("another", start, 0); err != nil {
		t.Errorf("another link: %v", err)
	}
	if err := stuck("hangs", time.Now(), 0); err != nil {
		t.Errorf("a call that began before: %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := stuck("hangs", start, 0); err != nil {
		t.Errorf("after the call: %v", err)
	}
}
