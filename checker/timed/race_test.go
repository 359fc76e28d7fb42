//go:build race

package timed_test

// raceEnabled says that tests run ten times slower and do less.
const raceEnabled = true
