package histories

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"fairloss/spec"
)

// Reader reads one history, an event at a time.
type Reader struct {
	Header Header
	lines  *bufio.Scanner
	audit  audit
	line   int
}

// NewReader reads the header of a history. An error about the input, here and
// in Events, is an *Error; any other is from r.
func NewReader(r io.Reader) (*Reader, error) {
	hr := &Reader{lines: bufio.NewScanner(r)}
	hr.lines.Buffer(nil, maxLine+2)
	line, err := hr.next()
	if errors.Is(err, io.EOF) {
		return nil, &Error{Line: 1, Column: 1, Msg: "missing header: the file is empty"}
	}
	if err != nil {
		return nil, err
	}
	h, flawed := decodeHeader(line)
	if flawed != nil {
		return nil, hr.place(flawed)
	}
	hr.Header, hr.audit = h, newAudit(h)
	return hr, nil
}

// Events yields the events that have not been read yet. It ends after the
// first error, which it yields with a zero event.
func (r *Reader) Events() iter.Seq2[spec.Event, error] {
	return func(yield func(spec.Event, error) bool) {
		for {
			e, err := r.event()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (r *Reader) event() (spec.Event, error) {
	line, err := r.next()
	if err != nil {
		return spec.Event{}, err
	}
	e, flawed := decodeEvent(line)
	if flawed != nil {
		return spec.Event{}, r.place(flawed)
	}
	if f := r.audit.check(e); f != nil {
		return spec.Event{}, r.place(f.at(line))
	}
	return e, nil
}

// next returns the next line, which is valid until the next call, or io.EOF.
func (r *Reader) next() ([]byte, error) {
	r.line++
	more := r.lines.Scan()
	line, err := r.lines.Bytes(), r.lines.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong) || len(line) > maxLine:
		return nil, &Error{Line: r.line, Column: maxLine + 1, Msg: fmt.Sprintf("line is longer than %d bytes", maxLine)}
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", r.line, err)
	case !more:
		return nil, io.EOF
	case len(line) == 0:
		return nil, &Error{Line: r.line, Column: 1, Msg: "empty line"}
	}
	return line, nil
}

func (r *Reader) place(e *Error) error {
	e.Line = r.line
	return e
}

// ReadAll reads a whole history into memory. On an error it returns what came
// before it.
func ReadAll(r io.Reader) (Header, []spec.Event, error) {
	hr, err := NewReader(r)
	if err != nil {
		return Header{}, nil, err
	}
	var events []spec.Event
	for e, err := range hr.Events() {
		if err != nil {
			return hr.Header, events, err
		}
		events = append(events, e)
	}
	return hr.Header, slices.Clip(events), nil
}
