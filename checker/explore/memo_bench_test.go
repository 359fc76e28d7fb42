//go:build unix

package explore

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// spent is the processor time that a function takes in this process, garbage
// collection included: unlike the time on the wall it is not that of others.
func spent(b *testing.B, do func()) time.Duration {
	b.Helper()
	var before, after syscall.Rusage
	err1 := syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	do()
	err2 := syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	return time.Duration(after.Utime.Nano() - before.Utime.Nano())
}

// BenchmarkReflectiveKey runs links as they are and without the AppendKey of
// their layers, in turn, and prints how many times the processor time of the
// one the other takes. A random campaign is a fresh one, of as many schedules
// as linktest runs: a key is taken where a local transition is new.
func BenchmarkReflectiveKey(b *testing.B) {
	payloads := map[string]string{"golden/skip": "abcde", "atleastonce": "abcdefgh", "perfect": "abcdefgh", "fifo": "abcde"}
	for _, form := range inTwoForms(b) {
		name := form[0].Name
		b.Run("explore/"+name, func(b *testing.B) {
			inTurn(b, form, func(link impl.Link) {
				searched(b, link, safeties(link), payloads[name])
			})
		})
		b.Run("random/"+name, func(b *testing.B) {
			inTurn(b, form, func(link impl.Link) { run(b, campaign(b, link), 1, 2000) })
		})
	}
}

// inTurn does the same with both forms of a link.
func inTurn(b *testing.B, form [2]impl.Link, do func(impl.Link)) {
	var times [2]time.Duration
	for b.Loop() {
		for i := range form {
			times[i] += spent(b, func() { do(form[i]) })
		}
	}
	b.ReportMetric(times[1].Seconds()/times[0].Seconds(), "times")
	b.ReportMetric(times[0].Seconds()/float64(b.N), "own-s/op")
	b.ReportMetric(times[1].Seconds()/float64(b.N), "reflective-s/op")
}

// safeties are the properties that a link is judged by, but for liveness.
func safeties(link impl.Link) (list []spec.Property) {
	for _, p := range Judged(link) {
		if p.Class == spec.Safety {
			list = append(list, p)
		}
	}
	return list
}

// logging is a layer that keeps a log of all that it handled: no event ever
// leads it to a state in which it was before.
type logging struct {
	impl.Layer
	log  []byte // nil where it keeps none
	keys *int   // how many were taken: one for each transition that is new
}

func (l *logging) note(format string, args ...any) {
	if l.log != nil {
		l.log = fmt.Appendf(l.log, format, args...)
	}
}

func (l *logging) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	l.note("s%d%q", to, m)
	l.Layer.Send(to, m, out)
}

func (l *logging) Receive(from spec.Process, p impl.Packet, out *impl.Effects) {
	l.note("r%d%q", from, p)
	l.Layer.Receive(from, p, out)
}

func (l *logging) Timeout(t impl.TimerID, out *impl.Effects) {
	l.note("t%d", t)
	l.Layer.Timeout(t, out)
}

func (l *logging) AppendKey(b []byte) []byte {
	*l.keys++
	b, err := impl.AppendKey(b, l.Layer)
	if err != nil {
		panic("explore: " + err.Error())
	}
	return append(b, l.log...)
}

// BenchmarkNoMemo searches golden/next as it is, and with layers that log what
// they handle, so that the memo of local transitions gains next to nothing. It
// prints how many of the transitions ran the link's code.
func BenchmarkNoMemo(b *testing.B) {
	for _, log := range [][]byte{nil, {}} {
		b.Run(fmt.Sprintf("log=%t", log != nil), func(b *testing.B) {
			link, keys := linkNamed(b, impl.Goldens(), "golden/next"), 0
			layer := link.New
			link.New = func(self spec.Process, peers []spec.Process) impl.Layer {
				return &logging{layer(self, peers), log, &keys}
			}
			var c Coverage
			var time time.Duration
			b.ReportAllocs()
			for b.Loop() {
				time += spent(b, func() {
					keys = 0
					r, err := Exhaust(context.Background(), link, safeties(link), Bounds{Workload: requests("abcdef"), MaxStates: 200_000})
					if err != nil {
						b.Fatal(err)
					}
					c = r.Coverage
				})
			}
			b.ReportMetric(float64(c.States)*float64(b.N)/time.Seconds(), "states/s")
			b.ReportMetric(100*float64(keys)/float64(c.Transitions), "%misses")
			b.ReportMetric(float64(c.Bytes)/float64(c.States), "bytes/state")
		})
	}
}
