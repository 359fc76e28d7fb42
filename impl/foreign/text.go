package foreign

import (
	"encoding/json"
	"fmt"
)

// text is bytes as a JSON string of which each character, U+0000 to U+00FF, is
// one byte: all bytes survive, and what is ASCII can be read.
type text string

const hexDigits = "0123456789abcdef"

// appendText appends s as a JSON string in ASCII. The only escapes are \", \\
// and \u00XX.
func appendText[T ~string](b []byte, s T) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c >= 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// MarshalJSON is the inverse of UnmarshalJSON.
func (t text) MarshalJSON() ([]byte, error) { return appendText(nil, t), nil }

// UnmarshalJSON reads any JSON string of which each character is one byte.
func (t *text) UnmarshalJSON(quoted []byte) error {
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return err
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return fmt.Errorf("the string %s has the character %U, which is no byte (write each byte as one character, U+0000 to U+00FF)", brief(string(quoted)), r)
		}
		b = append(b, byte(r))
	}
	*t = text(b)
	return nil
}

// maxQuoted bounds how much of a line is quoted.
const maxQuoted = 200

// brief is a line, or what begins it.
func brief(line string) string {
	if len(line) > maxQuoted {
		return fmt.Sprintf("%s… (%d bytes)", line[:maxQuoted], len(line))
	}
	return line
}
