// Package transport runs somebody's transport, unchanged, over the chaotic
// network of fairloss/checker/chaos: one bubble of testing/synctest a run, in
// virtual time, with every message and packet recorded and each property judged
// by itself. Runs under a Schedule can be repeated, and made shorter.
//
// Use it for tables of findings and for runs of one schedule. To check a
// transport in go test, import fairloss/checker/linktest and call
// TestTransport, which draws the schedules. A link that is an impl.Layer needs
// neither.
//
// Run takes the *testing.T that a bubble needs, and a transport that ends the
// process or never comes to rest takes the test with it. A Worker runs
// schedules in a process of its own, the test binary started again, and makes
// such an end a verdict.
//
// RunReal does the same in real time, over real sockets.
//
// A pass says that the runs which were made broke nothing. Liveness is judged on
// a history that is closed: see Patience.
package transport
