package items_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"fairloss/checker/items"
)

// TestRead reads items that are a word, a number of quoted texts and perhaps
// the word last.
func TestRead(t *testing.T) {
	var got []string
	read := func(i *items.Item) error {
		word := i.Word()
		if word == "bad" {
			return errors.New("a bad word")
		}
		for !i.Take("last") && !i.End() {
			text, err := i.Value()
			if err != nil {
				return err
			}
			word += fmt.Sprintf(" %q", text)
		}
		got = append(got, word)
		return nil
	}
	text := "a \"x;#\\n\" y # a comment; b\n\n;; \tb last;c \"\"\r\n"
	if err := items.Read(text, read); err != nil {
		t.Fatal(err)
	}
	if want := []string{`a "x;#\n" "y"`, "b", `c ""`}; !reflect.DeepEqual(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	for text, want := range map[string]string{
		"a\n  bad":        "2:3: a bad word",
		"a last b":        `1:8: unexpected "b" after the end of the action`,
		"a; b \"x":        `1:6: want a message or packet quoted as in Go, found "\"x"`,
		"a \"\xff\"":      "1:3: a quoted text must be valid UTF-8; write other bytes as \\x and two hex digits",
		"a x last last x": `1:10: unexpected "last x" after the end of the action`,
	} {
		var syntax *items.SyntaxError
		if err := items.Read(text, read); !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("Read(%q): %v, want %s", text, err, want)
		}
	}
}

// TestNumbers reads processes and channels.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"0>1 2": "0 1 2", "0>9 9": `process "9": want a number from 0 to 8`, "1>08 1": `process "08": want a number from 0 to 8`,
		"01 1": `channel "01": want two processes, as 0>1`, "-1>0 1": `process "-1": want a number from 0 to 8`, "0>1": `process "": want a number from 0 to 8`,
	} {
		var got string
		err := items.Read(text, func(i *items.Item) error {
			from, to, err := i.Channel(9)
			if err != nil {
				return err
			}
			p, err := i.Process(9)
			got = fmt.Sprint(from, to, p)
			return err
		})
		var syntax *items.SyntaxError
		if errors.As(err, &syntax) {
			got = syntax.Text
		}
		if got != want {
			t.Errorf("%q is read as %s, want %s", text, got, want)
		}
	}
}
