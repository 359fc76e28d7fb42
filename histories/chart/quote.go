package chart

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// quoter turns any text into printable ASCII. It is the number of bytes that
// are looked at: each of them takes a column at least, so that what is beyond
// it could never be seen.
type quoter int

// bytes quotes s.
func (q quoter) bytes(s string) string { return strconv.QuoteToASCII(q.cut(s)) }

// plain returns s as it is where it is printable ASCII, and quoted where not.
func (q quoter) plain(s string) string {
	s = q.cut(s)
	for _, r := range s {
		if r < ' ' || r > '~' {
			return strconv.QuoteToASCII(s)
		}
	}
	return s
}

func (q quoter) cut(s string) string { return s[:min(len(s), int(q))] }

// columns is the width of printable ASCII and "…".
func columns(s string) int { return utf8.RuneCountInString(s) }

// clip shortens s to the width, with "…" for what is left out. It does not
// leave half an escape sequence. A width below 1 leaves nothing.
func clip(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	runes := []rune(s)
	short := string(runes[:width-1])
	if i := strings.LastIndexByte(short, '\\'); i >= 0 && len(short)-i < escapeLength(short[i:]) {
		short = short[:i]
	}
	return short + "…"
}

// escapeLength is the length of an escape sequence of strconv.QuoteToASCII, of
// which s is a beginning.
func escapeLength(s string) int {
	if len(s) < 2 {
		return 2
	}
	switch s[1] {
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}

// pad fills s with spaces up to the width: on the right, or on the left where
// the width is negative.
func pad(s string, width int) string {
	if width < 0 {
		return strings.Repeat(" ", max(0, -width-columns(s))) + s
	}
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}
