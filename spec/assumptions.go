package spec

import (
	"fmt"
	"strconv"
	"strings"
)

// Network is the model of what lies below a link. The first four lose packets;
// they are what a whole link stands on. The others are abstract: each stands
// for a lower layer that keeps a guarantee, so that the layer above it can be
// checked alone.
//
// All of these but Stubborn confirm: after a delivery the network tells the
// sender so, once for each packet that was sent and delivered, in any order.
// Where the link is no impl.Confirmer nothing is confirmed.
type Network uint8

// The network models.
const (
	SetNetwork             Network = iota // every packet ever sent; delivering does not remove: the fair-loss link exactly
	LossySetNetwork                       // a set; delivering does not remove, a drop action does
	BagNetwork                            // a multiset; delivering removes; drops and duplicates are budgeted
	FIFONetwork                           // a lossy queue for each channel; a packet sent to a full queue is lost; duplicates are budgeted
	StubbornNetwork                       // every packet ever sent; each is delivered infinitely often
	AtLeastOnceNetwork                    // each packet sent is delivered, and then perhaps again, finitely often; it confirms
	FIFOAtLeastOnceNetwork                // the same, but for the first time packets are delivered in the order of sending; it confirms
	PerfectNetwork                        // a multiset; each packet sent is delivered once, in any order; it confirms
	FIFOPerfectNetwork                    // a queue for each channel; each packet sent is delivered once; duplicates are budgeted; it confirms
	networks
)

var networkNames = [networks]string{
	SetNetwork: "set", LossySetNetwork: "lossyset", BagNetwork: "bag", FIFONetwork: "fifo",
	StubbornNetwork: "stubborn", AtLeastOnceNetwork: "atleastonce",
	FIFOAtLeastOnceNetwork: "fifoatleastonce", PerfectNetwork: "perfect", FIFOPerfectNetwork: "fifoperfect",
}

// String returns "set", "lossyset", "bag", "fifo", "stubborn", "atleastonce",
// "fifoatleastonce", "perfect" or "fifoperfect".
func (n Network) String() string {
	if n >= networks {
		return fmt.Sprintf("network(%d)", uint8(n))
	}
	return networkNames[n]
}

// Queues reports whether packets keep their order on each channel.
func (n Network) Queues() bool { return n == FIFONetwork || n == FIFOPerfectNetwork }

// Confirms reports whether the network loses nothing and confirms deliveries.
func (n Network) Confirms() bool {
	return n >= AtLeastOnceNetwork && n < networks
}

// Orders reports whether packets are delivered in the order of sending, but for
// those that are delivered again.
func (n Network) Orders() bool { return n.Queues() || n == FIFOAtLeastOnceNetwork }

// bounded reports whether a Capacity has a meaning.
func (n Network) bounded() bool { return n == BagNetwork || n.Queues() || n.Confirms() }

// duplicates reports whether duplicates are an action of their own.
func (n Network) duplicates() bool { return n == BagNetwork || n.Queues() }

// Assumptions is what a guarantee needs of its surroundings, and what a run
// was made under. The zero value is the default: the Set network.
type Assumptions struct {
	Network    Network
	Capacity   int // packets of a channel; 0 means 4; see Cap
	Drops      int // Bag: how many packets may be dropped in a run
	Duplicates int // Bag, FIFO, FIFOPerfect: how many packets may be duplicated in a run
	Crashes    int // how often a process may crash in a run, at any point of what it does once its Init is done; all but its stable value is lost
	Recoveries int // how often a crashed process may start again; 0 with crashes is the crash-stop model
	Cuts       int // how often a direction between two processes may be cut off in a run, for a while or for ever

	Corruptions int // how often a packet may arrive changed in a run
	Forgeries   int // how often a packet may arrive in a run that nobody sent
}

