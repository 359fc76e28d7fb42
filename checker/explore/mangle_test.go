package explore

import (
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// blind returns a seal that sees those bits alone which mask has in each byte,
// of the first so many bytes.
func blind(mask byte, reach int) impl.Seal {
	return impl.Seal{Of: func(_, _ spec.Process, p impl.Packet) string {
		seen := make([]byte, 0, reach)
		for i := range min(len(p), reach) {
			seen = append(seen, p[i]&mask^byte(len(p)))
		}
		return impl.CRC32C().Of(0, 0, impl.Packet(seen))
	}}
}

// TestBlindSeals demands that a seal which is blind to some bits is seen to be,
// though no search tries each of them, and that one which sees all is not.
func TestBlindSeals(t *testing.T) {
	message := spec.Message("a message of some length, so that it is not changed everywhere by a search")
	for name, seal := range map[string]impl.Seal{
		"the lowest bits":  blind(0x01, 1000),
		"the highest bits": blind(0x80, 1000),
		"all but one bit":  blind(0xef, 1000),
		"the beginning":    blind(0xff, 40),
		"all":              blind(0xff, 1000),
	} {
		link := named(t, "checksummed")
		link.Layers = impl.Layering{}
		link.New = impl.Stack(impl.Sealed(seal), impl.FactoryOf(impl.RetransmitUntilAcknowledged{}))
		link.Guarantee = spec.Guarantee{Name: "none", Properties: []spec.Property{spec.PL3}}
		link.Messages = []spec.Message{message}
		c := campaign(t, link)
		run(t, c, 1, 3000)
		if broken := len(c.Violated()) > 0; broken != (name != "all") {
			t.Errorf("a seal that sees %s: that PL3 is broken is %t", name, broken)
		}
	}
}
