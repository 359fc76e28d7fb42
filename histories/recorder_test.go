package histories_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"fairloss/histories"
	"fairloss/spec"
)

// TestRecorderConcurrently wants what many goroutines record to be a history
// that can be read back, with distinct times and every call in it.
func TestRecorderConcurrently(t *testing.T) {
	var file bytes.Buffer
	w := histories.NewWriter(&file, histories.Header{Processes: 4, Clock: histories.Wall})
	r := histories.NewRecorder(w.Write)
	const calls = 200
	var clients sync.WaitGroup
	for p := range spec.Process(4) {
		clients.Go(func() {
			for i := range calls {
				m := spec.Message(fmt.Sprintf("%d.%d", p, i))
				op := r.Send(p, 0, m)
				switch i % 3 {
				case 0:
					r.Accept(op)
				case 1:
					r.Reject(op)
				}
				r.Deliver(0, p, m, r.Now())
			}
		})
	}
	clients.Wait()
	if err := errors.Join(r.Err(), w.Close()); err != nil {
		t.Fatal(err)
	}
	_, events, err := histories.ReadAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	times, count := map[int64]bool{}, map[spec.Kind]int{}
	for _, e := range events {
		if times[e.At] || times[e.Since] {
			t.Fatalf("a time of %+v is there twice", e)
		}
		times[e.At] = true
		if e.Since != 0 {
			times[e.Since] = true
		}
		count[e.Kind]++
	}
	const accepted, rejected = 4 * 67, 4 * 67
	if count[spec.Send] != 4*calls || count[spec.Deliver] != 4*calls || count[spec.Accept] != accepted || count[spec.Reject] != rejected {
		t.Errorf("got %v", count)
	}
}

func TestRecorderAnswersOnce(t *testing.T) {
	r := histories.NewRecorder(func(spec.Event) error { return nil })
	op := r.Send(0, 1, "a")
	r.Accept(op)
	defer func() {
		if got := recover(); got != "histories: reject of the call 1, which is not open" {
			t.Errorf("got panic %v", got)
		}
	}()
	r.Reject(op)
}

func TestRecorderStopsAtError(t *testing.T) {
	handed := 0
	r := histories.NewRecorder(func(spec.Event) error { handed++; return errors.New("disk full") })
	r.Send(0, 1, "a")
	r.Confirm(0, 1, "a")
	if handed != 1 || r.Err() == nil || r.Err().Error() != "disk full" {
		t.Errorf("handed on %d events, error %v", handed, r.Err())
	}
}

// BenchmarkRecorder records calls and deliveries from all processors at once.
func BenchmarkRecorder(b *testing.B) {
	w := histories.NewWriter(io.Discard, histories.Header{Processes: 2, Clock: histories.Wall})
	r := histories.NewRecorder(w.Write)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			op := r.Send(0, 1, "m1234567")
			r.Accept(op)
			r.Deliver(1, 0, "m1234567", r.Now())
		}
	})
	b.ReportMetric(float64(3*b.N)/b.Elapsed().Seconds(), "events/s")
}

func Example() {
	var file strings.Builder
	w := histories.NewWriter(&file, histories.Header{Link: "perfect", Guarantee: "perfect", Processes: 2})
	for _, e := range []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "a", At: 1},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a", At: 2},
	} {
		if err := w.Write(e); err != nil {
			fmt.Println(err)
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(file.String())

	r, err := histories.NewReader(strings.NewReader(file.String()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for e, err := range r.Events() {
		fmt.Println(e, err)
	}
	// Output:
	// {"fairloss":"history","version":2,"link":"perfect","guarantee":"perfect","processes":2}
	// {"at":1,"kind":"send","process":0,"peer":1,"message":"a"}
	// {"at":2,"kind":"deliver","process":1,"peer":0,"message":"a"}
	// send 0>1 "a" <nil>
	// deliver 0>1 "a" <nil>
}
