// Package world is the one transition system that fairloss runs: processes ×
// network × judges. Random runs draw from its enabled actions, and replay
// follows a schedule of them.
//
// A link's real code runs only when a local state meets an event for the first
// time; from then on the answer is remembered (links are deterministic). A
// Witness is a World that trusts no memory: it runs the real code at every
// step and compares.
//
// Where processes crash, a crash may come between any two effects of a Send, a
// Receive, a Confirmed, a Timeout or a Recover, and of the Init of a process
// that has crashed and had stored nothing. It does not come within the first
// Init: a World begins when all processes have begun. So what a link's first
// Init has half stored is the one thing that no schedule shows; let it store once.
//
// To check a link use fairloss/checker/linktest or fairloss/checker/explore,
// which stand on this package. A run of a World judges one schedule.
package world