// Cap returns the capacity of a channel: Capacity, or 4 where that is 0.
//
// On Bag and FIFO it is a fact of the network: what is sent to a full channel
// is lost. A network that confirms has room for everything, and there the
// capacity bounds only what is explored: a process waits, and does nothing, as
// long as so many packets of a channel from it are undelivered, and so does a
// channel with so many deliveries that are unconfirmed. What breaks a property
// within that bound breaks it without, and to wait is never taken for the end.
// A pass says nothing of runs in which more packets are under way.
func (a Assumptions) Cap() int {
	if a.Capacity == 0 {
		return 4
	}
	return a.Capacity
}

// String returns the assumptions in one word that ParseAssumptions reads,
// unless a setting is negative or fits no network:
// "set", "bag(capacity=4,drops=2,duplicates=1)", "fifo(capacity=4)",
// "fifoperfect(capacity=4,duplicates=1)", "set(crashes=1,recoveries=1)".
func (a Assumptions) String() string {
	var settings []string
	add := func(key string, n int) { settings = append(settings, fmt.Sprintf("%s=%d", key, n)) }
	if a.Network.bounded() {
		add("capacity", a.Cap())
	}
	if a.Network == BagNetwork {
		add("drops", a.Drops)
	}
	if a.Network == BagNetwork || a.Network.duplicates() && a.Duplicates != 0 {
		add("duplicates", a.Duplicates)
	}
	if a.Crashes != 0 || a.Recoveries != 0 {
		add("crashes", a.Crashes)
	}
	for _, budget := range []struct {
		key string
		n   int
	}{{"recoveries", a.Recoveries}, {"cuts", a.Cuts}, {"corruptions", a.Corruptions}, {"forgeries", a.Forgeries}} {
		if budget.n != 0 {
			add(budget.key, budget.n)
		}
	}
	if settings == nil {
		return a.Network.String()
	}
	return fmt.Sprintf("%s(%s)", a.Network, strings.Join(settings, ","))
}

// ParseAssumptions is the inverse of Assumptions.String. The bracketed part,
// and each setting in it, may be left out.
func ParseAssumptions(s string) (Assumptions, error) {
	var a Assumptions
	name, rest, bracket := strings.Cut(s, "(")
	known := false
	for n := range networks {
		if networkNames[n] == name {
			a.Network, known = n, true
		}
	}
	if !known {
		return a, fmt.Errorf("unknown network %q (want %s or %s)", name,
			strings.Join(networkNames[:networks-1], ", "), networkNames[networks-1])
	}
	if !bracket {
		return a, nil
	}
	rest, closed := strings.CutSuffix(rest, ")")
	if !closed {
		return a, fmt.Errorf("network %q: missing )", s)
	}
	given := map[string]bool{}
	for setting := range strings.SplitSeq(rest, ",") {
		key, _, _ := strings.Cut(setting, "=")
		if given[key] {
			return a, fmt.Errorf("network %q: setting %q: %s was set before", s, setting, key)
		}
		given[key] = true
		if err := a.set(setting); err != nil {
			return a, fmt.Errorf("network %q: %w", s, err)
		}
	}
	return a, nil
}

func (a *Assumptions) set(setting string) error {
	key, value, _ := strings.Cut(setting, "=")
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 1<<16 {
		return fmt.Errorf("setting %q: want a number from 0 to 65536", setting)
	}
	switch {
	case key == "capacity" && n > 0 && a.Network.bounded():
		a.Capacity = n
	case key == "drops" && a.Network == BagNetwork:
		a.Drops = n
	case key == "duplicates" && a.Network.duplicates():
		a.Duplicates = n
	case key == "crashes":
		a.Crashes = n
	case key == "recoveries":
		a.Recoveries = n
	case key == "cuts":
		a.Cuts = n
	case key == "corruptions":
		a.Corruptions = n
	case key == "forgeries":
		a.Forgeries = n
	default:
		return fmt.Errorf("setting %q does not fit this network", setting)
	}
	return nil
}
