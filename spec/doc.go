// Package spec says what message links promise: the events that can be
// observed, the properties that judge them one event at a time, the guarantees
// made of properties, and what a guarantee assumes of the network.
//
// The abstractions and most names come from Cachin, Guerraoui and Rodrigues,
// "Introduction to Reliable and Secure Distributed Programming" (2nd ed.,
// 2011), chapter 2, and from chapter 8 of Petrov's "Database Internals".
//
// Use it to write a checker, or to state the claim of a link. To check a link
// of your own, import fairloss/checker/linktest instead: it takes a Guarantee
// from here and does the rest.
//
// A guarantee is not an algorithm: Stubborn is a promise, and retransmitting
// for ever is one way to keep it. A monitor that found nothing has judged one
// history; it says nothing of the schedules that were not run.
//
// The package imports the standard library only.
package spec
