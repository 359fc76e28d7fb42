package transport_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/items"
	"fairloss/checker/transport"
	"fairloss/spec"
)

func TestScheduleText(t *testing.T) {
	const text = `seed 7
send 0>1 "a;b"
send 0>1 "" 5ms
send 0>1 "alpha"*600 1s
drop 0>1 3
`
	want := transport.Schedule{
		Seed:  7,
		Sends: []transport.Send{{"a;b", 0}, {"", 5 * time.Millisecond}, {spec.Message(strings.Repeat("alpha", 600)), time.Second}},
		Plan:  chaos.Plan{{Kind: chaos.Drop, From: 0, To: 1, Number: 3}},
	}
	if got := want.String(); got != text {
		t.Errorf("String:\n%swant:\n%s", got, text)
	}
	for _, spelled := range []string{text, want.Inline(), "# why\n" + text + ";;"} {
		if s, err := transport.Parse(spelled); err != nil || !reflect.DeepEqual(s, want) {
			t.Errorf("Parse(%q) = %v, %v", spelled, s, err)
		}
	}
	if want.Len() != 4 {
		t.Errorf("length %d", want.Len())
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		`send 1>0 "a"`:                        `1:6: send 1>0: messages go from 0 to 1`,
		`send 0>1 a`:                          `1:10: want a message or packet quoted`,
		`send 0>1 "a" soon`:                   `1:14: "soon": want a time`,
		`send 0>1 "a" -1s`:                    `1:14: "-1s": want a time`,
		`send 0>1 "a"*0`:                      `1:13: "*0": want a number`,
		`send 0>1 "a"*99999999`:               `1:13: "*99999999": want a number`,
		`send 0>1 "aa"*9223372036854775807`:   `1:14: "*9223372036854775807": want a number`,
		`send 0>1 "aaaa"*4611686018427387904`: `1:16: "*4611686018427387904": want a number`,
		`send 0>1 "a" 1s 2s`:                  `1:17: unexpected "2s"`,
		`seed x`:                              `1:6: seed "x": want one number`,
		"seed 1\nseed 2":                      `2:6: seed "2": want one number`,
		`send 0>1 "a"; lose 0>1 "a"`:          `1:15: unknown fault "lose"`,
	} {
		_, err := transport.Parse(text)
		var syntax *items.SyntaxError
		if !errors.As(err, &syntax) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want %s", text, err, want)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add(`seed 7; send 0>1 "a;b"; send 0>1 "" 5ms; send 0>1 "alpha"*600 1s; drop 0>1 3`)
	f.Add(`send 0>1 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := transport.Parse(text)
		if err != nil {
			return
		}
		for _, spelled := range []string{s.String(), s.Inline()} {
			if again, err := transport.Parse(spelled); err != nil || !reflect.DeepEqual(again, s) {
				t.Fatalf("%q is read as %v, %v", spelled, again, err)
			}
		}
	})
}

// TestDraw draws schedules, and finds that they can be written down, keep to
// what a claim withstands, and are calm where every choice is 0.
func TestDraw(t *testing.T) {
	tr := transport.Transport{Faults: spec.Loss | spec.Corruption}
	lossy := map[chaos.Kind]bool{chaos.Drop: true, chaos.Queue: true, chaos.Flip: true, chaos.Swap: true, chaos.Truncate: true}
	seen := map[chaos.Kind]bool{}
	for stream := range uint64(2000) {
		s := tr.Draw(transport.Seeded(1, stream))
		if again, err := transport.Parse(s.Inline()); err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%s is read as %v, %v", s.Inline(), again, err)
		}
		for _, f := range s.Plan {
			seen[f.Kind] = true
		}
	}
	if !reflect.DeepEqual(seen, lossy) {
		t.Errorf("drawn for loss and corruption: %v", seen)
	}
	if s := (transport.Transport{}).Draw(simplest{}); s.String() != "send 0>1 \"alpha\"\n" {
		t.Errorf("the simplest schedule is %q", s.String())
	}
}

type simplest struct{}

func (simplest) Intn(int) int { return 0 }
