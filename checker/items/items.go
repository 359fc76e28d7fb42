// Package items reads the text of schedules and plans: items of words and
// quoted texts, one on a line or several between semicolons, with comments from
// # on. What the words mean is for its users to say.
//
// Use it to add to what schedule files may hold. Whoever wants to read one
// calls fairloss/checker/world.Parse or fairloss/checker/chaos.Parse.
package items

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError is a text that cannot be read. Line and Column count from 1; the
// column counts bytes.
type SyntaxError struct {
	Line, Column int
	Text         string
}

// Error returns "line:column: text".
func (e *SyntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Text) }

// Read hands each item of a text that is not empty to read, which must read all
// of it. An error of read becomes a *SyntaxError at the word that was read last.
func Read(text string, read func(*Item) error) error {
	for number, line := range strings.Split(text, "\n") {
		item := Item{line: line}
		for {
			if err := item.whole(read); err != nil {
				return &SyntaxError{number + 1, item.start + 1, err.Error()}
			}
			if item.last() {
				break
			}
		}
	}
	return nil
}

// Item is a position in one item of a text.
type Item struct {
	line  string
	at    int
	start int // of the word read last
}

func (i *Item) whole(read func(*Item) error) error {
	if i.End() {
		return nil
	}
	if err := read(i); err != nil {
		return err
	}
	if !i.End() {
		return fmt.Errorf("unexpected %q after the end of the action", i.line[i.at:])
	}
	return nil
}

// last skips a separator and reports whether the line has ended.
func (i *Item) last() bool {
	if i.at == len(i.line) || i.line[i.at] == '#' {
		return true
	}
	i.at++
	return false
}

func (i *Item) blank() {
	for i.at < len(i.line) && (i.line[i.at] == ' ' || i.line[i.at] == '\t' || i.line[i.at] == '\r') {
		i.at++
	}
	i.start = i.at
}

// End reports whether nothing is left of the item.
func (i *Item) End() bool {
	i.blank()
	return i.at == len(i.line) || i.line[i.at] == ';' || i.line[i.at] == '#'
}

// Word reads up to the next blank or separator; "" where nothing is left.
func (i *Item) Word() string {
	i.blank()
	for i.at < len(i.line) && !strings.ContainsRune(" \t\r;#", rune(i.line[i.at])) {
		i.at++
	}
	return i.line[i.start:i.at]
}

// Take reads the next word if it is this one, and reports whether it was.
func (i *Item) Take(word string) bool {
	at := i.at
	if i.End() || i.Word() != word {
		i.at = at
		return false
	}
	return true
}

// Quoted reads a text that is quoted as in Go.
func (i *Item) Quoted() (string, error) {
	i.blank()
	quoted, err := strconv.QuotedPrefix(i.line[i.at:])
	if err != nil || quoted[0] == '\'' {
		rest := i.line[i.at:]
		if len(rest) > 20 {
			rest = strings.ToValidUTF8(rest[:20], "")
		}
		return "", fmt.Errorf("want a message or packet quoted as in Go, found %q", rest)
	}
	i.at += len(quoted)
	text, err := strconv.Unquote(quoted)
	if err == nil && !utf8.ValidString(quoted) {
		err = fmt.Errorf("a quoted text must be valid UTF-8; write other bytes as \\x and two hex digits")
	}
	return text, err
}

// Value reads a word, or a quoted text that is not one word.
func (i *Item) Value() (string, error) {
	if i.blank(); i.at < len(i.line) && i.line[i.at] == '"' {
		return i.Quoted()
	}
	return i.Word(), nil
}

// Channel reads two processes, as 0>1, each from 0 to limit-1.
func (i *Item) Channel(limit int) (from, to int, err error) {
	ends := i.Word()
	first, second, ok := strings.Cut(ends, ">")
	if !ok {
		return 0, 0, fmt.Errorf("channel %q: want two processes, as 0>1", ends)
	}
	if from, err = process(first, limit); err == nil {
		to, err = process(second, limit)
	}
	return from, to, err
}

// Process reads a process from 0 to limit-1.
func (i *Item) Process(limit int) (int, error) { return process(i.Word(), limit) }

func process(word string, limit int) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n >= limit || strconv.Itoa(n) != word {
		return 0, fmt.Errorf("process %q: want a number from 0 to %d", word, limit-1)
	}
	return n, nil
}
