package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// step is one save.
type step struct {
	stable     []byte
	deliveries []impl.Delivery
}

// script is what the checks save: values that grow and shrink, no value, an
// empty one, saves with and without deliveries, empty and equal messages.
var script = []step{
	{nil, []impl.Delivery{{From: 1, Message: "before anything is stable"}}},
	{[]byte{}, nil},
	{[]byte("first"), nil},
	{[]byte("second, longer than the first"), deliveries(2, "g", "g")},
	{[]byte("3"), deliveries(0, "")},
	{[]byte(strings.Repeat("x", 300)), deliveries(1, spec.Message(strings.Repeat("y", 200)), "z")},
	{[]byte("last"), deliveries(3, "h")},
}

func deliveries(from spec.Process, messages ...spec.Message) (list []impl.Delivery) {
	for _, m := range messages {
		list = append(list, impl.Delivery{From: from, Message: m})
	}
	return list
}

// content is what a store holds.
type content struct {
	stable []byte // nil where there is none
	log    []impl.Delivery
}

// after returns what a store holds after that many steps of the script.
func after(steps int) (c content) {
	for _, s := range script[:steps] {
		c.stable = s.stable
		c.log = append(c.log, s.deliveries...)
	}
	return c
}

func (c content) equal(other content) bool {
	return (c.stable == nil) == (other.stable == nil) && string(c.stable) == string(other.stable) && slices.Equal(c.log, other.log)
}

func (c content) String() string {
	stable := "none"
	if c.stable != nil {
		stable = fmt.Sprintf("%.20q", c.stable)
	}
	return fmt.Sprintf("stable value %s and %d deliveries %.60q", stable, len(c.log), fmt.Sprint(c.log))
}

// read returns what a store holds.
func read(s Store) (c content, err error) {
	if c.stable, err = s.Load(); err != nil {
		return c, err
	}
	for d, err := range s.Log() {
		if err != nil {
			return c, err
		}
		c.log = append(c.log, d)
	}
	return c, nil
}

// play opens the store and makes the steps of the script from the given one
// on, until one fails. It returns how many steps of the script are made then.
func play(d Disk, from int) (made int, err error) {
	s, err := d.Open()
	if err != nil {
		return from, err
	}
	for made = from; made < len(script); made++ {
		if err := s.Save(slices.Clone(script[made].stable), slices.Clone(script[made].deliveries)); err != nil {
			return made, errors.Join(err, stays(s))
		}
	}
	return made, s.Close()
}

// errRisen is what stays returns.
var errRisen = errors.New("a save succeeds after one that failed")

// stays demands that a store whose save has failed saves nothing any more.
func stays(failed Store) error {
	for range 2 {
		if failed.Save([]byte("risen"), nil) == nil {
			return errRisen
		}
	}
	// What else it says of its end is of no use.
	_ = failed.Close()
	return nil
}

// expect opens the store and demands the content after made steps, or after one
// more where the last one was cut. It returns how many steps are in it.
func expect(d Disk, made int) (int, error) {
	s, err := d.Open()
	if err != nil {
		return 0, fmt.Errorf("it cannot be opened: %w", err)
	}
	got, err := read(s)
	if err := errors.Join(err, s.Close()); err != nil {
		return 0, fmt.Errorf("it cannot be read: %w", err)
	}
	for steps := made; steps <= min(made+1, len(script)); steps++ {
		if got.equal(after(steps)) {
			return steps, nil
		}
	}
	return 0, fmt.Errorf("it has %v, want %v (%d saves)", got, after(made), made)
}
