package spec

import (
	"slices"
	"testing"
)

func TestParseChannel(t *testing.T) {
	for _, c := range Channels(4) {
		if got, err := ParseChannel(c.String()); err != nil || got != c {
			t.Errorf("%v parses back as %v, %v", c, got, err)
		}
		if c.Reverse().Reverse() != c || c.Reverse() == c {
			t.Errorf("the reverse of %v is %v", c, c.Reverse())
		}
	}
	for text, want := range map[string]string{
		"": "want two processes, as 0>1", "1": "want two processes, as 0>1", "0>": "want two processes, as 0>1",
		"0>01": "want two processes, as 0>1", "256>0": "want two processes, as 0>1", "2>2": "a process does not send to itself",
	} {
		if _, err := ParseChannel(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestChannels(t *testing.T) {
	if got := Channels(3); !slices.Equal(got, []Channel{{0, 1}, {0, 2}, {1, 0}, {1, 2}, {2, 0}, {2, 1}}) || !slices.IsSortedFunc(got, Channel.Compare) {
		t.Errorf("among three: %v", got)
	}
	if got := Channels(1); got != nil {
		t.Errorf("among one: %v", got)
	}
}
