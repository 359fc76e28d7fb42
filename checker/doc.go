// Package checker judges a recorded history: what the application sent and
// what was delivered to it, whoever produced it.
//
// A Judge reads the events one by one, and has a monitor for each property.
// History judges by what a header says the link claims: by monitors or, where
// calls overlap in time, by the judges of linearizability.
//
// Queue, Bag and Counter judge linearizability, where operations overlap in
// time: a FIFO channel as a queue, a perfect link as a bag, an exactly-once
// RPC as a counter of increments. Each question goes to two judges that share
// no algorithm: Porcupine, which searches for an order of the operations, and
// a log-linear monitor, which looks for the two or three operations that
// exclude every order. Where both decide they must agree, else the result is
// an error.
//
// Use it for a history from a wall-clock run, or from a file. To find out
// whether a link of your own keeps its promise, import
// fairloss/checker/linktest instead: it makes the schedules, records the
// histories and comes here for the verdicts.
//
// A pass says that this one history breaks nothing. It says nothing of the
// schedules that were not run. Liveness is judged where a Forever event says
// what happens for ever: without one, a message that is still missing at the
// end of a history may be on its way, and the verdict is inconclusive.
package checker
