// Package causal computes what happened before what in a recorded history, and
// checks clocks and times against it.
//
// An event happens before another if both are at one process and it comes
// first, or if it sends what the other receives, or if a chain of such pairs
// leads from one to the other. (Lamport 1978.) Clocks gives each event a
// Lamport clock, which is greater than those of all events that happened
// before, and a vector clock (Fidge, Mattern 1988), which tells exactly which
// those are. It reads histories of points, where packets tell who heard of
// what, and wall-clock histories, which tell it by messages alone.
//
// # What was received from where
//
// Equal packets, and equal messages, cannot be told apart in a history: a
// receipt may stem from any transmission of the same bytes on the same channel
// that came before it, since networks hold packets back and repeat them. Here
// it stems from the first. Whichever it was in truth, the first transmission
// happened before that one or is it; so what is said to have happened before
// did. Of two events that are said to be concurrent, one may in truth have
// happened before the other.
//
// Events at one process are taken to happen in the order in which they were
// recorded, though two goroutines of the process may have known nothing of each
// other. A confirmation alone orders nothing: that it stems from a delivery is
// what a link promises, not what is seen.
//
// Use it to read a history from several machines, to check logical clocks that
// a system has recorded itself, and to find clocks that ran apart. To judge
// what a link promises, use fairloss/checker. A history that contradicts no
// causal order may break every promise.
package causal
