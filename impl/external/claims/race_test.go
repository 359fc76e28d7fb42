//go:build race

package claims

const shuffled = true // the race detector has goroutines run in random order
