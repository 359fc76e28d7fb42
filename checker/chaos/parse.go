package chaos

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fairloss/checker/items"
)

// Parse reads a plan. Each line, or part of a line between semicolons, is
//
//	drop 0>1 3               the third packet from 0 to 1 is lost
//	delay 0>1 3 250ms        it arrives 250 ms later
//	duplicate 0>1 3 250ms    it arrives again, 250 ms later
//	flip 0>1 3 17            its bit 17 is flipped
//	swap 0>1 3 2 5           its words 2 and 5, of 16 bits, change places
//	truncate 0>1 3 7         it is cut to 7 bytes
//	inject 0>1 3 "bytes"     after it another packet arrives, which 0 did not send
//	reset 0>1 3              that write resets its stream
//	cut 0>1 10ms..20ms       nothing gets through in this time; without an end, for ever
//	bandwidth 0>1 100000     bytes a second
//	queue 0>1 16             packets that wait for the bandwidth, more are lost
//
// Bytes are quoted as in Go; # begins a comment. An error is an
// *items.SyntaxError.
func Parse(text string) (Plan, error) {
	var p Plan
	err := items.Read(text, func(i *items.Item) error {
		f, err := ParseFault(i.Word(), i)
		p = append(p, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// ParseFault reads the rest of an item that began with this word: for formats
// that have more than faults in them.
func ParseFault(word string, i *items.Item) (Fault, error) {
	var f Fault
	for k := Drop; k < kinds; k++ {
		if kindNames[k] == word {
			f.Kind = k
		}
	}
	if f.Kind == 0 {
		return f, fmt.Errorf("unknown fault %q", word)
	}
	var err error
	if f.From, f.To, err = i.Channel(maxHosts); err != nil {
		return f, err
	}
	if f.Kind.numbered() {
		if f.Number, err = number(i); err != nil {
			return f, err
		}
	}
	if err = f.parameters(i); err == nil {
		err = f.check()
	}
	return f, err
}

// parameters reads what stands behind the packet of a fault.
func (f *Fault) parameters(i *items.Item) (err error) {
	switch f.Kind {
	case Delay, Duplicate:
		f.Time, err = duration(i.Word())
	case Flip, Truncate, Bandwidth, Queue:
		f.Value, err = number(i)
	case Swap:
		if f.Value, err = number(i); err == nil {
			f.Other, err = number(i)
		}
	case Inject:
		f.Bytes, err = i.Quoted()
	case Cut:
		from, until, ends := strings.Cut(i.Word(), "..")
		if f.Time, err = duration(from); err == nil && ends {
			if f.Until, err = duration(until); err == nil && f.Until == 0 {
				err = fmt.Errorf("a cut until 0s: it ends before it begins")
			}
		}
	}
	return err
}

func number(i *items.Item) (int, error) {
	word := i.Word()
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > maxValue {
		return 0, fmt.Errorf("%q: want a number from 0 to %d", word, maxValue)
	}
	return n, nil
}

func duration(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil {
		return 0, fmt.Errorf("%q: want a time, as 250ms", word)
	}
	return d, nil
}
