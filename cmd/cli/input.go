package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"fairloss/checker/world"
	"fairloss/histories"
)

const (
	standardInput = "-"
	maxSchedule   = 16 << 20 // bytes of a schedule file
)

// open opens a file, or standard input.
func (s *session) open(file string) (io.ReadCloser, error) {
	if file == standardInput {
		return io.NopCloser(s.in), nil
	}
	return os.Open(file)
}

// at puts the name of the file before an error about what is in it.
func at(file string, err error) error {
	if file == standardInput {
		file = "standard input"
	}
	var history *histories.Error
	var schedule *world.SyntaxError
	switch {
	case errors.As(err, &history):
		return fmt.Errorf("%s:%d:%d: %s", file, history.Line, history.Column, history.Msg)
	case errors.As(err, &schedule):
		return fmt.Errorf("%s:%d:%d: %s", file, schedule.Line, schedule.Column, schedule.Text)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// schedule reads a schedule.
func schedule(r io.Reader) (world.Schedule, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSchedule+1))
	if err != nil {
		return world.Schedule{}, err
	}
	if len(text) > maxSchedule {
		return world.Schedule{}, fmt.Errorf("longer than %d bytes", maxSchedule)
	}
	return world.Parse(string(text))
}
