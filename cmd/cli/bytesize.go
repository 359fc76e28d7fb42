package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteSize is a number of bytes as a flag: "1000000", "64MiB", "2GiB".
type byteSize int

var byteUnits = []string{"B", "KiB", "MiB", "GiB", "TiB"}

// String returns the size in the largest unit that divides it.
func (b *byteSize) String() string {
	n, unit := int(*b), 0
	for n != 0 && n%1024 == 0 && unit+1 < len(byteUnits) {
		n, unit = n/1024, unit+1
	}
	return strconv.Itoa(n) + byteUnits[unit]
}

// Set is the inverse of String. Without a unit the number is of bytes.
func (b *byteSize) Set(text string) error {
	number := strings.TrimRight(text, "BKMGTi")
	unit := 1
	for _, name := range byteUnits {
		if number+name == text || number == text {
			break
		}
		unit *= 1024
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || unit > 1<<40 || n > math.MaxInt/unit {
		return fmt.Errorf("want a number of bytes, as 1000000, 64MiB or 2GiB")
	}
	*b = byteSize(n * unit)
	return nil
}
