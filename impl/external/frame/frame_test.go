package frame_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"fairloss/impl/external/frame"
	"fairloss/spec"
)

func TestRoundTrip(t *testing.T) {
	var stream bytes.Buffer
	messages := []spec.Message{"", "a", "alpha", spec.Message(strings.Repeat("b", 1<<16-1))}
	for _, m := range messages {
		if err := frame.Write(&stream, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range messages {
		if got, err := frame.Read(&stream); err != nil || got != want {
			t.Errorf("got %.20q, %v, want %.20q", got, err, want)
		}
	}
	if _, err := frame.Read(&stream); err != io.EOF {
		t.Errorf("got %v at the end, want %v", err, io.EOF)
	}
}

func TestWriteTooMuch(t *testing.T) {
	if err := frame.Write(io.Discard, spec.Message(strings.Repeat("b", 1<<16))); err == nil {
		t.Error("got no error")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x00\x05alpha"))
	f.Add([]byte("\x00\x05alph"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		m, err := frame.Read(r)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := frame.Write(&again, m); err != nil || !bytes.Equal(again.Bytes(), stream[:len(stream)-r.Len()]) {
			t.Errorf("%q reads as %q, which is written as %q, %v", stream, m, again.Bytes(), err)
		}
	})
}
