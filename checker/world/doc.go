// Package world is the one transition system that fairloss runs: processes ×
// network × judges. Random runs draw from its enabled actions, and replay
// follows a schedule of them.
//
// A link's real code runs only when a local state meets an event for the first
// time; from then on the answer is remembered (links are deterministic). A
// Witness is a World that trusts no memory: it runs the real code at every
// step and compares.
//
// To check a link use fairloss/checker/linktest or fairloss/checker/explore,
// which stand on this package. A run of a World judges one schedule.
package world
