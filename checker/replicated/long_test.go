//go:build long

package replicated

import "testing"

func TestLongMutants(t *testing.T) { killed(t, 20) }
