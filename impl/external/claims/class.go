package claims

import (
	"slices"
	"time"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
)

// Class is a class of faults: a column of the table.
type Class struct {
	Name  string
	Kinds []chaos.Kind // that belong to it
	Over  []Medium     // that they befall; a stream of bytes has checksums of its own
	rate  int          // of the packets, per cent
	draw  func(src transport.Source) chaos.Fault
}

const (
	reach = 40                     // packets of a direction that faults befall
	soon  = 250 * time.Millisecond // how late a packet is that may overtake another
	later = 2 * time.Minute        // how late one is that comes after every timeout
)

var (
	datagrams = []Medium{Datagrams}
	streams   = []Medium{Streams}
	both      = []Medium{Datagrams, Streams}
)

// Classes returns the classes of faults, in the order of the table.
func Classes() []Class {
	return []Class{
		{"loss", []chaos.Kind{chaos.Drop}, datagrams, 20, func(transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Drop}
		}},
		{"delay", []chaos.Kind{chaos.Delay, chaos.Bandwidth, chaos.Queue}, both, 30, func(src transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Delay, Time: upTo(src, soon)}
		}},
		{"duplication", []chaos.Kind{chaos.Duplicate}, datagrams, 30, func(src transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Duplicate, Time: soonOrLater(src)}
		}},
		{"bit flip", []chaos.Kind{chaos.Flip}, datagrams, 10, func(src transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Flip, Value: src.Intn(1 << 12)}
		}},
		{"word swap", []chaos.Kind{chaos.Swap}, datagrams, 10, func(src transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Swap, Value: src.Intn(1 << 8), Other: src.Intn(1 << 8)}
		}},
		{"truncation", []chaos.Kind{chaos.Truncate}, datagrams, 10, func(src transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Truncate, Value: src.Intn(1 << 7)}
		}},
		{"injection", []chaos.Kind{chaos.Inject}, datagrams, 10, func(src transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Inject, Bytes: noise(src)}
		}},
		{"cut", []chaos.Kind{chaos.Cut}, datagrams, 0, func(src transport.Source) chaos.Fault {
			from := upTo(src, soon/8)
			return chaos.Fault{Kind: chaos.Cut, Time: from, Until: from + time.Millisecond + soonOrLater(src)}
		}},
		{"reset", []chaos.Kind{chaos.Reset}, streams, 5, func(transport.Source) chaos.Fault {
			return chaos.Fault{Kind: chaos.Reset}
		}},
	}
}

// Befalls reports whether faults of this class happen to what a transport runs over.
func (c Class) Befalls(m Medium) bool { return slices.Contains(c.Over, m) }

// Has reports whether a plan has faults, all of this class.
func (c Class) Has(p chaos.Plan) bool {
	return len(p) > 0 && !slices.ContainsFunc(p, func(f chaos.Fault) bool { return !slices.Contains(c.Kinds, f.Kind) })
}

// Draw draws a plan of faults of this class, in both directions. Of a class
// that befalls no single packets there is one in each.
func (c Class) Draw(src transport.Source) chaos.Plan {
	var p chaos.Plan
	for from := range 2 {
		if c.rate == 0 {
			p = append(p, c.fault(src, from, 0))
		}
		for number := 1; number <= reach; number++ {
			if src.Intn(100) < c.rate {
				p = append(p, c.fault(src, from, number))
			}
		}
	}
	return p
}

func (c Class) fault(src transport.Source, from, number int) chaos.Fault {
	f := c.draw(src)
	f.From, f.To, f.Number = from, 1-from, number
	return f
}

func upTo(src transport.Source, d time.Duration) time.Duration {
	return time.Duration(src.Intn(int(d/time.Microsecond))) * time.Microsecond
}

func soonOrLater(src transport.Source) time.Duration {
	if src.Intn(2) == 0 {
		return upTo(src, soon)
	}
	return upTo(src, later)
}

func noise(src transport.Source) string {
	b := make([]byte, src.Intn(64))
	for i := range b {
		b[i] = byte(src.Intn(1 << 8))
	}
	return string(b)
}
