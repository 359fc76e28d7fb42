package cli

import (
	"slices"
	"strings"
	"testing"
)

func TestChannels(t *testing.T) {
	for text, want := range map[string]channels{
		"0>1":          {{From: 0, To: 1}},
		"0>1,1>0,2>1":  {{From: 0, To: 1}, {From: 1, To: 0}, {From: 2, To: 1}},
		"14>3,14>3":    {{From: 14, To: 3}, {From: 14, To: 3}},
		"255>0,0>1,1>": nil,
	} {
		var c channels
		if err := c.Set(text); !slices.Equal(c, want) || (err == nil) != (want != nil) {
			t.Errorf("%q is %v, %v, want %v", text, c, err, want)
		}
	}
	for text, want := range map[string]string{
		"":          `column 1: channel "": want two processes, as 0>1`,
		"0>1,1-0":   `column 5: channel "1-0": want two processes, as 0>1`,
		"0>1, 1>0":  `column 5: channel " 1>0": want two processes, as 0>1`,
		"10>1,2>01": `column 6: channel "2>01": want two processes, as 0>1`,
		"0>1>2":     `column 1: channel "0>1>2": want two processes, as 0>1`,
		"-1>0":      `column 1: channel "-1>0": want two processes, as 0>1`,
		"256>0":     `column 1: channel "256>0": want two processes, as 0>1`,
		"0>1,2>2":   `column 5: channel "2>2": a process does not send to itself`,
		"0>1,":      `column 5: channel "": want two processes, as 0>1`,
	} {
		c := channels{{From: 0, To: 1}}
		if err := c.Set(text); err == nil || err.Error() != want || !slices.Equal(c, channels{{From: 0, To: 1}}) {
			t.Errorf("%q is %v, %v, want %s", text, c, err, want)
		}
	}
}

// FuzzChannels demands that what is read as channels prints as it was written.
func FuzzChannels(f *testing.F) {
	f.Add("0>1,1>0,2>1")
	f.Add("0>1,,")
	f.Add("00>1")
	f.Fuzz(func(t *testing.T, text string) {
		var c channels
		err := c.Set(text)
		if err == nil && (c.String() != text || len(c) != strings.Count(text, ",")+1) {
			t.Errorf("%q is %d channels: %s", text, len(c), c.String())
		}
		if err != nil && c != nil {
			t.Errorf("%q is %s, and %v", text, c.String(), err)
		}
	})
}
