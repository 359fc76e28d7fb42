//go:build long

package pebblestore

import "testing"

func TestLongCrashAgain(t *testing.T) {
	if err := check(t, "CrashAgain", disks["CrashAgain"]); err != nil {
		t.Error(err)
	}
}
