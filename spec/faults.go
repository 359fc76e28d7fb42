package spec

import "strings"

// Faults is a set of what a network may do to packets. The zero value is none.
type Faults uint8

// The faults.
const (
	Loss        Faults = 1 << iota // a packet is never delivered
	Duplication                    // a packet is delivered more often than it was sent
	Reordering                     // a packet is delivered before one that was sent earlier
)

// String returns the faults as "loss, duplication and reordering", or "no
// fault".
func (f Faults) String() string {
	var names []string
	for i, name := range []string{"loss", "duplication", "reordering"} {
		if f>>i&1 == 1 {
			names = append(names, name)
		}
	}
	switch n := len(names); n {
	case 0:
		return "no fault"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// faultBudget is how often a fault happens in a run where the model of the
// network wants a number.
const faultBudget = 2

// Surroundings returns the network on which just these faults happen:
//
//	no fault                 fifoperfect
//	loss                     fifo
//	duplication              fifoperfect(duplicates=2)
//	loss, duplication        fifo(duplicates=2)
//	reordering               perfect
//	loss, reordering         bag(drops=2)
//	duplication, reordering  atleastonce
//	all three                set
//
// Where packets overtake each other and are lost but not duplicated, or are
// duplicated in order, a run has at most two such faults: a link that outlasts
// two of them need not outlast more.
func Surroundings(f Faults) Assumptions {
	switch f {
	case Loss:
		return Assumptions{Network: FIFONetwork}
	case Duplication:
		return Assumptions{Network: FIFOPerfectNetwork, Duplicates: faultBudget}
	case Loss | Duplication:
		return Assumptions{Network: FIFONetwork, Duplicates: faultBudget}
	case Reordering:
		return Assumptions{Network: PerfectNetwork}
	case Loss | Reordering:
		return Assumptions{Network: BagNetwork, Drops: faultBudget}
	case Duplication | Reordering:
		return Assumptions{Network: AtLeastOnceNetwork}
	case Loss | Duplication | Reordering:
		return Assumptions{Network: SetNetwork}
	}
	return Assumptions{Network: FIFOPerfectNetwork}
}
