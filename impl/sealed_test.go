package impl_test

import (
	"math/rand/v2"
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

// corrupted is a packet with one to three of its bits flipped, or cut off, or
// with two words swapped, or with its bytes replaced by others; never the packet
// itself.
func corrupted(r *rand.Rand, p impl.Packet) impl.Packet {
	for {
		b := []byte(p)
		switch r.IntN(4) {
		case 0:
			for range 1 + r.IntN(3) {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
		case 1:
			b = b[:r.IntN(len(b))]
		case 2:
			i, j := 2*r.IntN(len(b)/2), 2*r.IntN(len(b)/2)
			b[i], b[i+1], b[j], b[j+1] = b[j], b[j+1], b[i], b[i+1]
		case 3:
			for i := range b {
				b[i] = byte(r.Uint32())
			}
		}
		if impl.Packet(b) != p {
			return impl.Packet(b)
		}
	}
}

// A million corrupted packets: HMAC accepts none. CRC-32C tells every change of
// three bits and every swap of two words by design; bytes that are drawn anew,
// and packets that are cut off, pass with a probability of about one in 2³².
// The Internet checksum lets swaps through.
func TestSealsAgainstCorruption(t *testing.T) {
	packets := 1_000_000
	if testing.Short() {
		packets = 50_000
	}
	for _, test := range []struct {
		name  string
		seal  impl.Seal
		blind bool
	}{
		{"HMAC", impl.HMAC([]byte("key")), false},
		{"CRC-32C", impl.CRC32C(), false},
		{"Internet checksum", impl.InternetChecksum(), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			link := impl.Sealed(test.seal)
			sender, receiver := link(0, []spec.Process{1}), link(1, []spec.Process{0})
			var out impl.Effects
			sender.Send(1, "a message of some length, 32 bytes", &out)
			whole := out.List()[0].Packet
			accepted := 0
			for range packets {
				out = *out.Next()
				receiver.Receive(0, corrupted(r, whole), &out)
				accepted += len(out.List())
			}
			t.Logf("%d of %d corrupted packets accepted", accepted, packets)
			if accepted > 0 != test.blind {
				t.Errorf("%d accepted, blind: %t", accepted, test.blind)
			}
			out = *out.Next()
			receiver.Receive(0, whole, &out)
			if len(out.List()) != 1 || out.List()[0].Message != "a message of some length, 32 bytes" {
				t.Errorf("the whole packet is answered by %v", out.List())
			}
		})
	}
}
