package checker_test

import (
	"slices"
	"testing"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/spec"
)

// call is a Send with its Accept, both timed.
func call(op int, m spec.Message, at, returned int64) []spec.Event {
	return []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: m, Op: op, At: at},
		{Kind: spec.Accept, Process: 0, Peer: 1, Message: m, Op: op, At: returned},
	}
}

func got(m spec.Message, since, at int64) []spec.Event {
	return []spec.Event{{Kind: spec.Deliver, Process: 1, Peer: 0, Message: m, Since: since, At: at}}
}

func answer(m spec.Message, since, at int64) []spec.Event {
	return []spec.Event{{Kind: spec.Deliver, Process: 0, Peer: 1, Message: m, Since: since, At: at}}
}

func rejected(op int, m spec.Message, at int64) []spec.Event {
	return []spec.Event{{Kind: spec.Reject, Process: 0, Peer: 1, Message: m, Op: op, At: at}}
}

func TestHistory(t *testing.T) {
	wall := func(guarantee string) histories.Header {
		return histories.Header{Guarantee: guarantee, Clock: histories.Wall}
	}
	points := func(guarantee string) histories.Header { return histories.Header{Guarantee: guarantee} }
	confirmed := func(m spec.Message, at int64) []spec.Event {
		return []spec.Event{{Kind: spec.Confirm, Process: 0, Peer: 1, Message: m, At: at}}
	}
	tests := []struct {
		name   string
		header histories.Header
		events []spec.Event
		want   []string // as said, with the engine
	}{
		{"points, in order", points("fifo"), []spec.Event{send("a"), deliver("a"), forever}, []string{
			"PL1 holds -1 1 0 , none", "PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none", "FIFO holds -1 1 0 , none",
		}},
		{"points, overtaken", points("fifo"), []spec.Event{send("a"), send("b"), deliver("b"), deliver("a"), forever}, []string{
			"PL1 holds -1 2 0 , none", "PL2 holds -1 2 0 , none", "PL3 holds -1 2 0 , none",
			`FIFO violated 2 2 0 process 1 delivers "b" from process 0 before "a", which was sent earlier, none`,
		}},
		{"points, confirmed too early", points("at-most-once"), []spec.Event{send("a"), confirm("a"), deliver("a")}, []string{
			"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
			`ACK violated 1 1 0 process 0 is told that "a" was delivered to process 1; it was not, none`,
		}},
		{
			"points, with bounds",
			histories.Header{Guarantee: "at-most-once", Properties: []string{"PL2", "PL3", "BND(window=1,buffer=1)", "OWN"}},
			[]spec.Event{send("a"), send("b"), deliver("a")},
			[]string{
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				"BND violated 1 2 0 process 0 has 2 unconfirmed messages to process 1, more than 1, none",
				"OWN inconclusive -1 0 0 this reader does not know the property, and only the tests of the link can judge it, none",
			},
		},
		{
			"points, of a timed world",
			histories.Header{Guarantee: "eventually-perfect-detector", Properties: []string{"FD1", "EFD2(after=5ns)", "AMP(factor=0,spare=1,window=10ns)"}},
			[]spec.Event{
				{Kind: spec.Deliver, Process: 0, Peer: 1, Message: spec.Suspect, At: 4},
				{Kind: spec.Deliver, Process: 0, Peer: 1, Message: spec.Suspect, At: 5},
			},
			[]string{
				"FD1 inconclusive -1 0 0 vacuous: the history has no crash event, none",
				"EFD2 violated 1 2 0 process 0 suspects process 1, which is up, at 5ns, none",
				"AMP inconclusive -1 0 0 vacuous: the history has no transmit event, none",
			},
		},
		{
			"wall, calls overlap, so that either order is right", wall("fifo"),
			slices.Concat(call(1, "a", 10, 40)[:1], call(2, "b", 20, 30), call(1, "a", 10, 40)[1:], got("b", 50, 60), got("a", 70, 80)),
			[]string{
				"PL1 holds -1 2 0 , none", "PL2 holds -1 2 0 , none", "PL3 holds -1 2 0 , none",
				"FIFO holds -1 4 0 , porcupine and log-linear",
			},
		},
		{
			"wall, one call after the other", wall("fifo"),
			slices.Concat(call(1, "a", 10, 20), call(2, "b", 30, 40), got("b", 50, 60), got("a", 70, 80)),
			[]string{
				"PL1 holds -1 2 0 , none", "PL2 holds -1 2 0 , none", "PL3 holds -1 2 0 , none",
				`FIFO violated -1 4 0 channel 0>1: send "a" [10, 20] returned before send "b" [30, 40] began, but deliver "b" [50, 60] returned before deliver "a" [70, 80] began, porcupine and log-linear`,
			},
		},
		{
			"wall, a rejected call leaves no gap", wall("fifo"),
			slices.Concat(call(1, "a", 10, 20)[:1], rejected(1, "a", 20), call(2, "b", 30, 40), got("b", 50, 60)),
			[]string{
				"PL1 holds -1 1 0 , none", "PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				"FIFO holds -1 2 0 , porcupine and log-linear",
			},
		},
		{
			"wall, a rejected call is delivered", wall("at-most-once"),
			slices.Concat(call(1, "a", 10, 20)[:1], rejected(1, "a", 20), got("a", 50, 60)),
			[]string{
				"PL2 holds -1 1 0 , none",
				`PL3 violated 2 1 0 process 1 delivers "a" from process 0, which never sent it, none`,
			},
		},
		{
			"wall, a rejected call is delivered, and for ever", wall("perfect"),
			slices.Concat(call(1, "a", 10, 20)[:1], rejected(1, "a", 20), got("a", 50, 60), []spec.Event{forever}),
			[]string{
				"PL1 inconclusive -1 0 0 vacuous: no call is known to have been accepted, none",
				"PL2 holds -1 1 0 , none",
				`PL3 violated 2 1 0 process 1 delivers "a" from process 0, which never sent it, none`,
				`LIN violated -1 1 0 channel 0>1: deliver "a" [50, 60], but its send was rejected, porcupine and log-linear`,
			},
		},
		{
			"wall, out of order and perfect", wall("perfect"),
			slices.Concat(call(1, "a", 10, 20), call(2, "b", 30, 40), got("b", 50, 60), got("a", 70, 80)),
			[]string{
				"PL1 holds -1 2 0 , none", "PL2 holds -1 2 0 , none", "PL3 holds -1 2 0 , none",
				"LIN holds -1 4 0 , porcupine and log-linear",
			},
		},
		{
			"wall, twice", wall("perfect"),
			slices.Concat(call(1, "a", 10, 20), got("a", 30, 40), got("a", 50, 60), []spec.Event{forever}),
			[]string{
				"PL1 holds -1 1 0 , none",
				`PL2 violated 3 2 0 process 1 delivers "a" from process 0 once more than it was sent, none`,
				"PL3 holds -1 2 0 , none",
				`LIN violated -1 3 0 channel 0>1: "a" was sent 1× and delivered 2×: deliver "a" [30, 40] was followed by deliver "a" [50, 60], porcupine and log-linear`,
			},
		},
		{
			"wall, not yet delivered", wall("at-least-once"), call(1, "a", 10, 20),
			[]string{
				`PL1 inconclusive -1 1 1 the history ends too early to tell: "a", sent by process 0 to process 1, was never delivered, none`,
				"PL3 inconclusive -1 0 0 vacuous: the history has no deliver event, none",
			},
		},
		{
			"wall, confirmed before the delivery returned", wall("at-most-once"),
			slices.Concat(call(1, "a", 10, 20), confirmed("a", 25), got("a", 22, 30)),
			[]string{"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none", "ACK holds -1 1 0 , none"},
		},
		{
			"wall, confirmed and never delivered", wall("at-most-once"),
			slices.Concat(call(1, "a", 10, 20), confirmed("a", 25), call(2, "b", 30, 40), got("b", 35, 50), []spec.Event{forever}),
			[]string{
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				`ACK violated 2 1 0 process 0 is told that "a" was delivered to process 1; it was not, none`,
			},
		},
		{
			"wall, bounds cannot be seen",
			histories.Header{Guarantee: "at-most-once", Clock: histories.Wall, Properties: []string{"PL2", "PL3", "BND(window=1,buffer=1)"}},
			slices.Concat(call(1, "a", 10, 20), call(2, "b", 30, 40), got("b", 35, 50)),
			[]string{
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				"BND inconclusive -1 0 0 calls overlap: what is unconfirmed, or held, at a time is not seen from outside the link, none",
			},
		},
		{
			"wall, confirmed, and perhaps on its way to a receiver", wall("at-most-once"),
			slices.Concat(call(1, "a", 10, 20), confirmed("a", 25), call(2, "b", 30, 40), got("b", 35, 50)),
			[]string{
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				`ACK inconclusive -1 1 0 the history ends too early to tell: process 0 is told that "a" was delivered to process 1; it was not, none`,
			},
		},
		{
			"wall, confirmed and never sent", wall("at-most-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 22, 30), confirmed("b", 25)),
			[]string{
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				`ACK violated 3 1 0 process 0 is told that "b" was delivered to process 1; it has sent none that is not confirmed yet, none`,
			},
		},
		{
			"wall, closes too early for all to see", wall("graceful"),
			slices.Concat(call(1, "a", 10, 20), got("a", 22, 30), confirmed("a", 25), []spec.Event{forever}),
			[]string{
				"PL1 holds -1 1 0 , none", "PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				"CLS inconclusive -1 0 0 calls overlap: whether a message was confirmed before another one was delivered is not seen, none",
				"ACK holds -1 1 0 , none", "LIN holds -1 2 0 , porcupine and log-linear",
			},
		},
		{
			"wall, what a timed link claims", wall("fenced"), call(1, "a", 10, 20),
			[]string{"FENCE inconclusive -1 0 0 calls overlap: what the link tells its application has no place among them, none"},
		},
		{
			"wall, packets are not recorded",
			histories.Header{Properties: []string{"PL2", "PL3", spec.Amplification(1, 0, 1).String()}, Clock: histories.Wall},
			slices.Concat(call(1, "a", 10, 20), got("a", 22, 30)),
			[]string{
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				"AMP inconclusive -1 0 0 the history records no packets, none",
			},
		},
		{
			"wall, a call whose outcome is not known", wall("perfect"),
			slices.Concat(call(1, "hung", 10, 20)[:1], call(2, "b", 20, 30), got("b", 40, 50), []spec.Event{forever}),
			[]string{
				"PL1 holds -1 1 0 , none", "PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				"LIN holds -1 3 0 , porcupine and log-linear",
			},
		},
		{
			"wall, one of two equal calls was accepted, and neither delivered", wall("at-least-once"),
			slices.Concat(call(1, "a", 10, 20)[:1], call(2, "a", 20, 30), call(3, "b", 31, 32), got("b", 40, 50), []spec.Event{forever}),
			[]string{
				`PL1 violated -1 2 1 "a", sent by process 0 to process 1, was never delivered, none`, "PL3 holds -1 1 0 , none",
			},
		},
		{
			"wall, a call whose outcome is not known is delivered", wall("at-least-once"),
			slices.Concat(call(1, "hung", 10, 20)[:1], got("hung", 40, 50), []spec.Event{forever}),
			[]string{"PL1 holds -1 1 0 , none", "PL3 holds -1 1 0 , none"},
		},
		{
			"wall, a gap that the future may fill", wall("fifo"),
			slices.Concat(call(1, "a", 10, 20), call(2, "b", 30, 40), got("b", 50, 60)),
			[]string{
				`PL1 inconclusive -1 2 1 the history ends too early to tell: "a", sent by process 0 to process 1, was never delivered, none`,
				"PL2 holds -1 1 0 , none", "PL3 holds -1 1 0 , none",
				`FIFO inconclusive -1 3 0 channel 0>1: the history ends too early to tell: send "a" [10, 20] returned before send "b" [30, 40] began, but only the later one was delivered: deliver "b" [50, 60], porcupine and log-linear`,
			},
		},
		{
			"wall, executed once", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), answer("a=1", 11, 30), []spec.Event{forever}),
			[]string{"XOP holds -1 1 0 , porcupine and log-linear"},
		},
		{
			"wall, recorded at the client alone", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), answer("a=1", 11, 30), call(2, "b", 40, 50), answer("b=2", 41, 60)),
			[]string{"XOP holds -1 2 0 , porcupine and log-linear"},
		},
		{
			"wall, executed twice, as the server saw it", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), got("a", 15, 16), answer("a=1", 11, 30)),
			[]string{`XOP violated 3 1 0 process 1 executes the request "a" of process 0 once more than it was sent, none`},
		},
		{
			"wall, executed twice, as the answers tell", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), answer("a=2", 11, 30)),
			[]string{`XOP violated -1 1 0 server 1: "a" [10, 30] was answered 2, but value 1 was answered to nobody, and no request without a reply is left to have made it: one was executed twice, porcupine and log-linear`},
		},
		{
			"wall, requests without answers", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), call(2, "b", 21, 30), got("b", 22, 24), []spec.Event{forever}),
			[]string{"XOP holds -1 2 0 , none"},
		},
		{
			"wall, requests without answers, one executed twice", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), got("a", 15, 16)),
			[]string{`XOP violated 3 1 0 process 1 executes the request "a" of process 0 once more than it was sent, none`},
		},
		{
			"wall, requests without answers, one not executed", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), call(2, "b", 21, 30), []spec.Event{forever}),
			[]string{`XOP violated -1 2 1 "b", sent by process 0 to process 1, was never executed, none`},
		},
		{
			"wall, nothing executed and nothing answered", wall("exactly-once"), call(1, "a", 10, 20),
			[]string{"XOP inconclusive -1 1 0 nothing was delivered, none"},
		},
		{
			"wall, every answer an error, at the client alone", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), answer("a=full", 11, 30), call(2, "b", 40, 50), answer("b=full", 41, 60)),
			[]string{"XOP holds -1 2 0 , porcupine and log-linear"},
		},
		{
			"wall, every answer an error, with what was executed", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), got("a", 12, 14), answer("a=full", 11, 30), []spec.Event{forever}),
			[]string{"XOP holds -1 1 0 , porcupine and log-linear"},
		},
		{
			"wall, an error twice", wall("exactly-once"),
			slices.Concat(call(1, "a", 10, 20), answer("a=full", 11, 30), answer("a=full", 31, 40)),
			[]string{`XOP violated -1 1 0 server 1: request "a" of process 0 was answered twice: deliver "a=full" [11, 30], deliver "a=full" [31, 40], log-linear`},
		},
		{
			"points, every answer an error", points("exactly-once"),
			slices.Concat([]spec.Event{send("a"), deliver("a")}, answer("a=full", 0, 0), []spec.Event{forever}),
			[]string{"XOP holds -1 1 0 , none"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := checker.History(t.Context(), tt.header, tt.events)
			if err != nil {
				t.Fatal(err)
			}
			for i := range max(len(list), len(tt.want)) {
				got, want := "nothing", "nothing"
				if i < len(list) {
					got = said(list[i]) + ", " + list[i].Engine.String()
				}
				if i < len(tt.want) {
					want = tt.want[i]
				}
				if got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestHistoryErrors(t *testing.T) {
	tests := []struct {
		name   string
		header histories.Header
		events []spec.Event
		want   string
	}{
		{"no guarantee", histories.Header{}, nil, `header: unknown guarantee ""`},
		{"unknown guarantee", histories.Header{Guarantee: "best-effort"}, nil, `header: unknown guarantee "best-effort"`},
		{
			"an answer to no call",
			histories.Header{Guarantee: "fifo", Clock: histories.Wall},
			slices.Concat(rejected(1, "a", 10), got("a", 5, 20)),
			`event 1: reject 0>1 "a" ends call 1, which was never made`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, err := checker.History(t.Context(), tt.header, tt.events)
			if err == nil || err.Error() != tt.want || list != nil {
				t.Errorf("got %v, %v, want the error %s", list, err, tt.want)
			}
		})
	}
}

// TestHistoryLeavesGuarantees wants what History adds to the properties of a
// guarantee to stay with that history.
func TestHistoryLeavesGuarantees(t *testing.T) {
	before := len(spec.Perfect.Properties)
	h := histories.Header{Guarantee: "perfect"}
	for range 2 {
		list, err := checker.History(t.Context(), h, []spec.Event{send("a"), deliver("a"), confirm("a")})
		if err != nil || len(list) != before+1 || len(spec.Perfect.Properties) != before {
			t.Errorf("got %d judgements, %v; the guarantee has %d properties, had %d", len(list), err, len(spec.Perfect.Properties), before)
		}
	}
}

// TestJudgedByClaim wants properties beyond the named guarantees, a contributor's
// own among them, judged once each: in their place, and never for want of what
// they read.
func TestJudgedByClaim(t *testing.T) {
	own := spec.PL3
	own.ID, own.Name = "OWN", "a property of a contributor"
	sparing := own
	sparing.ID, sparing.Reads, sparing.Tested = "SPARE", spec.KindsOf(spec.Send, spec.Transmit), spec.Send
	claim := spec.Guarantee{Name: "mine", Properties: []spec.Property{spec.OrderOnly, own, sparing, spec.ACK}}
	overlap := slices.Concat(call(1, "a", 10, 40), call(2, "b", 20, 30), got("b", 50, 60), got("a", 70, 80),
		[]spec.Event{{Kind: spec.Confirm, Process: 0, Peer: 1, Message: "a", At: 90}, forever})
	want := []string{
		"ORD holds -1 4 0 ", "OWN holds -1 2 0 ", "SPARE inconclusive -1 0 0 the history records no packets", "ACK holds -1 1 0 ",
	}
	list, err := checker.Wall(t.Context(), claim, overlap)
	if err != nil {
		t.Fatal(err)
	}
	compareSaid(t, list, want)

	points := []spec.Event{send("a"), send("b"), deliver("a"), deliver("b"), confirm("a"), forever}
	want[0] = "ORD holds -1 2 0 "
	compareSaid(t, checker.Points(claim, points), want)
	packet := spec.Event{Kind: spec.Transmit, Process: 0, Peer: 1, Packet: "p"}
	want[2] = "SPARE holds -1 2 0 "
	compareSaid(t, checker.Points(claim, append([]spec.Event{packet}, points...)), want)
}

func compareSaid(t *testing.T, list []checker.Judgement, want []string) {
	t.Helper()
	var lines []string
	for _, j := range list {
		lines = append(lines, said(j))
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%q\nwant\n%q", lines, want)
	}
}
