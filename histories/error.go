package histories

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a file, and where.
type Error struct {
	Line, Column int // from 1; columns count bytes
	Msg          string
}

// Error returns "line 3, column 14: unknown event "sent"".
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

// flaw is something wrong with the value of a key.
type flaw struct{ key, msg string }

func flawf(key, format string, args ...any) *flaw {
	return &flaw{key, fmt.Sprintf(format, args...)}
}

// at places the flaw in the line it was found in: at its key, or at the start
// of the line where that does not have the key.
func (f *flaw) at(line []byte) *Error {
	for key, column := range keys(line) {
		if string(key) == f.key {
			return &Error{Column: column, Msg: f.msg}
		}
	}
	return &Error{Column: 1, Msg: f.msg}
}

// unmarshal reads one line of JSON into the struct that v points to. It lets
// unknown keys pass.
func unmarshal(line []byte, v any) *Error {
	if column := invalidUTF8(line); column > 0 {
		return &Error{Column: column, Msg: "not valid UTF-8"}
	}
	err := json.Unmarshal(line, v)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(line)) && strings.HasPrefix(err.Error(), "unexpected end"):
		return &Error{Column: len(line) + 1, Msg: "truncated line"}
	case errors.As(err, &syntax):
		return &Error{Column: int(syntax.Offset), Msg: err.Error()}
	case errors.As(err, &wrong) && wrong.Field == "":
		return &Error{Column: 1, Msg: "got " + wrong.Value + ", want an object"}
	case errors.As(err, &wrong):
		key, _, _ := strings.Cut(wrong.Field, ".")
		return flawf(key, "%s: got %s, want %s", key, wrong.Value, noun(wrong.Type)).at(line)
	}
	return &Error{Column: 1, Msg: err.Error()}
}

func noun(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Map:
		return "an object"
	case reflect.Slice:
		return "a list of strings"
	case reflect.Uint64:
		return "an integer from 0 to 18446744073709551615"
	}
	return "an integer"
}

// invalidUTF8 returns the column of the first byte that is not UTF-8, or 0.
func invalidUTF8(line []byte) int {
	if utf8.Valid(line) {
		return 0
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size == 1 {
			return i + 1
		}
		i += size
	}
}
