package explore

import "testing"

// effort returns how much a comparison with a slow oracle is to do: in long
// tests, usually, and where tests are to be short or run ten times slower.
func effort(long, usual, short int) int {
	switch {
	case longEnabled:
		return long
	case testing.Short() || raceEnabled:
		return short
	}
	return usual
}
