package histories

import (
	"fmt"
	"iter"
)

// keys yields the keys of the outermost object of a line of valid JSON, as
// they are spelled there, each with its column. Package json alone would fold
// their case, let the last of two win, and not say where they stand.
func keys(line []byte) iter.Seq2[[]byte, int] {
	return func(yield func([]byte, int) bool) {
		depth, start, end := 0, 0, 0
		for i := 0; i < len(line); i++ {
			switch line[i] {
			case '"':
				start, end = i, closingQuote(line, i)
				i = end
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			case ':':
				if depth == 1 && !yield(line[start+1:end], start+1) {
					return
				}
			}
		}
	}
}

// closingQuote returns the index of the quote that closes the one at open.
func closingQuote(line []byte, open int) int {
	for i := open + 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(line)
}

// keyTable gives each of the keys that an object may have a bit.
type keyTable map[string]fields

// fields is a set of keys.
type fields uint16

func keySet(names ...string) keyTable {
	t := keyTable{}
	for i, name := range names {
		t[name] = 1 << i
	}
	return t
}

// scan returns the keys of a line of valid JSON. A key that is unknown, or
// there twice, is an error.
func (t keyTable) scan(line []byte) (fields, *Error) {
	var seen fields
	for key, column := range keys(line) {
		bit := t[string(key)]
		switch {
		case bit == 0:
			return 0, &Error{Column: column, Msg: fmt.Sprintf("unknown key %q", key)}
		case seen&bit != 0:
			return 0, &Error{Column: column, Msg: fmt.Sprintf("key %q is there twice", key)}
		}
		seen |= bit
	}
	return seen, nil
}
