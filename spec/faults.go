package spec

import "strings"

// Faults is a set of what may happen to packets and processes. The zero value
// is none.
type Faults uint8

// The faults.
const (
	Loss        Faults = 1 << iota // a packet is never delivered
	Duplication                    // a packet is delivered more often than it was sent
	Reordering                     // a packet is delivered before one that was sent earlier
	Crashes                        // a process crashes, and may recover
	Partitions                     // a direction between two processes is cut, for a while or for ever
	Corruption                     // a packet arrives changed
	Forgery                        // a packet arrives that nobody sent

	// AllFaults is the set of all.
	AllFaults = Loss | Duplication | Reordering | Crashes | Partitions | Corruption | Forgery
)

// String returns the faults as "loss, duplication and reordering", or "no
// fault".
func (f Faults) String() string {
	var names []string
	for i, name := range []string{"loss", "duplication", "reordering", "crashes", "partitions", "corruption", "forgery"} {
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

// Each returns the faults of the set one by one.
func (f Faults) Each() []Faults {
	var list []Faults
	for one := Loss; one <= Forgery; one <<= 1 {
		if f&one != 0 {
			list = append(list, one)
		}
	}
	return list
}

// Bounds of the networks of Surroundings: small, so that searches come to an end.
const (
	faultBudget   = 1 // how often a fault happens in a run, where the model wants a number
	smallCapacity = 2
)

// Surroundings returns the assumptions under which just these faults happen:
// one crash of one process, from which it may recover, one cut, one corruption
// and one forgery in a run, and the rest as a network:
//
//	no fault                 fifoperfect(capacity=2)
//	loss                     fifo(capacity=2)
//	duplication              fifoperfect(capacity=2,duplicates=1)
//	loss, duplication        fifo(capacity=2,duplicates=1)
//	reordering               perfect(capacity=2)
//	loss, reordering         bag(capacity=2,drops=1,duplicates=0)
//	duplication, reordering  atleastonce(capacity=2)
//	all three                set
//
// Channels hold two packets. Where packets overtake each other and are lost
// but not duplicated, or are duplicated in order, a run has one such fault, or
// more losses where a channel overflows.
func Surroundings(f Faults) Assumptions {
	var a Assumptions
	switch f & (Loss | Duplication | Reordering) {
	case Loss | Duplication | Reordering:
	case Loss | Reordering:
		a = Assumptions{Network: BagNetwork, Drops: faultBudget}
	case Duplication | Reordering:
		a = Assumptions{Network: AtLeastOnceNetwork}
	case Reordering:
		a = Assumptions{Network: PerfectNetwork}
	case Loss, Loss | Duplication:
		a = Assumptions{Network: FIFONetwork}
	default:
		a = Assumptions{Network: FIFOPerfectNetwork}
	}
	if a.Network.bounded() {
		a.Capacity = smallCapacity
	}
	if a.Network.Queues() && f&Duplication != 0 {
		a.Duplicates = faultBudget
	}
	if f&Crashes != 0 {
		a.Crashes, a.Recoveries = 1, 1
	}
	if f&Partitions != 0 {
		a.Cuts = 1
	}
	if f&Corruption != 0 {
		a.Corruptions = 1
	}
	if f&Forgery != 0 {
		a.Forgeries = 1
	}
	return a
}
