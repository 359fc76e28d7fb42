package impl_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// handle gives one event to a layer and returns its effects: "send 1 g",
// "receive 1 data 1 g", "confirmed 1 data 1 g", "timeout 1".
func handle(t *testing.T, l impl.Layer, event string) string {
	t.Helper()
	var out impl.Effects
	verb, rest, _ := strings.Cut(event, " ")
	rank, rest, _ := strings.Cut(rest, " ")
	peer, err := strconv.Atoi(rank)
	if err != nil {
		t.Fatalf("event %q: %v", event, err)
	}
	switch verb {
	case "send":
		l.Send(spec.Process(peer), spec.Message(rest), &out)
	case "receive":
		l.Receive(spec.Process(peer), packet(rest), &out)
	case "confirmed":
		l.(impl.Confirmer).Confirmed(spec.Process(peer), packet(rest), &out)
	case "timeout":
		l.Timeout(impl.TimerID(peer), &out)
	default:
		t.Fatalf("event %q: unknown verb", event)
	}
	return effects(l, &out)
}

// packet is the inverse of Describe.
func packet(s string) impl.Packet {
	words := strings.Split(s, " ")
	var kind impl.PacketKind
	switch words[0] {
	case "data":
		kind = impl.Data
	case "ack":
		kind = impl.Ack
	case "request":
		kind = impl.Request
	case "reply":
		kind = impl.Reply
	case "change":
		kind = impl.Change
	case "message":
		return impl.Packet(words[1])
	default:
		return impl.Packet(s)
	}
	var numbers []uint64
	for i, word := range words[1:] {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return impl.Pack(kind, spec.Message(strings.Join(words[i+1:], " ")), numbers...)
		}
		numbers = append(numbers, n)
	}
	return impl.Pack(kind, "", numbers...)
}

func effects(l impl.Layer, out *impl.Effects) string {
	var list []string
	for _, e := range out.List() {
		switch e.Kind {
		case impl.Transmit:
			list = append(list, fmt.Sprintf("transmit %d %s", e.Peer, l.(impl.Describer).Describe(e.Packet)))
		case impl.Deliver:
			list = append(list, fmt.Sprintf("deliver %d %s", e.Peer, e.Message))
		case impl.Confirm:
			list = append(list, fmt.Sprintf("confirm %d %s", e.Peer, e.Message))
		case impl.SetTimer:
			list = append(list, fmt.Sprintf("set %d", e.Timer))
		case impl.CancelTimer:
			list = append(list, fmt.Sprintf("cancel %d", e.Timer))
		case impl.Store:
			list = append(list, "store")
		case impl.Commit:
			list = append(list, fmt.Sprintf("commit %d %s", e.Deliveries[0].From, e.Deliveries[0].Message))
		default:
			list = append(list, "?")
		}
	}
	return strings.Join(list, ", ")
}

