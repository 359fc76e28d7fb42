package explore

import "fairloss/impl"

// maxBurst is how many bytes in a row are overwritten.
const maxBurst = 4

// mangled draws what becomes of a packet that is corrupted: any bit flipped,
// some bytes overwritten, bytes swapped, or the end cut off. A search tries few
// of these, so that it comes to an end: a seal that is blind to a bit is seen
// here.
func mangled(src Source, p impl.Packet) impl.Packet {
	if p == "" {
		return "\x00"
	}
	b := []byte(p)
	at := src.Intn(len(b))
	switch src.Intn(4) {
	case 0:
		b[at] ^= 1 << src.Intn(8)
	case 1:
		for i := range 1 + src.Intn(min(maxBurst, len(b)-at)) {
			b[at+i] = byte(src.Intn(256))
		}
	case 2:
		other := src.Intn(len(b))
		b[at], b[other] = b[other], b[at]
	case 3:
		b = b[:at]
	}
	return impl.Packet(b)
}
