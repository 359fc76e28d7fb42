package histories

import (
	"bufio"
	"fmt"
	"io"

	"fairloss/spec"
)

// maxLine is the length of the longest line, without its newline.
const maxLine = 1 << 20

// Writer writes one history. Errors are sticky: after the first, nothing is
// written, and every call returns it. It is not safe for concurrent use; a
// Recorder makes it so.
type Writer struct {
	out    *bufio.Writer
	audit  audit
	line   []byte
	events int
	err    error
}

// NewWriter returns a Writer of a history with that header. What is wrong with
// the header is returned by the next call.
func NewWriter(w io.Writer, h Header) *Writer {
	hw := &Writer{out: bufio.NewWriterSize(w, 1<<16), audit: newAudit(h)}
	if f := h.check(); f != nil {
		hw.err = fmt.Errorf("header: %s", f.msg)
		return hw
	}
	line, err := h.encode()
	if err != nil {
		hw.err = fmt.Errorf("header: %w", err)
		return hw
	}
	if len(line) > maxLine {
		hw.err = fmt.Errorf("header: longer than %d bytes", maxLine)
		return hw
	}
	_, hw.err = hw.out.Write(append(line, '\n'))
	return hw
}

// Write appends an event. An event that a Reader would refuse is an error: one
// with fields that its kind does not name, with an At before that of the event
// before, with a process outside the header's range, an Accept without its
// Send, or one longer than a mebibyte.
func (w *Writer) Write(e spec.Event) error {
	if w.err != nil {
		return w.err
	}
	if _, known := shapes[e.Kind]; !known {
		return w.refuse("unknown " + e.Kind.String())
	}
	if f := misshapen(e.Kind, setKeys(e)); f != nil {
		return w.refuse(f.msg)
	}
	if f := w.audit.check(e); f != nil {
		return w.refuse(f.msg)
	}
	w.line = append(appendEvent(w.line[:0], e), '\n')
	if len(w.line)-1 > maxLine {
		return w.refuse(fmt.Sprintf("its line is longer than %d bytes", maxLine))
	}
	w.events++
	_, w.err = w.out.Write(w.line)
	return w.err
}

func (w *Writer) refuse(msg string) error {
	w.err = fmt.Errorf("event %d: %s", w.events, msg)
	return w.err
}

// Close writes what is buffered and returns the first error of all calls. It
// does not close the underlying writer.
func (w *Writer) Close() error {
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

// WriteAll writes a whole history; ReadAll reads it back. The error is that of
// the first event that a Reader would refuse, or from w.
func WriteAll(w io.Writer, h Header, events []spec.Event) error {
	hw := NewWriter(w, h)
	for _, e := range events {
		if hw.Write(e) != nil {
			break
		}
	}
	return hw.Close()
}
