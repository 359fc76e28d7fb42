// Package timed runs links in virtual time: the real code of a link in a
// deterministic discrete-event world with delays, losses, limited bandwidth
// and queues, clocks that drift and jump, processes that are slow, pause, crash
// and recover. A run ends in a history whose times are nanoseconds, judged by
// what the link claims.
//
// Use it for what fairloss/checker/world leaves out: links that read the clock,
// or whose promise speaks of load. The world there is the right one for all
// other links: it has every schedule, not those that some conditions bring
// about. To run a link over a real network, use fairloss/checker/trial.
//
// A pass says that one run, or the runs of one campaign, broke nothing under
// the conditions that are printed with it. Conditions are one line of text that
// replays the run, packet for packet. Liveness is judged where nothing is left
// to happen, or the second half of the run was calm (see Result.Settled).
package timed