// handlers says for each layer what it answers. A step is "event: effects".
var handlers = []struct {
	name  string
	layer impl.Layer
	steps []string
}{
	{"fairloss", &impl.FairLossLink{}, []string{
		"send 1 g: transmit 1 message g",
		"receive 1 message h: deliver 1 h",
		"timeout 1: ",
	}},
	{"stubborn", &impl.RetransmitForever{}, []string{
		"send 1 g: transmit 1 message g, set 1",
		"send 1 h: transmit 1 message h",
		"send 1 g: transmit 1 message g",
		"send 2 g: transmit 2 message g, set 2",
		"timeout 1: transmit 1 message g, transmit 1 message h, set 1",
		"receive 1 message x: deliver 1 x",
		"receive 1 message x: deliver 1 x",
	}},
	{"atleastonce", &impl.RetransmitUntilAcknowledged{}, []string{
		"send 1 g: transmit 1 data 1 g, set 1",
		"send 1 g: transmit 1 data 2 g",
		"send 2 g: transmit 2 data 1 g, set 2",
		"receive 1 data 7 x: deliver 1 x, transmit 1 ack 7",
		"receive 1 data 7 x: deliver 1 x, transmit 1 ack 7",
		"receive 1 ack 2: confirm 1 g",
		"receive 1 ack 2: ",
		"timeout 1: transmit 1 data 1 g, set 1",
		"receive 1 ack 1: cancel 1, confirm 1 g",
		"send 1 h: transmit 1 data 3 h, set 1",
		"receive 1 nonsense: ",
	}},
	{"eliminate duplicates", &impl.EliminateDuplicates{}, []string{
		"send 1 g: transmit 1 data 1 g",
		"send 1 g: transmit 1 data 2 g",
		"confirmed 1 data 2 g: confirm 1 g",
		"receive 1 data 2 x: deliver 1 x",
		"receive 1 data 1 x: deliver 1 x",
		"receive 1 data 2 x: ",
		"receive 1 data 1 x: ",
		"receive 2 data 1 x: deliver 2 x",
		"receive 1 data 3 x: deliver 1 x",
		"receive 1 ack 1: ",
	}},
	{"deliver in order", &impl.DeliverInOrder{}, []string{
		"send 1 g: transmit 1 data 1 g",
		"send 1 h: transmit 1 data 2 h",
		"send 1 i: transmit 1 data 3 i",
		"receive 1 ack 2: confirm 1 g, confirm 1 h",
		"receive 1 ack 1: ",
		"receive 1 data 3 z: ",
		"receive 1 data 2 y: ",
		"receive 1 data 2 y: ",
		"receive 1 data 1 x: deliver 1 x, deliver 1 y, deliver 1 z, transmit 1 ack 3",
		"receive 1 data 2 y: ",
		"receive 1 data 4 a: deliver 1 a, transmit 1 ack 4",
	}},
	{"selectiverepeat", &impl.SelectiveRepeat{}, []string{
		"send 1 g: transmit 1 data 1 g, set 1",
		"send 1 h: transmit 1 data 2 h",
		"receive 1 ack 2 0: ",
		"timeout 1: transmit 1 data 1 g, set 1",
		"receive 1 ack 1 2: cancel 1, confirm 1 g, confirm 1 h",
		"receive 1 ack 1 2: ",
		"receive 1 data 3 z: ",
		"receive 1 data 2 y: transmit 1 ack 2 0",
		"receive 1 data 1 x: deliver 1 x, deliver 1 y, transmit 1 ack 1 2",
		"receive 1 data 1 x: transmit 1 ack 1 2",
		"send 1 i: transmit 1 data 3 i, set 1",
	}},
	{"gobackn", &impl.GoBackN{}, []string{
		"send 1 g: transmit 1 data 1 g, set 1",
		"send 1 h: transmit 1 data 2 h",
		"receive 1 ack 0: ",
		"timeout 1: transmit 1 data 1 g, transmit 1 data 2 h, set 1",
		"receive 1 ack 1: confirm 1 g",
		"timeout 1: transmit 1 data 2 h, set 1",
		"receive 1 ack 2: cancel 1, confirm 1 h",
		"receive 1 data 2 y: transmit 1 ack 0",
		"receive 1 data 1 x: deliver 1 x, transmit 1 ack 1",
		"receive 1 data 1 x: transmit 1 ack 1",
		"receive 1 data 2 y: deliver 1 y, transmit 1 ack 2",
	}},
	{"alternatingbit", &impl.AlternatingBit{}, []string{
		"send 1 g: transmit 1 data 0 g, set 1",
		"send 1 h: ",
		"timeout 1: transmit 1 data 0 g, set 1",
		"receive 1 ack 1: ",
		"receive 1 ack 0: confirm 1 g, transmit 1 data 1 h",
		"receive 1 ack 0: ",
		"receive 1 ack 1: confirm 1 h, cancel 1",
		"receive 1 data 0 x: deliver 1 x, transmit 1 ack 0",
		"receive 1 data 0 x: transmit 1 ack 0",
		"receive 1 data 1 y: deliver 1 y, transmit 1 ack 1",
		"receive 1 data 7 y: transmit 1 ack 7",
	}},
	{"session", &impl.Session{Patience: 2, Resets: 1}, []string{
		"send 1 g: transmit 1 data 0 1 g, set 1",
		"send 1 h: transmit 1 data 0 2 h",
		"timeout 1: transmit 1 data 0 1 g, transmit 1 data 0 2 h, set 1",
		"receive 1 ack 0 1: confirm 1 g",
		"timeout 1: transmit 1 data 0 2 h, set 1",
		"timeout 1: transmit 1 data 1 1 h, set 1",
		"receive 1 ack 0 2: ",
		"timeout 1: transmit 1 data 1 1 h, set 1",
		"timeout 1: transmit 1 data 1 1 h, set 1",
		"send 1 i: transmit 1 data 1 2 i",
		"receive 1 ack 1 2: cancel 1, confirm 1 h, confirm 1 i",
		"receive 1 data 0 1 x: deliver 1 x, transmit 1 ack 0 1",
		"receive 1 data 1 1 x: deliver 1 x, transmit 1 ack 1 1",
		"receive 1 data 0 2 y: ",
		"receive 1 data 1 3 z: transmit 1 ack 1 1",
	}},
	{"a session without patience", &impl.Session{}, []string{
		"send 1 g: transmit 1 data 0 1 g, set 1",
		"timeout 1: transmit 1 data 0 1 g, set 1",
		"timeout 1: transmit 1 data 0 1 g, set 1",
	}},
	{"rpc", &impl.RPC{}, []string{
		"send 1 g: transmit 1 request 1 g, set 1",
		"send 1 h: transmit 1 request 2 h",
		"timeout 1: transmit 1 request 1 g, transmit 1 request 2 h, set 1",
		"receive 1 reply 2 5: confirm 1 h, deliver 1 h=5",
		"receive 1 reply 2 5: ",
		"receive 1 reply 1 6: cancel 1, confirm 1 g, deliver 1 g=6",
		"receive 1 request 2 x: deliver 1 x, transmit 1 reply 2 1",
		"receive 2 request 2 x: deliver 2 x, transmit 2 reply 2 2",
		"receive 1 request 1 y: deliver 1 y, transmit 1 reply 1 3",
		"receive 1 request 2 x: transmit 1 reply 2 1",
	}},
	{"schema", &impl.Schema{Self: 0, Peers: []spec.Process{1, 2}}, []string{
		"send 1 g: transmit 1 data 0 g",
		"timeout 0: transmit 1 change 1, transmit 2 change 1",
		"send 1 g: transmit 1 data 1 -g",
		"receive 1 data 0 h: deliver 1 h",
		"receive 1 data 1 -h: deliver 1 h",
		"confirmed 1 data 0 g: confirm 1 g",
		"confirmed 1 data 1 -g: confirm 1 g",
		"confirmed 1 change 1: ",
		"receive 1 change 0: ",
		"send 1 g: transmit 1 data 1 -g",
	}},
	{"falliblerpc", &impl.RPC{Room: 1}, []string{
		"receive 1 request 1 x: deliver 1 x, transmit 1 reply 1 1",
		"receive 1 request 2 y: deliver 1 y, transmit 1 reply 2 0",
		"receive 1 request 2 y: transmit 1 reply 2 0",
		"send 1 g: transmit 1 request 1 g, set 1",
		"receive 1 reply 1 0: cancel 1, confirm 1 g, deliver 1 g=full",
		"receive 1 reply 1 0: ",
	}},
}

