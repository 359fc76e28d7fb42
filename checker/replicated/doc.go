// Package replicated has objects that are replicated over message links, and
// judges whether they are still linearizable (Herlihy and Wing,
// "Linearizability", 1990) when clients use them at the same time. It shows
// what the promise of a link is worth to who stands above it: a counter needs
// a link that duplicates nothing, a register whose values carry timestamps does
// not.
//
// An object is the top layer of a stack: Object.Over puts it on a link. To send
// a message is to call an operation of the object; the peer that is named means
// nothing. What is delivered is the answer: the operation, "=" and its result.
// A process calls one operation at a time.
//
// Histories are judged by Porcupine, and by Linearizable, a property that
// fairloss/checker/explore searches with. The two must agree.
//
// Use it to learn, and to check a replicated object of your own that fits three
// processes and a handful of operations. For histories of a real store use
// Porcupine itself. Nobody crashes here: what the objects do for fault
// tolerance, as asking a majority, is not put to the test. A pass of random
// schedules says nothing of others, a complete search nothing of other
// workloads; and that every operation returns is no part of linearizability.
package replicated
