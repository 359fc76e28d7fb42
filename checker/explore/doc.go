// Package explore searches the schedules of a link for one that breaks what
// the link claims, and makes it short.
//
// A Campaign draws schedules at random: an adversarial phase, in which
// anything the network model allows may happen, then a fair suffix, in which
// what is owed must be met. Its Report takes failing schedules apart until no
// action can be spared, and runs the shortest once more through the link's real
// code, as Show does with any schedule.
//
// Exhaust visits every state that a small workload can lead to. What it finds
// is as short as can be, and what it does not find does not exist within its
// bounds. A link that never keeps its promise is shown by a lasso: a schedule
// and a cycle that a fair network can repeat for ever.
//
// To check a link of your own in go test, import fairloss/checker/linktest,
// which stands on this package. A campaign that holds has seen some schedules;
// its Report says how many, and under which assumptions. A search that holds
// says nothing of more messages, nor of another network.
package explore
