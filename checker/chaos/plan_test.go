package chaos_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/items"
)

// everything is a plan with a fault of each kind.
var everything = chaos.Plan{
	{Kind: chaos.Drop, From: 0, To: 1, Number: 3},
	{Kind: chaos.Delay, From: 0, To: 1, Number: 3, Time: 250 * time.Millisecond},
	{Kind: chaos.Duplicate, From: 1, To: 0, Number: 1, Time: 0},
	{Kind: chaos.Flip, From: 0, To: 1, Number: 3, Value: 17},
	{Kind: chaos.Swap, From: 0, To: 1, Number: 3, Value: 2, Other: 5},
	{Kind: chaos.Truncate, From: 0, To: 1, Number: 3, Value: 7},
	{Kind: chaos.Inject, From: 0, To: 249, Number: 3, Bytes: "a;#\"\xff\n"},
	{Kind: chaos.Reset, From: 0, To: 1, Number: 3},
	{Kind: chaos.Cut, From: 0, To: 1, Time: 10 * time.Millisecond, Until: 20 * time.Millisecond},
	{Kind: chaos.Cut, From: 1, To: 0, Time: time.Second},
	{Kind: chaos.Bandwidth, From: 0, To: 1, Value: 100_000},
	{Kind: chaos.Queue, From: 0, To: 1, Value: 16},
}

func TestPlanText(t *testing.T) {
	const text = `drop 0>1 3
delay 0>1 3 250ms
duplicate 1>0 1 0s
flip 0>1 3 17
swap 0>1 3 2 5
truncate 0>1 3 7
inject 0>249 3 "a;#\"\xff\n"
reset 0>1 3
cut 0>1 10ms..20ms
cut 1>0 1s
bandwidth 0>1 100000
queue 0>1 16
`
	if got := everything.String(); got != text {
		t.Errorf("String:\n%swant:\n%s", got, text)
	}
	for _, spelled := range []string{text, everything.Inline(), "# a comment\n\n" + strings.ReplaceAll(text, "\n", " # why\r\n;")} {
		plan, err := chaos.Parse(spelled)
		if err != nil || !reflect.DeepEqual(plan, everything) {
			t.Errorf("Parse(%q) = %v, %v", spelled, plan, err)
		}
	}
	if plan, err := chaos.Parse(" \n#\n;;"); plan != nil || err != nil || chaos.Plan(nil).String() != "" {
		t.Errorf("the empty plan is %v, %v", plan, err)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"lose 0>1 3":                           `1:1: unknown fault "lose"`,
		"drop 0>1 3; drop 0-1":                 `1:18: channel "0-1"`,
		"drop 0>1\n drop 0>300 1":              `1:9: "": want a number`,
		"\n drop 0>300 1":                      `2:7: process "300": want a number from 0 to 249`,
		"drop 0>1 0":                           `1:10: packet 0: they count from 1`,
		"drop 0>0 1":                           `1:10: from 0 to 0`,
		"drop 0>1 1 2":                         `1:12: unexpected "2"`,
		"delay 0>1 1 x":                        `1:13: "x": want a time`,
		"delay 0>1 1 -1s":                      `1:13: time: want 0 to 1h`,
		"flip 0>1 1 -1":                        `1:12: "-1": want a number`,
		"swap 0>1 1 1":                         `1:13: "": want a number`,
		"inject 0>1 1 x":                       `1:14: want a message or packet quoted`,
		"cut 0>1 20ms..10ms":                   `1:9: from 20ms until 10ms`,
		"cut 0>1 20ms..0s":                     `1:9: a cut until 0s`,
		"bandwidth 0>1 0":                      `1:15: bandwidth 0`,
		"queue 0>1 99999999999999999999":       `1:11: "99999999999999999999"`,
		`inject 0>1 1 "` + big + `" # too big`: `1:14: a packet of 70000 bytes`,
	} {
		_, err := chaos.Parse(text)
		var syntax *items.SyntaxError
		if !errors.As(err, &syntax) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%.40q): %v, want %s", text, err, want)
		}
	}
}

var big = strings.Repeat("x", 70_000)

func FuzzParse(f *testing.F) {
	for _, fault := range everything {
		f.Add(fault.String())
	}
	f.Add(everything.Inline())
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := chaos.Parse(text)
		if err != nil {
			return
		}
		if err := plan.Check(); err != nil {
			t.Fatalf("Parse accepts what Check does not: %v", err)
		}
		for _, spelled := range []string{plan.String(), plan.Inline()} {
			again, err := chaos.Parse(spelled)
			if err != nil || !reflect.DeepEqual(again, plan) {
				t.Fatalf("%q is read as %v, %v", spelled, again, err)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	for _, f := range []chaos.Fault{
		{},
		{Kind: chaos.Drop, From: 0, To: 1},
		{Kind: chaos.Drop, From: -1, To: 1, Number: 1},
		{Kind: chaos.Delay, From: 0, To: 1, Number: 1, Time: -1},
		{Kind: chaos.Flip, From: 0, To: 1, Number: 1, Value: -1},
		{Kind: chaos.Bandwidth, From: 0, To: 1},
		{Kind: chaos.Kind(99), From: 0, To: 1, Number: 1},
	} {
		if (chaos.Plan{f}).Check() == nil {
			t.Errorf("Check accepts %v", f)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New accepts %v", f)
				}
			}()
			chaos.New(chaos.Plan{f})
		}()
	}
	if err := everything.Check(); err != nil {
		t.Error(err)
	}
}
