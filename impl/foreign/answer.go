package foreign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

// maxTimer bounds the numbers of timers: a JSON number is exact up to it
// everywhere.
const maxTimer = 1<<53 - 1

// maxMilliseconds bounds timers: some thirty years.
const maxMilliseconds = 1e12

// answer is what the program answers to an event.
type answer struct {
	N       *int            `json:"n"`
	Effects *[]effect       `json:"effects"`
	Key     *text           `json:"key"`
	Ready   *[]spec.Process `json:"ready"`
	Held    *int            `json:"held"`
}

// effect is what the program wants done.
type effect struct {
	Do         string        `json:"do"`
	To         *spec.Process `json:"to"`
	From       *spec.Process `json:"from"`
	Packet     *text         `json:"packet"`
	Message    *text         `json:"message"`
	Timer      *impl.TimerID `json:"timer"`
	AtLeast    *float64      `json:"at_least_ms"`
	AtMost     *float64      `json:"at_most_ms"`
	Stable     *text         `json:"stable"`
	Deliveries *[]delivery   `json:"deliveries"`
}

type delivery struct {
	From    *spec.Process `json:"from"`
	Message *text         `json:"message"`
}

// effectKinds are the effects, and the fields that each has.
var effectKinds = map[string][]string{
	"transmit":    {"to", "packet"},
	"deliver":     {"from", "message"},
	"confirm":     {"to", "message"},
	"settimer":    {"timer", "at_least_ms", "at_most_ms"},
	"canceltimer": {"timer"},
	"store":       {"stable"},
	"commit":      {"stable", "deliveries"},
}

// readStrictly reads one JSON value and nothing else. Its errors say where.
func readStrictly(line []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var syntax *json.SyntaxError
	switch {
	case err == io.EOF:
		return errors.New("is empty, want a JSON object")
	case err == io.ErrUnexpectedEOF:
		return errors.New("is JSON that is cut short")
	case errors.As(err, &syntax):
		return fmt.Errorf("is no JSON at column %d: %w", syntax.Offset, err)
	case err != nil:
		return fmt.Errorf("cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("goes on after a JSON object, at column %d", d.InputOffset()+1)
	}
	return nil
}

// parseAnswer reads the answer of a program to an event, which was line n of
// its input. The error says what the line is instead.
func parseAnswer(line []byte, n int, offers offers, to *event) (answer, error) {
	var a answer
	if err := readStrictly(line, &a); err != nil {
		return a, err
	}
	switch {
	case a.N == nil:
		return a, fmt.Errorf(`has no "n", want %d`, n)
	case *a.N != n:
		return a, fmt.Errorf(`has "n" %d, want %d: one answer for each event, in order`, *a.N, n)
	case a.Effects == nil:
		return a, errors.New(`has no "effects", want a list, as []`)
	}
	return a, a.check(offers, to)
}

// check demands what the program offers, and nothing else, and effects that can
// be carried out.
func (a *answer) check(offers offers, to *event) error {
	if err := a.checkOffers(offers, to.peers); err != nil {
		return err
	}
	for i, e := range *a.Effects {
		if err := e.check(to.peers); err != nil {
			return fmt.Errorf("has effect %d, which %w", i+1, err)
		}
	}
	switch {
	case to.kind != restore:
		return nil
	case len(*a.Effects) > 0:
		return errors.New("has effects, and a restored instance has none")
	case string(*a.Key) != to.data:
		return errors.New("has another key than the one that was to be restored")
	}
	return nil
}

func (a *answer) checkOffers(offers offers, peers []spec.Process) error {
	for _, field := range []struct {
		name     string
		has, due bool
	}{{"key", a.Key != nil, offers.key}, {"ready", a.Ready != nil, offers.ready}, {"held", a.Held != nil, offers.held}} {
		switch {
		case field.due && !field.has:
			return fmt.Errorf("has no %q, which the hello offers", field.name)
		case field.has && !field.due:
			return fmt.Errorf("has a %q, which the hello does not offer", field.name)
		}
	}
	if offers.held && *a.Held < 0 {
		return fmt.Errorf(`has "held" %d, want 0 or more`, *a.Held)
	}
	if offers.ready {
		for _, p := range *a.Ready {
			if !slices.Contains(peers, p) {
				return fmt.Errorf(`is "ready" for process %d, which is no peer`, p)
			}
		}
	}
	return nil
}

// check demands that an effect has the fields of its kind, and no others.
func (e *effect) check(peers []spec.Process) error {
	want, known := effectKinds[e.Do]
	if !known {
		return fmt.Errorf(`does %q, want one of %s`, e.Do, strings.Join(slices.Sorted(maps.Keys(effectKinds)), ", "))
	}
	for _, field := range []struct {
		name string
		has  bool
	}{
		{"to", e.To != nil},
		{"from", e.From != nil},
		{"packet", e.Packet != nil},
		{"message", e.Message != nil},
		{"timer", e.Timer != nil},
		{"at_least_ms", e.AtLeast != nil},
		{"at_most_ms", e.AtMost != nil},
		{"stable", e.Stable != nil},
		{"deliveries", e.Deliveries != nil},
	} {
		switch due := slices.Contains(want, field.name); {
		case due && !field.has:
			return fmt.Errorf("does %q without %q", e.Do, field.name)
		case field.has && !due:
			return fmt.Errorf("does %q with %q, which it has not", e.Do, field.name)
		}
	}
	return e.checkValues(peers)
}

func (e *effect) checkValues(peers []spec.Process) error {
	named := []*spec.Process{e.To, e.From}
	if e.Deliveries != nil {
		for _, d := range *e.Deliveries {
			if d.From == nil || d.Message == nil {
				return errors.New(`has a delivery without "from" or without "message"`)
			}
			named = append(named, d.From)
		}
	}
	for _, p := range named {
		if p != nil && !slices.Contains(peers, *p) {
			return fmt.Errorf("names process %d, which is no peer", *p)
		}
	}
	if e.Timer != nil && *e.Timer > maxTimer {
		return fmt.Errorf("names timer %d, want at most %d", *e.Timer, uint64(maxTimer))
	}
	if e.AtLeast != nil && !(milliseconds(*e.AtLeast) > 0 && *e.AtLeast <= *e.AtMost && *e.AtMost <= maxMilliseconds) {
		return fmt.Errorf("sets a timer to %v to %v ms, want 0.000001 <= at_least_ms <= at_most_ms <= %v", *e.AtLeast, *e.AtMost, maxMilliseconds)
	}
	return nil
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// apply appends the effect to out.
func (e *effect) apply(out *impl.Effects) {
	switch e.Do {
	case "transmit":
		out.Transmit(*e.To, impl.Packet(*e.Packet))
	case "deliver":
		out.Deliver(*e.From, spec.Message(*e.Message))
	case "confirm":
		out.Confirm(*e.To, spec.Message(*e.Message))
	case "settimer":
		out.SetTimer(*e.Timer, milliseconds(*e.AtLeast), milliseconds(*e.AtMost))
	case "canceltimer":
		out.CancelTimer(*e.Timer)
	case "store":
		out.Store([]byte(*e.Stable))
	case "commit":
		var deliveries []impl.Delivery
		for _, d := range *e.Deliveries {
			deliveries = append(deliveries, impl.Delivery{From: *d.From, Message: spec.Message(*d.Message)})
		}
		out.Commit([]byte(*e.Stable), deliveries...)
	}
}
