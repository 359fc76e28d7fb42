//go:build long && unix

package transport_test

import "testing"

// TestLongChildren makes a thousand runs in processes of their own, of which
// none is left behind.
func TestLongChildren(t *testing.T) { children(t, 1000) }
