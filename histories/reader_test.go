package histories_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"fairloss/histories"
)

const (
	header = `{"fairloss":"history","version":1,"processes":2}` + "\n"
	wall   = `{"fairloss":"history","version":1,"processes":2,"clock":"wall"}` + "\n"
	send   = `{"at":1,"kind":"send","op":1,"process":0,"peer":1,"message":"a"}` + "\n"

	crash    = `{"kind":"crash","process":1}` + "\n"
	recovery = `{"kind":"recover","process":1}` + "\n"
	cut      = `{"kind":"cut","process":0,"peer":1}` + "\n"
	heal     = `{"kind":"heal","process":0,"peer":1}` + "\n"
)

func TestReadErrors(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"empty file", "", `line 1, column 1: missing header: the file is empty`},
		{"no header", send, `line 1, column 1: missing header (want {"fairloss":"history","version":2,…})`},
		{"another version", `{"fairloss":"history","version":3,"new":1}`, `line 1, column 23: version 3, want 1 or 2`},
		{"no version", `{"fairloss":"history"}`, `line 1, column 1: version 0, want 1 or 2`},
		{"unknown key in the header", `{"fairloss":"history","version":1,"Link":"a"}`, `line 1, column 35: unknown key "Link"`},
		{"unknown network", `{"fairloss":"history","version":1,"assumes":"sett"}`, `line 1, column 35: unknown network "sett" (want set, lossyset, bag, fifo, stubborn, atleastonce, fifoatleastonce, perfect or fifoperfect)`},
		{"unknown clock", `{"fairloss":"history","version":1,"clock":"sun"}`, `line 1, column 35: unknown clock "sun" (want points or wall)`},
		{"negative processes", `{"fairloss":"history","version":1,"processes":-1}`, `line 1, column 35: processes is -1, want 0 or more`},
		{"negative bound", `{"fairloss":"history","version":1,"window":-1}`, `line 1, column 35: window is -1, want 0 or more`},
		{"negative time", `{"fairloss":"history","version":1,"after":-1}`, `line 1, column 35: after is -1, want 0 or more`},
		{"load without a window", `{"fairloss":"history","version":1,"factor":2}`, `line 1, column 1: factor 2 and spare 0 without within`},
		{"a new key in an old header", `{"fairloss":"history","version":1,"properties":["PL1"]}`, `line 1, column 35: unknown key "properties"`},
		{"an old key in a new header", `{"fairloss":"history","version":2,"window":1}`, `line 1, column 35: unknown key "window"`},
		{"properties of the wrong type", `{"fairloss":"history","version":2,"properties":"PL1"}`, `line 1, column 35: properties: got string, want a list of strings`},
		{"malformed property", `{"fairloss":"history","version":2,"properties":["PL1","BND(window=2)"]}`, `line 1, column 35: property "BND(window=2)", column 13: want BND with buffer=…`},
		{"negative seed", `{"fairloss":"history","version":1,"seed":-1}`, `line 1, column 35: seed: got number -1, want an integer from 0 to 18446744073709551615`},
		{"negative expectation", `{"fairloss":"history","version":1,"expect":{"PL1":-1}}`, `line 1, column 35: property "PL1" cannot be broken by event -1`},
		{"expectation of the wrong type", `{"fairloss":"history","version":1,"expect":3}`, `line 1, column 35: expect: got number, want an object`},
		{"empty line", header + "\n", `line 2, column 1: empty line`},
		{"not an object", header + "[]\n", `line 2, column 1: got array, want an object`},
		{"null", header + "null\n", `line 2, column 1: event without kind`},
		{"truncated", header + `{"kind":"send","pro`, `line 2, column 20: truncated line`},
		{"syntax", header + `{"kind":"send",}`, `line 2, column 16: invalid character '}' looking for beginning of object key string`},
		{"two objects", header + `{"kind":"forever"} {}`, `line 2, column 20: invalid character '{' after top-level value`},
		{"not UTF-8", header + "{\"kind\":\"s\xffnd\"}", `line 2, column 11: not valid UTF-8`},
		{"unknown kind", header + `{"at":1,"kind":"sent"}`, `line 2, column 9: unknown event "sent"`},
		{"unknown key", header + `{"kind":"forever","note":"x"}`, `line 2, column 19: unknown key "note"`},
		{"key in another case", header + `{"Kind":"forever"}`, `line 2, column 2: unknown key "Kind"`},
		{"key twice", header + `{"kind":"forever","at":1,"at":2}`, `line 2, column 26: key "at" is there twice`},
		{"wrong type", header + `{"kind":"send","process":"0","peer":1}`, `line 2, column 16: process: got string, want an integer`},
		{"fraction", header + `{"kind":"send","process":0.5,"peer":1}`, `line 2, column 16: process: got number 0.5, want an integer`},
		{"too large", header + `{"at":9223372036854775808,"kind":"forever"}`, `line 2, column 2: at: got number 9223372036854775808, want an integer`},
		{"missing key", header + `{"kind":"send","process":0}`, `line 2, column 2: send without peer`},
		{"stray key", header + `{"kind":"crash","process":0,"count":0}`, `line 2, column 29: crash with count`},
		{"both spellings", header + `{"kind":"send","process":0,"peer":1,"message":"a","messagehex":"61"}`, `line 2, column 51: both message and messagehex`},
		{"not hexadecimal", header + `{"kind":"send","process":0,"peer":1,"messagehex":"6"}`, `line 2, column 37: messagehex "6" is not hexadecimal`},
		{"negative count", header + `{"kind":"held","process":0,"count":-1}`, `line 2, column 28: count -1 is negative`},
		{"negative process", header + `{"kind":"crash","process":-1}`, `line 2, column 17: process -1 is negative`},
		{"process out of range", header + `{"kind":"send","process":0,"peer":2}`, `line 2, column 28: process 2, want 0 to 1`},
		{"negative moment", header + `{"at":-1,"kind":"forever"}`, `line 2, column 2: at -1 is negative`},
		{"time runs backwards", header + `{"at":2,"kind":"crash","process":0}` + "\n" + `{"at":1,"kind":"forever"}`, `line 3, column 2: at 1 is before 2, the time of the event before`},
		{"delivered before asked", wall + `{"at":2,"since":3,"kind":"deliver","process":0,"peer":1}`, `line 2, column 9: since 3 is after at, 2`},
		{"negative since", wall + `{"at":2,"since":-3,"kind":"deliver","process":0,"peer":1}`, `line 2, column 9: since -3 is negative`},
		{"interval among points", header + `{"at":2,"since":1,"kind":"deliver","process":0,"peer":1}`, `line 2, column 9: since in a history of points (want clock wall)`},
		{"call among points", header + send, `line 2, column 23: op in a history of points (want clock wall)`},
		{"negative op", wall + `{"kind":"send","op":-1,"process":0,"peer":1}`, `line 2, column 16: op -1 is negative`},
		{"op twice", wall + send + send, `line 3, column 23: op 1 after op 1: calls are numbered upwards`},
		{"accept without op", wall + `{"kind":"accept","process":0,"peer":1}`, `line 2, column 2: accept without op`},
		{"accept without send", wall + `{"kind":"accept","op":1,"process":0,"peer":1}`, `line 2, column 18: accept of op 1, which no open send has`},
		{"accept of another message", wall + send + `{"at":1,"kind":"accept","op":1,"process":0,"peer":1,"message":"b"}`, `line 3, column 25: accept of op 1 as 0>1 "b", sent as 0>1 "a"`},
		{"crash twice", header + crash + crash, `line 3, column 17: crash at process 1, which is down`},
		{"recovery without a crash", header + recovery, `line 2, column 19: recover of process 1, which is up`},
		{"recovery twice", header + crash + recovery + recovery, `line 4, column 19: recover of process 1, which is up`},
		{"send while down", header + crash + `{"kind":"send","process":1,"peer":0}`, `line 3, column 16: send at process 1, which is down`},
		{"delivery while down", header + crash + `{"kind":"deliver","process":1,"peer":0}`, `line 3, column 19: deliver at process 1, which is down`},
		{"held while down", header + crash + `{"kind":"held","process":1,"count":0}`, `line 3, column 16: held at process 1, which is down`},
		{"call that returns while down", wall + `{"kind":"send","op":1,"process":1,"peer":0}` + "\n" + crash + `{"kind":"accept","op":1,"process":1,"peer":0}`, `line 4, column 25: accept at process 1, which is down`},
		{"cut twice", header + cut + cut, `line 3, column 2: cut 0>1, which is cut already`},
		{"healed without a cut", header + heal, `line 2, column 2: heal 0>1, which is not cut`},
		{"healed twice", header + cut + heal + heal, `line 4, column 2: heal 0>1, which is not cut`},
		{"other direction healed", header + cut + `{"kind":"heal","process":1,"peer":0}`, `line 3, column 2: heal 1>0, which is not cut`},
		{"cut from a process to itself", header + `{"kind":"cut","process":0,"peer":0}`, `line 2, column 27: cut 0>0, from a process to itself`},
		{"cut of an unknown process", header + `{"kind":"cut","process":0,"peer":2}`, `line 2, column 27: process 2, want 0 to 1`},
		{"crash for ever", header + `{"kind":"forever"}` + "\n" + crash + recovery, `line 3, column 2: crash after forever: a fault that recurs for ever`},
		{"forever twice", header + `{"kind":"forever"}` + "\n" + `{"kind":"forever"}`, `line 3, column 2: forever after forever`},
		{"long line", header + `{"kind":"forever"` + strings.Repeat(" ", 1<<20) + "}", `line 2, column 1048577: line is longer than 1048576 bytes`},
		{"long header", `{` + strings.Repeat(" ", 3<<20) + "}", `line 1, column 1048577: line is longer than 1048576 bytes`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := histories.ReadAll(strings.NewReader(test.input))
			var at *histories.Error
			if !errors.As(err, &at) {
				t.Fatalf("got error %v, want an *Error", err)
			}
			if err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// TestReadFaults demands that faults in an order that can happen are read.
func TestReadFaults(t *testing.T) {
	for _, events := range []string{
		crash + recovery + crash + recovery + `{"kind":"deliver","process":1,"peer":0}`,
		cut + heal + cut + crash + heal + recovery,
		crash + `{"kind":"send","process":0,"peer":1}` + "\n" + cut,
		cut + `{"kind":"cut","process":1,"peer":0}` + "\n" + `{"kind":"forever"}`,
	} {
		if _, _, err := histories.ReadAll(strings.NewReader(header + events)); err != nil {
			t.Errorf("%s: %v", events, err)
		}
	}
}

// TestReadAfterError wants the events before the flaw, once the error, and
// nothing after it.
func TestReadAfterError(t *testing.T) {
	r, err := histories.NewReader(strings.NewReader(wall + send + "x\n" + send))
	if err != nil {
		t.Fatal(err)
	}
	events, errs := 0, 0
	for _, err := range r.Events() {
		if err != nil {
			errs++
		} else {
			events++
		}
	}
	if events != 1 || errs != 1 {
		t.Errorf("got %d events and %d errors, want one of each", events, errs)
	}
}

func TestReadFailingInput(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(wall), iotest.ErrReader(errors.New("cable cut")))
	_, _, err := histories.ReadAll(broken)
	if err == nil || err.Error() != "line 2: cable cut" {
		t.Errorf("got error %v", err)
	}
}

// TestReadLineEndings wants the last newline, and carriage returns, not to
// matter.
func TestReadLineEndings(t *testing.T) {
	for _, input := range []string{wall + send, wall + strings.TrimSuffix(send, "\n"), strings.ReplaceAll(wall+send, "\n", "\r\n")} {
		if _, events, err := histories.ReadAll(strings.NewReader(input)); err != nil || len(events) != 1 {
			t.Errorf("%q: got %d events, error %v", input, len(events), err)
		}
	}
}
