//go:build !race

package timed_test

const raceEnabled = false
