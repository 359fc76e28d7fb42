package spec

// Abstract returns the network that stands for a lower layer which keeps the
// guarantee, and whether there is one. Where a layer keeps what it claims on
// that network, it keeps it on every lower layer that keeps the guarantee and,
// if it confirms, ACK: the network delivers and confirms whatever such a layer
// may. One thing at-least-once delivery does not promise, and the networks that
// stand for it keep: finite duplication, FLL2.
func Abstract(g Guarantee) (Assumptions, bool) {
	keeps := func(p Property) bool {
		_, claimed := g.Property(p.ID)
		return claimed
	}
	once, ordered := keeps(PL2), keeps(FIFODelivery)
	switch {
	case keeps(SL1) && keeps(SL2):
		return Assumptions{Network: StubbornNetwork}, true
	case !keeps(PL1) || !keeps(PL3):
		return Assumptions{}, false
	case once && ordered:
		return Assumptions{Network: FIFOPerfectNetwork}, true
	case once:
		return Assumptions{Network: PerfectNetwork}, true
	case ordered:
		return Assumptions{Network: FIFOAtLeastOnceNetwork}, true
	}
	return Assumptions{Network: AtLeastOnceNetwork}, true
}
