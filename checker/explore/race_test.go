//go:build race

package explore

// raceEnabled says that tests run ten times slower and do less.
const raceEnabled = true
