package world_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

func TestParse(t *testing.T) {
	bag := spec.Assumptions{Network: spec.BagNetwork, Capacity: 2, Drops: 1}
	a := world.Action{Kind: world.Send, From: 0, To: 1, Message: "a"}
	for _, test := range []struct {
		name, text string
		want       world.Schedule
	}{
		{"nothing", "", world.Schedule{}},
		{"blank lines and separators", "\n ;; \t;\r\n", world.Schedule{}},
		{"comments", "# all of a line\nsend 0>1 \"a\"# the rest; send 1>0 \"b\"", world.Schedule{Actions: []world.Action{a}}},
		{"a comment sign and a semicolon within quotes", `send 0>1 "#;"`, world.Schedule{Actions: []world.Action{
			{Kind: world.Send, From: 0, To: 1, Message: "#;"},
		}}},
		{"each action", "send 0>1 \"a\"; deliver 10>14 \"p\" ;confirm 14>10 \"p\"; timeout 2 18446744073709551615\n\tduplicate 1>0 \"\"\r\ndrop 0>1 `\\`", world.Schedule{Actions: []world.Action{
			a,
			{Kind: world.Deliver, From: 10, To: 14, Packet: "p"},
			{Kind: world.Confirm, From: 14, To: 10, Packet: "p"},
			{Kind: world.Timeout, From: 2, Timer: 1<<64 - 1},
			{Kind: world.Duplicate, From: 1, To: 0},
			{Kind: world.Drop, From: 0, To: 1, Packet: `\`},
		}}},
		{"arbitrary bytes", `send 0>1 "\x00\xff\n\"é\u2028"`, world.Schedule{Actions: []world.Action{
			{Kind: world.Send, From: 0, To: 1, Message: "\x00\xff\n\"é\u2028"},
		}}},
		{"directives", "link fifo\nnetwork bag(capacity=2,drops=1); processes 15", world.Schedule{
			Link: "fifo", Assumes: &bag, Processes: 15,
		}},
		{"a link whose name is no word", "link \"python3 a.py;#\\\"\\xff\" # its command", world.Schedule{Link: "python3 a.py;#\"\xff"}},
		{"runs before", "send 0>1 \"a\"; send 0>1 \"a\"; again; again; send 0>1 \"a\"; fair", world.Schedule{
			Before: [][]world.Action{{a, a}, nil}, Actions: []world.Action{a}, Fair: true,
		}},
		{"a fair suffix", "send 0>1 \"a\"; fair; send 0>1 \"a\"; drop 1>0 \"p\"; drop 1>0 \"p\"", world.Schedule{
			Actions: []world.Action{a}, Fair: true, Repeat: []world.Request{{From: 0, To: 1, Message: "a"}},
			Losses: []world.Action{{Kind: world.Drop, From: 1, To: 0, Packet: "p"}, {Kind: world.Drop, From: 1, To: 0, Packet: "p"}},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := world.Parse(test.text)
			if err != nil || !reflect.DeepEqual(s, test.want) {
				t.Fatalf("Parse(%q) = %+v, %v, want %+v", test.text, s, err, test.want)
			}
			roundTrip(t, s)
		})
	}
}

// roundTrip checks that what is printed parses back: all of it from String,
// all but the directives from Inline. A capacity that is left out is printed as
// the number that it stands for.
func roundTrip(t *testing.T, s world.Schedule) {
	t.Helper()
	if s.Assumes != nil && s.Assumes.Network >= spec.BagNetwork && s.Assumes.Network != spec.StubbornNetwork {
		a := *s.Assumes
		a.Capacity = a.Cap()
		s.Assumes = &a
	}
	if again, err := world.Parse(s.String()); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("%+v prints as\n%s\nwhich parses as %+v, %v", s, s.String(), again, err)
	}
	s.Link, s.Assumes, s.Processes = "", nil, 0
	if again, err := world.Parse(s.Inline()); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("%+v prints as %s, which parses as %+v, %v", s, s.Inline(), again, err)
	}
	if strings.Contains(s.Inline(), "\n") {
		t.Errorf("%q is more than one line", s.Inline())
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"send 0>1 \"a\"; fair; again", `1:21: again stands after the end of the last run`},
		{"again; link mine", `1:8: link stands after the first action`},
		{"jump 0>1", `1:1: unknown action "jump"`},
		{"# one\n\n  \"a\"", `3:3: unknown action "\"a\""`},
		{`send 0>1 "a"; Send 0>1 "a"`, `1:15: unknown action "Send"`},
		{"send", `1:5: channel "": want two processes, as 0>1`},
		{`send 01 "a"`, `1:6: channel "01": want two processes, as 0>1`},
		{`send 15>1 "a"`, `1:6: process "15": want a number from 0 to 14`},
		{`send 0>15 "a"`, `1:6: process "15": want a number from 0 to 14`},
		{`send 0>+1 "a"`, `1:6: process "+1": want a number from 0 to 14`},
		{`send 0>-1 "a"`, `1:6: process "-1": want a number from 0 to 14`},
		{`send 00>1 "a"`, `1:6: process "00": want a number from 0 to 14`},
		{`send >1 "a"`, `1:6: process "": want a number from 0 to 14`},
		{`send 0>1>0 "a"`, `1:6: process "1>0": want a number from 0 to 14`},
		{`send 0>1"a"`, `1:6: process "1\"a\"": want a number from 0 to 14`},
		{"send 0>1", `1:9: want a message or packet quoted as in Go, found ""`},
		{"send 0>1 a", `1:10: want a message or packet quoted as in Go, found "a"`},
		{"send 0>1 'a'", `1:10: want a message or packet quoted as in Go, found "'a'"`},
		{`deliver 0>1 "a`, `1:13: want a message or packet quoted as in Go, found "\"a"`},
		{`deliver 0>1 "\q"`, `1:13: want a message or packet quoted as in Go, found "\"\\q\""`},
		{`drop 0>1 "` + strings.Repeat("é", 20), `1:10: want a message or packet quoted as in Go, found "\"ééééééééé"`},
		{"drop 0>1 \"\xff\"", `1:10: a quoted text must be valid UTF-8; write other bytes as \x and two hex digits`},
		{`send 0>1 "a" "b"`, `1:14: unexpected "\"b\"" after the end of the action`},
		{`send 0>1 "a"b`, `1:13: unexpected "b" after the end of the action`},
		{"timeout", `1:8: process "": want a number from 0 to 14`},
		{"timeout x 1", `1:9: process "x": want a number from 0 to 14`},
		{"timeout 0", `1:10: timer "": want a number`},
		{"timeout 0 -1", `1:11: timer "-1": want a number`},
		{"timeout 0 18446744073709551616", `1:11: timer "18446744073709551616": want a number`},
		{"timeout 0 1 2", `1:13: unexpected "2" after the end of the action`},
		{"fair fair", `1:6: unexpected "fair" after the end of the action`},
		{"fair\nfair", `2:1: fair stands twice`},
		{`fair; deliver 0>1 "p"`, `1:7: deliver after fair: fairness forces it`},
		{`fair; confirm 0>1 "p"`, `1:7: confirm after fair: fairness forces it`},
		{"confirm 0>1 p", `1:13: want a message or packet quoted as in Go, found "p"`},
		{"fair; timeout 0 1", `1:7: timeout after fair: fairness forces it`},
		{`fair; duplicate 0>1 "p"`, `1:7: duplicate after fair: fairness forces it`},
		{"link", `1:5: link: nothing follows`},
		{"link a b", `1:8: unexpected "b" after the end of the action`},
		{"link a; link b", `1:14: link stands twice`},
		{"fair; link a", `1:7: link stands after the first action`},
		{`send 0>1 "a"` + "\nnetwork set", `2:1: network stands after the first action`},
		{"network #", `1:9: network: nothing follows`},
		{"network air", `1:9: unknown network "air" (want set, lossyset, bag, fifo, stubborn, atleastonce, fifoatleastonce, perfect or fifoperfect)`},
		{"network fifo(capacity=0)", `1:9: network "fifo(capacity=0)": setting "capacity=0" does not fit this network`},
		{"network set\nnetwork set", `2:9: network stands twice`},
		{"processes 1", `1:11: processes "1": want a number from 2 to 15`},
		{"processes 16", `1:11: processes "16": want a number from 2 to 15`},
		{"processes two", `1:11: processes "two": want a number from 2 to 15`},
		{"processes 2; processes 2", `1:24: processes stands twice`},
	} {
		s, err := world.Parse(test.text)
		var syntax *world.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != test.want {
			t.Errorf("Parse(%q): error %v, want %s", test.text, err, test.want)
		}
		if !reflect.DeepEqual(s, world.Schedule{}) {
			t.Errorf("Parse(%q) returns an error and %+v", test.text, s)
		}
	}
}

// Every byte survives in messages and packets.
func TestActionsPrintEveryByte(t *testing.T) {
	var s world.Schedule
	for b := range 256 {
		text := string([]byte{byte(b), 'x', byte(b)})
		s.Actions = append(s.Actions,
			world.Action{Kind: world.Send, From: 3, To: 2, Message: spec.Message(text)},
			world.Action{Kind: world.Drop, From: 2, To: 3, Packet: impl.Packet(text)})
	}
	roundTrip(t, s)
}

func FuzzParse(f *testing.F) {
	f.Add("link fifo\nnetwork bag(capacity=4,drops=2,duplicates=1)\nprocesses 3\nsend 0>1 \"a\" # first\ndeliver 0>1 \"D\\x01a\"")
	f.Add("send 0>1 `a`; timeout 1 7; duplicate 1>0 \"\\xff\"; fair; send 0>1 \"a\"; drop 1>0 \"p\"")
	f.Add("drop 0>1 'p'")
	f.Add("network bag")
	f.Add("network fifoperfect(duplicates=1)\nconfirm 0>1 \"p\"; duplicate 0>1 \"p\"")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := world.Parse(text)
		if err == nil {
			roundTrip(t, s)
			return
		}
		var syntax *world.SyntaxError
		lines := strings.Split(text, "\n")
		if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Line > len(lines) ||
			syntax.Column < 1 || syntax.Column > len(lines[syntax.Line-1])+1 {
			t.Errorf("Parse(%q): error %v, want a place in the text", text, err)
		}
	})
}
