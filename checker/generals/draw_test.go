package generals

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"fairloss/spec"
)

// TestDraw draws what testdata asks for. Run with -rewrite to draw anew, and
// read the difference.
func TestDraw(t *testing.T) {
	datadriven.RunTest(t, "testdata/handshakes.txt", func(t *testing.T, d *datadriven.TestData) string {
		var messages, enough int
		d.ScanArgs(t, "messages", &messages)
		var out strings.Builder
		switch d.Cmd {
		case "refute":
			d.ScanArgs(t, "enough", &enough)
			f, err := Refute(Handshake(messages, enough))
			if err != nil {
				return err.Error()
			}
			if err := f.Draw(&out); err != nil {
				t.Fatal(err)
			}
		case "knowledge":
			if err := drawKnowledge(&out, messages); err != nil {
				return err.Error()
			}
		}
		narrow(t, out.String())
		return out.String()
	})
}

// drawKnowledge says of each handshake, up to that of so many messages, what is
// known of the order where nothing was lost.
func drawKnowledge(out *strings.Builder, most int) error {
	for messages := 1; messages <= most; messages++ {
		s, err := AllRuns(Handshake(messages, 1))
		if err != nil {
			return err
		}
		free, err := LossFreeRuns(Handshake(messages, 1))
		if err != nil {
			return err
		}
		depth, common := s.Depth(s.Order(), 0)
		_, at := free.Depth(free.Order(), 0)
		fmt.Fprintf(out, "%d: %d runs, E^%d, common %t; without loss %d runs, common %t\n",
			messages, len(s.Runs), depth, common, len(free.Runs), at)
	}
	return nil
}

func narrow(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); len(line) > 64 {
			t.Errorf("%q has %d columns", line, len(line))
		}
	}
}

// Long chains and long messages fit too.
func TestDrawIsNarrow(t *testing.T) {
	long := Handshake(1, 1)
	long.A = func(bool) General { return &orator{} }
	for _, p := range []Protocol{Handshake(1024, 1000), Handshake(14, 1), Handshake(15, 1), long} {
		f, err := Refute(p)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := f.Draw(&out); err != nil {
			t.Fatal(err)
		}
		narrow(t, out.String())
		if err := f.Draw(full{}); err == nil {
			t.Error("a full disk is not an error")
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// orator is a general who says much.
type orator struct{ shaker }

func (*orator) Send(round int) []spec.Message {
	if round > 1 {
		return nil
	}
	return []spec.Message{spec.Message(strings.Repeat("attack\x00", 50))}
}
