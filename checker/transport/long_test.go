//go:build long && unix

package transport_test

import "testing"

// TestLongChildren starts a thousand processes, of which none is left behind.
func TestLongChildren(t *testing.T) { children(t, 1000) }
