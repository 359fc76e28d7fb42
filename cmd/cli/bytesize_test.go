package cli

import "testing"

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "1000000": 1000000, "7B": 7, "1KiB": 1 << 10, "64MiB": 64 << 20, "2GiB": 2 << 30, "3TiB": 3 << 40, "8000000TiB": 8000000 << 40,
	} {
		var b byteSize
		if err := b.Set(text); err != nil || int(b) != want {
			t.Errorf("%q is %d, %v, want %d", text, int(b), err, want)
		}
	}
	for _, text := range []string{"", "GiB", "-1", "1.5GiB", "2 GiB", "2Gi", "2gib", "2GiBGiB", "9000000TiB", "99999999999999999999"} {
		b := byteSize(1)
		if err := b.Set(text); err == nil || b != 1 {
			t.Errorf("%q is %d", text, int(b))
		}
	}
}

// FuzzByteSize demands that what a size prints is read as that size.
func FuzzByteSize(f *testing.F) {
	f.Add(uint32(0), uint8(0))
	f.Add(uint32(1000), uint8(1))
	f.Add(uint32(3), uint8(40))
	f.Fuzz(func(t *testing.T, n uint32, shift uint8) {
		b := byteSize(int(n) << (shift % 31))
		var again byteSize
		if err := again.Set(b.String()); err != nil || again != b {
			t.Errorf("%d prints as %s, which is read as %d, %v", int(b), b.String(), int(again), err)
		}
	})
}
