package spec

import (
	"testing"
	"time"
)

func same(p, q Property) bool {
	return p.ID == q.ID && p.Sentence == q.Sentence && p.Parameters == q.Parameters && p.Slack == q.Slack
}

func TestParsePropertyReadsWhatStringWrites(t *testing.T) {
	all := append(AllProperties(), Bounded(0, 1<<30), Amplification(0, 0, 0), EventualAccuracy(1500*time.Microsecond), Quiescence(""), Quiescence("\"é\xff"))
	for _, p := range all {
		got, err := ParseProperty(p.String())
		if err != nil || !same(got, p) {
			t.Errorf("ParseProperty(%q) = %v, %v", p, got, err)
		}
	}
	if got, want := Bounded(2, 3).String(), "BND(window=2,buffer=3)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParsePropertyErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "column 1: want the ID of a property"},
		{" PL1", "column 1: want the ID of a property"},
		{"PL1,PL2", "column 4: want the ID of a property, or ("},
		{"a\nb", "column 2: want the ID of a property, or ("},
		{"PL1(x=1)", "column 4: want the end: PL1 has no parameters"},
		{"BND", "column 4: want BND with window=…"},
		{"BND(", "column 5: want a parameter, as window=2"},
		{"BND()", "column 5: want a parameter, as window=2"},
		{"BND(window=2", "column 13: want a comma, or ) at the end"},
		{"BND(window=2)", "column 13: want BND with buffer=…"},
		{"BND(window=,buffer=3)", "column 12: want a value"},
		{"BND(window=2,buffer=x)", "column 21: want a number from 0 on"},
		{"BND(window=-1,buffer=3)", "column 12: want a number from 0 on"},
		{"BND(buffer=3,window=2)", "column 5: want BND with window=…"},
		{"BND(window=2,buffer=3,more=4)", "column 23: want no more parameters of BND"},
		{"BND(window=2,buffer=3) ", "column 22: want a comma, or ) at the end"},
		{"EFD2(after=8)", "column 12: want a duration from 0s on, as 10ms"},
		{"EFD2(after=-8s)", "column 12: want a duration from 0s on, as 10ms"},
		{"QUI(heartbeat=H)", `column 15: want a quoted text, as "H"`},
		{`QUI(heartbeat="")`, `column 15: want a quoted text, as "H"`},
		{`QUI(beat="H")`, "column 5: want no more parameters of QUI"},
		{"OWN", `unknown property "OWN"`},
		{`OWN(text="a, (b)",n=1)`, `unknown property "OWN"`},
		{`OWN(text="a)`, "column 10: want a value"},
	}
	for _, tt := range tests {
		if _, err := ParseProperty(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func FuzzParseProperty(f *testing.F) {
	for _, p := range AllProperties() {
		f.Add(p.String())
	}
	f.Add(`OWN(text="a, (b)",n=1)`)
	f.Add("BND(window=007,buffer=")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProperty(text)
		if err != nil {
			return
		}
		if again, err := ParseProperty(p.String()); err != nil || !same(again, p) {
			t.Errorf("%q is read as %v, which is read as %v, %v", text, p, again, err)
		}
	})
}