func TestHandlers(t *testing.T) {
	for _, tt := range handlers {
		t.Run(tt.name, func(t *testing.T) {
			for _, step := range tt.steps {
				event, want, _ := strings.Cut(step, ": ")
				if got := handle(t, tt.layer, event); got != want {
					t.Fatalf("%s\n got %s\nwant %s", event, got, want)
				}
			}
		})
	}
}

func TestBoundedLinks(t *testing.T) {
	for _, l := range []interface {
		impl.Layer
		impl.Readier
		impl.Holder
	}{&impl.GoBackN{}, &impl.SelectiveRepeat{}} {
		for held, event := range []string{"send 1 g", "send 1 h"} {
			if !l.Ready(1) || l.Held() != held {
				t.Errorf("%T before %q: ready %v, held %d, want true and %d", l, event, l.Ready(1), l.Held(), held)
			}
			handle(t, l, event)
		}
		if l.Ready(1) || !l.Ready(2) {
			t.Errorf("%T with a full window to 1: ready to 1 %v, to 2 %v, want false and true", l, l.Ready(1), l.Ready(2))
		}
	}
}

func TestSelectiveRepeatHoldsItsReorderBuffer(t *testing.T) {
	l := &impl.SelectiveRepeat{Window: 3}
	handle(t, l, "receive 1 data 2 y")
	handle(t, l, "receive 1 data 3 z")
	if l.Held() != 2 {
		t.Errorf("held %d, want 2", l.Held())
	}
	handle(t, l, "receive 1 data 1 x")
	if l.Held() != 0 {
		t.Errorf("held %d after the gap was filled, want 0", l.Held())
	}
}

// A retransmission is the packet that it repeats, byte for byte: fair loss is
// fair to each content.
func TestRetransmissionsAreIdentical(t *testing.T) {
	for _, link := range impl.Registry() {
		l := link.New(0, impl.Peers(0, 2))
		var out impl.Effects
		l.Send(1, "g", &out)
		first := packets(&out)
		if len(first) != 1 {
			t.Errorf("%s transmits %q for one message", link.Name, first)
		}
		for _, e := range slices.Clone(out.List()) {
			if e.Kind != impl.SetTimer {
				continue
			}
			out = *out.Next()
			l.Timeout(e.Timer, &out)
			if again := packets(&out); !slices.Equal(again, first) {
				t.Errorf("%s transmits %q, then %q", link.Name, first, again)
			}
		}
	}
}

func packets(out *impl.Effects) []impl.Packet {
	var list []impl.Packet
	for _, e := range out.List() {
		if e.Kind == impl.Transmit {
			list = append(list, e.Packet)
		}
	}
	return list
}
