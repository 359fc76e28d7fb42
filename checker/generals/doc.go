// Package generals is about the two generals: two processes that must decide
// alike, though every message between them may be lost. General A may have an
// order to attack; the generals then talk for a number of rounds, and each
// decides. Three things are required:
//
//   - agreement: both attack or neither does, whatever is lost;
//   - validity: nobody attacks without an order;
//   - non-triviality: with an order, and nothing lost, both attack.
//
// Refute takes any protocol for them that is deterministic and ends, and
// returns a run that breaks one of the three. Enumerate does the same for
// protocols that toss coins. A System holds all runs of a protocol and says
// what the generals know in each, and what they know of what they know.
//
// Use it to see why a handshake over a lossy network never settles the last
// message, and to see where a protocol of your own comes apart. It is not for
// links: to check what a link delivers, import fairloss/checker/linktest.
//
// # What it says and what it does not
//
// A Refutation speaks of the one protocol it was given. That no protocol
// meets all three is a theorem (Gray 1978; Halpern and Moses 1990), whose proof
// Refute carries out on the protocol at hand. Let M messages arrive where none
// is lost, and let only the first k of them arrive in run k. Runs k and k-1
// look the same to the general that sent message k, for all that comes after it
// is lost in both; so this general decides alike in both, and where there is
// agreement, so does the other. In run M both must attack, so both attack in
// run 0, in which B hears nothing. But B hears nothing in the run without an
// order too. Hence one of these M+2 runs breaks something, and nobody needs to
// look at the 2^M ways to lose messages.
//
// Impossible is certainty of both in bounded time, and certainty about the last
// acknowledgement. It is not impossible to send a message reliably: with an
// acknowledgement in hand the sender may stop and be sure of the delivery, and
// on a fair-loss network retransmission gets it one in the end.
// Nor do coins make it certain: of a protocol that is valid and not trivial,
// some run k, from 0 to M-1, disagrees with a probability of at least 1/M, where
// M is the most messages that any outcome sends. There are protocols with no
// more than that.
//
// In the words of knowledge: to attack together the order has to be common
// knowledge, known, known to be known, and so on without end. Each message of a
// handshake that arrives adds one level, and none adds the last.
//
// That a receiver must remember, for ever, which messages it has delivered is a
// different fact, about duplicates and memory rather than loss and certainty:
// one that remembers W numbers delivers twice with W+1 messages.
package generals
